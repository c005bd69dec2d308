import { calleeZones, type PhoneNumber } from '@outdial/telephony';
import { type CallingHours, nextOpening, tellOpening } from './calling-hours.ts';
import type { RailVerdict } from './guard-rails.ts';
import { DEFAULT_NOT_AFTER_MS } from './next-attempt.ts';
import { pass, refuse } from './rail-verdict.ts';

/** What is asked for: RFC 3339, as in the request. */
export type AskedTimes = {
  readonly schedule_at?: string | undefined;
  readonly not_after?: string | undefined;
};

/** When a call may start, and what the calling hours say of that. */
export type CallTimes = {
  /** `null`: at once. */
  readonly scheduledFor: Date | null;
  readonly notAfter: Date;
  readonly verdict: RailVerdict;
};

// A time that has passed already is now.
const startOf = ({ schedule_at: asked }: AskedTimes, now: Date): Date | null => {
  const at = asked === undefined ? null : new Date(asked);
  return at !== null && at > now ? at : null;
};

/** Whether the call could start at all before its deadline. */
export const deadlineRail = (command: AskedTimes, now: Date): RailVerdict => {
  if (command.not_after === undefined)
    return pass('not_after', 'The call may start within an hour of its time.');
  const notAfter = Date.parse(command.not_after);
  if (notAfter <= now.getTime()) {
    return refuse(
      'not_after',
      'not_after_passed',
      'not_after is in the past, so the call could never start.',
    );
  }
  return command.schedule_at !== undefined && notAfter <= Date.parse(command.schedule_at)
    ? refuse(
        'not_after',
        'not_after_passed',
        'not_after is not after schedule_at, so the call could never start.',
      )
    : pass('not_after', 'The call may start until then.');
};

/** When this number's phone may ring first, from `start` on; null: not within two months. */
export const opensFor = (number: PhoneNumber, hours: CallingHours, start: Date): Date | null =>
  nextOpening(hours, calleeZones(number, hours.home), start);

/**
 * When a call starts and until when it may: as asked for, and outside the calling hours at their next opening,
 * which `not_after` has to reach. `number` null: it could not be read.
 */
export const callTimes = (
  asked: AskedTimes,
  number: PhoneNumber | null,
  hours: CallingHours | null,
  now: Date,
): CallTimes => {
  const scheduledFor = startOf(asked, now);
  const start = scheduledFor ?? now;
  const notAfter =
    asked.not_after === undefined
      ? new Date(start.getTime() + DEFAULT_NOT_AFTER_MS)
      : new Date(asked.not_after);
  const times = (verdict: RailVerdict, at = scheduledFor): CallTimes => ({
    scheduledFor: at,
    notAfter,
    verdict,
  });
  if (hours === null) return times(pass('calling_hours', 'No calling hours are set.'));
  if (number === null) return times(pass('calling_hours', 'The number is not known, and so is its time.'));
  const zones = calleeZones(number, hours.home);
  const opening = nextOpening(hours, zones, start);
  if (opening === null) {
    return times(
      refuse(
        'calling_hours',
        'outside_calling_hours',
        'Calling hours and holidays leave no moment for this number within two months; look at CALLING_HOURS and CALLING_HOLIDAYS.',
      ),
    );
  }
  if (opening.getTime() === start.getTime()) {
    return times(pass('calling_hours', 'It is within the calling hours of the number.'));
  }
  const told = tellOpening(opening, zones);
  // A deadline that makes no sense is told by its own rail.
  if (opening < notAfter || notAfter <= start) {
    const detail = `Outside the calling hours; the call would wait until ${told}.`;
    return times(pass('calling_hours', detail), opening);
  }
  return times(
    refuse(
      'calling_hours',
      'outside_calling_hours',
      `Outside the calling hours, which begin at ${told}; send a not_after later than that, and the call waits for it.`,
      opening,
    ),
  );
};
