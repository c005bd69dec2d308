import { resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type HostFacts, resolveHost } from '../../probes/host.ts';
import { type Check, type Finding, fail, pass, skipped } from '../check.ts';
import { isIpv6Only } from '../judge-host.ts';

/** RFC 1918, RFC 6598, loopback and link-local: nobody outside of this network can reach it. */
const PRIVATE =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

export type CarrierFacts = Pick<HostFacts, 'addresses' | 'dnsError'> & {
  readonly host: string;
  /** It has SRV records (RFC 3263 section 4.2), which name hosts of their own. */
  readonly srv: boolean;
  readonly cloud: boolean;
};

/** Whether LiveKit can find the carrier (pure). The carrier itself is not spoken to: it answers only LiveKit. */
export const judgeCarrier = ({ host, addresses, dnsError, srv, cloud }: CarrierFacts): Finding => {
  if (srv) return pass(`${host} has SRV records.`);
  if (dnsError !== null) {
    return fail(
      `The carrier’s host ${host} does not resolve (${dnsError}).`,
      'Check it against the carrier’s letter: SIP_TRUNK_HOST, or the address of the trunk.',
    );
  }
  if (isIpv6Only(addresses)) {
    return fail(
      `The carrier’s host ${host} resolves to IPv6 addresses only, and LiveKit’s SIP service dials IPv4.`,
      'Ask the carrier for a host with an IPv4 address.',
    );
  }
  if (cloud && addresses.every((address) => PRIVATE.test(address))) {
    return fail(
      `The carrier’s host ${host} is ${addresses.join(', ')}, a private address, which LiveKit Cloud cannot reach.`,
      'Use the carrier’s public host, or a LiveKit of your own in this network.',
    );
  }
  return pass(`The carrier’s host ${host} resolves to ${addresses.join(', ')}.`);
};

/** The carrier's host, from the trunk or SIP_TRUNK_HOST. */
export const carrierHostCheck: Check = {
  id: 'carrier-host',
  run: async (context) => {
    const { trunk, cloud } = context.settings;
    const address = (await context.trunk())?.address || trunk.host;
    if (address === null) return skipped('No carrier is known here.', 'See trunk.');
    const host = address.replace(/:\d+$/, '');
    const resolved = await resolveHost(host, context.timeoutMs);
    const record = `_sip._${trunk.transport === 'tcp' || trunk.transport === 'tls' ? 'tcp' : 'udp'}.${host}`;
    const mayHaveSrv = resolved.dnsError !== null && isIP(host) === 0;
    const srv = mayHaveSrv && (await resolveSrv(record).catch(() => [])).length > 0;
    return judgeCarrier({ host, ...resolved, srv, cloud });
  },
};
