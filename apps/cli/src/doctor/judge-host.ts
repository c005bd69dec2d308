import { isIPv6 } from 'node:net';
import type { HostFacts } from '../probes/host.ts';
import { type Finding, fail, pass, warn } from './check.ts';

const DAY_MS = 86_400_000;
/** Certificates of Let's Encrypt are renewed 30 days before their end: two weeks before it, renewal has failed. */
const SOON_DAYS = 14;

/** Whether a name leads to IPv6 addresses alone. */
export const isIpv6Only = (addresses: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => isIPv6(address));

const TCP_MENDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there: check host and port, and that the service runs.',
  ETIMEDOUT: 'No answer at all: a firewall between here and there drops it; let TCP to this port out.',
  EHOSTUNREACH: 'There is no route to it: check this machine’s network and gateway.',
  ENETUNREACH: 'There is no route to it: check this machine’s network and gateway.',
};

const tlsMend = (problem: string): string => {
  if (problem === 'CERT_HAS_EXPIRED')
    return 'Renew the certificate there. If it is a public service, check this machine’s clock.';
  if (problem === 'CERT_NOT_YET_VALID') return 'Check this machine’s clock.';
  if (/SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/.test(problem))
    return 'If this is your own authority, give its certificate to Node with NODE_EXTRA_CA_CERTS; else something between here and there reads along.';
  if (problem === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Use the name that the certificate was made for, or get one for this name.';
  return 'What listens there does not speak TLS: check scheme and port.';
};

const judgeTls = (facts: HostFacts, at: string, now: Date, name: string): Finding | null => {
  const { tls } = facts;
  if (tls === null) return null;
  const end = tls.validTo?.toISOString().slice(0, 10) ?? null;
  if (tls.problem !== null) {
    const until = end === null ? '' : `, certificate valid to ${end}`;
    return fail(`${at}: TLS fails (${tls.problem}${until}).`, tlsMend(tls.problem));
  }
  if (tls.validTo === null || tls.validTo.getTime() - now.getTime() > SOON_DAYS * DAY_MS) return null;
  return warn(
    `${at}: its certificate ends on ${end}.`,
    `Renew it before that day; ${name} cannot be reached after it.`,
  );
};

/** What the way to a host says (pure); `name` is the setting that names it. */
export const judgeHost = (facts: HostFacts, name: string, now: Date): Finding => {
  const at = `${facts.host}:${facts.port}`;
  if (facts.dnsError !== null) {
    return fail(
      `${facts.host} does not resolve (${facts.dnsError}).`,
      `Check the host in ${name}, and the DNS server of this machine: getent hosts ${facts.host}`,
    );
  }
  const only6 = isIpv6Only(facts.addresses);
  if (facts.tcpError !== null) {
    return only6
      ? fail(
          `${facts.host} resolves to IPv6 addresses only, and ${at} cannot be reached (${facts.tcpError}).`,
          'Give this machine (or the Docker network) IPv6, or the name an A record.',
        )
      : fail(
          `${at} cannot be reached (${facts.tcpError}).`,
          TCP_MENDS[facts.tcpError] ?? `Check ${name} and the network of this machine.`,
        );
  }
  const tls = judgeTls(facts, at, now, name);
  if (tls !== null) return tls;
  if (only6) {
    return warn(
      `${facts.host} resolves to IPv6 addresses only; from here it is reached.`,
      'A container or host without IPv6 cannot: give the name an A record, too.',
    );
  }
  const valid = facts.tls?.validTo
    ? `, certificate valid to ${facts.tls.validTo.toISOString().slice(0, 10)}`
    : '';
  return pass(`${at} is reached${valid}.`);
};
