import type { LiveKitFault } from '../../livekit.ts';
import { type Check, type Finding, fail, pass, skipped } from '../check.ts';
import type { Trunks } from '../context.ts';

const MENDS: Readonly<Record<LiveKitFault['kind'], string>> = {
  key_refused:
    'Take key and secret anew from LiveKit (Cloud: Settings → API keys; your own server: keys in its configuration). If they are right, see clock.',
  no_telephony:
    'Give livekit-server and livekit-sip the same Redis (redis: in both configurations); telephony needs it.',
  not_livekit: 'Check LIVEKIT_URL, with its port and path.',
  unreachable: 'See livekit-host.',
  error: 'Look into the log of LiveKit at this time; on LiveKit Cloud see status.livekit.io.',
};

/** What listing trunks and rooms says of the key (pure). */
const judgeKey = (trunks: Trunks): Finding => {
  if (trunks.status === 'not_set')
    return skipped('LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not all set.');
  if (trunks.status === 'fault') return fail(`${upper(trunks.fault.seen)}.`, MENDS[trunks.fault.kind]);
  const { length } = trunks.trunks;
  return pass(
    `LiveKit takes the key: it lists ${length} outbound trunk${length === 1 ? '' : 's'} and ${trunks.rooms} room${trunks.rooms === 1 ? '' : 's'}.`,
  );
};

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The key, by two requests that change nothing: one with the right to telephony, one with the right to rooms. */
export const livekitKeyCheck: Check = {
  id: 'livekit-key',
  run: async ({ trunks }) => judgeKey(await trunks()),
};
