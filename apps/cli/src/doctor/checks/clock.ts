import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { askHttp, type HttpAnswer } from '../probes/http.ts';

/** Date has whole seconds: on average half a second is cut off. */
const CUT_OFF_MS = 500;
const WARN_MS = 5_000;
/** Beyond it LiveKit refuses tokens of ours (auth.tokenLeeway of its protocol library). */
const FAIL_MS = 60_000;

const MEND =
  'Set the clock by NTP (timedatectl set-ntp true; UDP port 123 must be let out). LiveKit refuses tokens of a clock that is wrong, and agent and bridge refuse each other’s signatures beyond five minutes.';

/** How far this machine's clock is from the one that wrote the answer (pure). */
const judgeClock = (answer: HttpAnswer, host: string): Finding => {
  if (answer.status === 'away')
    return skipped(`${host} gave no time (${answer.reason}).`, 'See livekit-host.');
  const there = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isNaN(there)) return skipped(`${host} answers without a Date.`);
  const offset = answer.at - (there + CUT_OFF_MS);
  const seconds = Math.round(Math.abs(offset) / 1000);
  const seen = `This clock is ${seconds} s ${offset > 0 ? 'ahead of' : 'behind'} the one of ${host}.`;
  if (Math.abs(offset) > FAIL_MS) return fail(seen, MEND);
  return Math.abs(offset) > WARN_MS ? warn(seen, MEND) : pass(`This clock agrees with the one of ${host}.`);
};

/** The clock, against the HTTP Date of LIVEKIT_URL's host. */
export const clockCheck: Check = {
  id: 'clock',
  run: async ({ settings, timeoutMs }) => {
    if (settings.livekitUrl === null || !URL.canParse(settings.livekitUrl))
      return skipped('LIVEKIT_URL names no host whose clock could be asked.');
    const url = new URL(settings.livekitUrl);
    url.protocol = url.protocol.replace('ws', 'http');
    return judgeClock(await askHttp(url.href, timeoutMs), url.hostname);
  },
};
