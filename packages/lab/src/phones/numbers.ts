import { carrierNumber } from '../carrier/carrier.ts';

/** The lab's phones. All are reserved for fiction in Australia, so that no example ever rings anybody. */
export const LAB_NUMBERS = {
  answers: '0491570156',
  busy: '0491570157',
  neverAnswers: '0491570158',
  declines: '0491570159',
  voicemail: '0491570110',
  transferTarget: '0255500100',
  /** A transfer to it is refused with 603; dialled directly it answers. */
  refusesRefer: '0255500101',
  /** The carrier drops every message of a call to it: not even 100 comes back. */
  carrierSilent: '0255500102',
} as const;

/**
 * Numbers of the setup guide's own example, so that it works in the lab as it stands: its destination
 * answers and its transfer target is the lab's. No call leaves the machine.
 */
export const GUIDE_NUMBERS: Readonly<Record<string, string>> = {
  '61402012298': LAB_NUMBERS.answers,
  '61731071901': LAB_NUMBERS.transferTarget,
};

/** A spare number for which the carrier asks no login, so that its phone can. */
export const LOGIN_AT_PHONE = '0255500103';

const FIXED_LINES = 40;

/** Numbers without a phone until `phones.add` plugs a SIPp scenario in; a call to one gets 480 until then. */
export const SPARE_NUMBERS = [
  '0491571266',
  '0491571491',
  '0491571804',
  '0491572549',
  '0491572665',
  '0491572983',
  ...Array.from({ length: FIXED_LINES }, (_, line) => `02555002${String(line).padStart(2, '0')}`),
  LOGIN_AT_PHONE,
] as const;

/** A number of the lab in any form (`+61 491 570 156`, `61491570156`) as its phone knows it: `0491570156`. */
export const nationalNumber = (number: string): string => {
  const digits = carrierNumber(number);
  return digits.startsWith('61') ? `0${digits.slice(2)}` : digits;
};
