import { END_REASONS, type EndReason } from '@outdial/telephony';
import type { CallRecord } from '../../answers.ts';
import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { pageOf } from '../page-of.ts';
import type { HttpAnswer } from '../probes/http.ts';

/** After so many calls in a row that end the same way it is hardly the numbers that are wrong. */
const RUN = 5;

const MENDS: Partial<Record<EndReason, string>> = {
  invalid_number:
    'The carrier may want numbers in another form: set SIP_DIAL_FORMAT to e164_plus or national, whichever its letter says.',
  caller_id_rejected: 'Have the carrier approve SIP_FROM_NUMBER, or set one that it approved.',
  carrier_refused:
    'Ask the carrier, with outdial calls show ID --ticket: caller ID not approved, source address not on its list, destination barred, or no credit.',
  carrier_auth_failed: 'Check SIP_TRUNK_USERNAME and SIP_TRUNK_PASSWORD against the carrier’s letter.',
  codec_mismatch: 'Ask the carrier which codecs it takes, and set SIP_CODECS (PCMA in most of the world).',
  trunk_misconfigured: 'See trunk and carrier-host.',
  livekit_rejected: 'See livekit-key.',
  agent_unavailable: 'See agent.',
  sip_unavailable: 'See that livekit-sip runs and shares its Redis with livekit-server.',
  media_timeout:
    'Sound of the carrier stops or never comes: see the firewall’s rules for RTP (docs/mikrotik.md).',
  provider_error: 'See cartesia-host and openai-host; the agent’s log names the provider.',
  agent_lost: 'The agent’s log says why its jobs die; see disk.',
  agent_error: 'The agent’s log says what went wrong.',
};

/** Whether the last calls all ended in the same bad way (pure); newest first. */
export const judgeRecentCalls = (calls: readonly Pick<CallRecord, 'outcome'>[]): Finding => {
  const ends = calls.flatMap(({ outcome }) => (outcome === null ? [] : [outcome.end_reason])).slice(0, RUN);
  const first = ends[0];
  if (first === undefined) return pass('No call has ended yet.');
  const mend = MENDS[first as EndReason];
  if (ends.length === RUN && mend !== undefined && ends.every((end) => end === first)) {
    return fail(`The last ${RUN} calls all ended ${first}.`, mend);
  }
  const good = ends.filter((end) => END_REASONS[end as EndReason]?.status === 'completed').length;
  const seen = `Of the last ${ends.length} calls ${good} were answered and ended in order; the last one ended ${first}.`;
  return mend !== undefined && ends.length > 1 && ends[1] === first ? warn(seen, mend) : pass(seen);
};

const judge = (answer: HttpAnswer): Finding => {
  const calls = pageOf<CallRecord>(answer);
  return calls === null
    ? skipped('The records cannot be read.', 'See bridge and bridge-key.')
    : judgeRecentCalls(calls);
};

/** How the last calls ended, from the bridge's records. */
export const recentCallsCheck: Check = {
  id: 'recent-calls',
  run: async ({ bridge }) => judge(await bridge('/calls?limit=20')),
};
