import { parsePhoneNumber } from '@outdial/telephony';

/** Who put a number on the do-not-call list: its callee by an opt-out, a person or program, or a file. */
export const DO_NOT_CALL_SOURCES = ['callee', 'api', 'import'] as const;
export type DoNotCallSource = (typeof DO_NOT_CALL_SOURCES)[number];

/** One number that is never dialled. */
export type DoNotCallEntry = {
  /** E.164. */
  readonly number: string;
  readonly source: DoNotCallSource;
  /** Why, in somebody's words. */
  readonly note: string | null;
  /** The call in which its callee asked for it. */
  readonly callId: string | null;
  readonly createdAt: Date;
};

/** The longest note, in characters. */
export const LONGEST_NOTE = 500;

/** A number to put on the list. */
export type NewDoNotCall = Pick<DoNotCallEntry, 'number' | 'note'>;

/** A line of a list, as it was written; lines count from 1. */
export type ListLine = { readonly line: number; readonly value: unknown; readonly note: string | null };

/** A line that is not as it should be, and why. `value` is what stands there. */
export type LineRemark = { readonly line: number; readonly value: string; readonly detail: string };

/** What a list holds. */
export type ReadList = {
  readonly entries: readonly NewDoNotCall[];
  /** Lines that no number could be read from. */
  readonly bad: readonly LineRemark[];
  /** Lines that were taken though something is missing in them. */
  readonly doubtful: readonly LineRemark[];
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';

// A spreadsheet takes 0491570156 for a number and drops its zero.
const lostZero = (value: unknown, e164: string, country: string): boolean => {
  const digits = String(value).trim();
  if (!/^[1-9]\d*$/.test(digits) || e164 === `+${digits}`) return false;
  const withZero = parsePhoneNumber(`0${digits}`, country);
  const isRead = withZero.status === 'ok' && withZero.number.e164 === e164;
  return isRead && ['mobile', 'fixed_line', 'fixed_line_or_mobile'].includes(withZero.number.type);
};

/** Reads each line as a number of `country`, unless it names another. No line is left out of what is given back. */
export const readNumberList = (lines: readonly ListLine[], country: string): ReadList => {
  const entries: NewDoNotCall[] = [];
  const bad: LineRemark[] = [];
  const doubtful: LineRemark[] = [];
  for (const { line, value, note } of lines) {
    const parsed = parsePhoneNumber(value, country);
    if (parsed.status === 'invalid') {
      bad.push({ line, value: shown(value), detail: parsed.reason });
      continue;
    }
    const { e164 } = parsed.number;
    if (note !== null && note.length > LONGEST_NOTE) {
      const detail = `The note is longer than ${LONGEST_NOTE} characters.`;
      bad.push({ line, value: shown(value), detail });
      continue;
    }
    entries.push({ number: e164, note: note === '' ? null : note });
    if (lostZero(value, e164, country)) {
      const detail = `The zero in front is missing, as spreadsheets drop it; it was taken as ${e164}. Format the column as text.`;
      doubtful.push({ line, value: shown(value), detail });
    }
  }
  return { entries, bad, doubtful };
};
