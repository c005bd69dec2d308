import { endpointOf } from '../../endpoint.ts';
import { type HostFacts, probeHost, resolveHost } from '../../probes/host.ts';
import { callbackRule } from '../app-schemas.ts';
import { type Check, type Finding, fail, pass, skipped, warn, worstOf } from '../check.ts';
import { judgeHost } from '../judge-host.ts';

const N8N =
  'If n8n runs elsewhere: without WEBHOOK_URL it gives resume URLs with localhost, which lead to the bridge’s own machine; set n8n’s WEBHOOK_URL to the address at which others reach it.';

const isLoopback = (addresses: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => /^127\.|^::1$/.test(address));

/** What the way to CALLBACK_URL says (pure). `refused`: the addresses that the bridge would not call. */
const judgeCallbackHost = (facts: HostFacts, refused: readonly string[], now: Date): Finding => {
  const reached = judgeHost(facts, 'CALLBACK_URL', now);
  if (reached.verdict === 'fail') return reached;
  if (refused.length > 0) {
    return fail(
      `${facts.host} is ${refused.join(', ')}, which callbacks may not go to.`,
      `Add ${facts.host} to CALLBACK_ALLOWED_HOSTS. ${N8N}`,
    );
  }
  return isLoopback(facts.addresses)
    ? warn(`Callbacks go to ${facts.host}, this very machine.`, N8N)
    : reached;
};

/** Whether a name of CALLBACK_ALLOWED_HOSTS leads anywhere (pure). Only allowed, it may be unused: no failure. */
export const judgeAllowedHost = (host: string, facts: Pick<HostFacts, 'addresses' | 'dnsError'>): Finding => {
  if (facts.dnsError !== null) {
    return warn(
      `${host} of CALLBACK_ALLOWED_HOSTS does not resolve (${facts.dnsError}): nothing can be told to it.`,
      'If callbacks go there, check the name and the DNS server of this machine. The compose file lists n8n also where its profile is off: then there is nothing to do.',
    );
  }
  return isLoopback(facts.addresses)
    ? warn(`CALLBACK_ALLOWED_HOSTS has ${host}, this very machine.`, N8N)
    : pass(`${host} resolves to ${facts.addresses.join(', ')}.`);
};

/** Where callbacks go: CALLBACK_URL, and the hosts that requests may name. */
export const callbackHostCheck: Check = {
  id: 'callback-host',
  run: async ({ settings, timeoutMs, ca }) => {
    const rule = await callbackRule();
    const parsed = rule?.parseAllowedHosts(settings.callbackAllowedHosts);
    const allowed = parsed?.status === 'ok' ? parsed.hosts : null;
    const names = allowed?.names ?? [];
    const findings = await Promise.all(
      names.map(async (host) => judgeAllowedHost(host, await resolveHost(host, timeoutMs))),
    );
    const endpoint = settings.callbackUrl === null ? null : endpointOf(settings.callbackUrl);
    if (endpoint !== null) {
      const facts = await probeHost(endpoint, { timeoutMs, ca });
      const refused =
        rule === null || allowed === null
          ? []
          : facts.addresses.filter((address) => !rule.isAllowedAddress(address, endpoint.host, allowed));
      findings.push(judgeCallbackHost(facts, refused, new Date()));
    }
    return findings.length === 0
      ? skipped(
          'Neither CALLBACK_URL nor a name in CALLBACK_ALLOWED_HOSTS is set: requests name their own callback_url.',
        )
      : worstOf(findings);
  },
};
