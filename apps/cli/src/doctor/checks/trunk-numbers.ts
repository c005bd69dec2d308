import { maskPrivate } from '@outdial/runtime';
import { isCallerIdAllowed } from '@outdial/telephony';
import { type Finding, pass, warn } from '../check.ts';
import type { Settings } from '../settings.ts';
import { trunkCheckOf } from '../trunk-check.ts';

const masked = (values: readonly string[]): string => values.map(maskPrivate).join(', ');

/** The numbers of a trunk in LiveKit against what we send as caller ID (pure). */
const judgeTrunkNumbers = (numbers: readonly string[], { callerId }: Settings): Finding => {
  const { defaultCountry, allowed } = callerId;
  if (numbers.length === 0 || numbers.includes('*')) return pass('The trunk is bound to no numbers.');
  const isIn = (value: string, list: readonly string[]) => isCallerIdAllowed(value, list, defaultCountry);
  const ours = [callerId.number, callerId.identity, ...allowed].filter((value) => value !== null);
  const strange = [...new Set(ours.filter((value) => !isIn(value, numbers)))];
  if (strange.length > 0) {
    return warn(
      `The trunk’s numbers (${masked(numbers)}) lack ${masked(strange)}, which SIP_FROM_NUMBER, SIP_FROM_IDENTITY or CALLER_IDS_ALLOWED name.`,
      'If the carrier approved these, add them to the trunk (outdial trunk apply); if not, calls with them are refused with 403: take them out of the environment.',
    );
  }
  const unused = allowed.length === 0 ? [] : numbers.filter((number) => !isIn(number, allowed));
  if (unused.length > 0) {
    return warn(
      `The trunk has ${masked(unused)}, which CALLER_IDS_ALLOWED does not name.`,
      'Add them there if calls may go out with them, else take them out of the trunk.',
    );
  }
  return pass(`The trunk’s numbers are those of the environment: ${masked(numbers)}.`);
};

/** The numbers of the trunk that SIP_TRUNK_ID names. */
export const trunkNumbersCheck = trunkCheckOf(
  'trunk-numbers',
  'SIP_TRUNK_ID is not set: no numbers are bound to the trunk.',
  ({ numbers }, settings) => judgeTrunkNumbers(numbers, settings),
);
