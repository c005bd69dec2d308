import { maskPrivate } from '@outdial/runtime';
import { type Check, type Finding, fail, pass, warn } from '../check.ts';
import type { Settings } from '../settings.ts';

/** What calls without a caller ID of their own go out with (pure; contract: CALLER_ID_FALLBACK). */
const judgeCallerId = ({ callerId }: Settings): Finding => {
  const { number, identity, allowed, fallback } = callerId;
  const chosen = number ?? identity;
  if (chosen !== null) {
    const name = number === null ? 'SIP_FROM_IDENTITY' : 'SIP_FROM_NUMBER';
    return pass(`Calls go out as ${maskPrivate(chosen)} (${name}) unless their request names another.`);
  }
  const mend = 'Set SIP_FROM_NUMBER to a number, or SIP_FROM_IDENTITY to a name, that the carrier approved.';
  if (fallback === 'refuse' || allowed.length > 0) {
    return warn('There is no default caller ID: a request without caller_id is refused.', mend);
  }
  return fail(
    'There is no caller ID, and CALLER_ID_FALLBACK is destination: calls show the number that is called, which most carriers refuse and some bar the trunk for.',
    `${mend} Or set CALLER_ID_FALLBACK=refuse.`,
  );
};

/** The default caller ID. */
export const callerIdCheck: Check = {
  id: 'caller-id',
  run: async ({ settings }) => judgeCallerId(settings),
};
