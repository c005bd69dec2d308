import { isFinal, type TransferResult } from '@outdial/telephony';
import type { Call } from './call.ts';

/** Everything that is told about a call, on its event stream and to callbacks that ask for it. */
export const CALL_EVENT_TYPES = [
  'call.queued',
  'call.dispatched',
  'call.dialing',
  'call.ringing',
  'call.answered',
  'call.transfer',
  'call.opt_out',
  'call.cancel_requested',
  'call.ended',
  'call.result',
  'call.recording',
  'call.late_leg',
] as const;
export type CallEventType = (typeof CALL_EVENT_TYPES)[number];

const changed = (before: Call, after: Call, field: keyof Call): boolean =>
  before[field] === null && after[field] !== null;

const isSame = (before: TransferResult | null, after: TransferResult): boolean =>
  before?.target === after.target && before.mode === after.mode && before.result === after.result;

/** What a change of a call tells the world, in order; `before` null: the call was just accepted. */
export const eventsOf = (before: Call | null, after: Call): readonly CallEventType[] => {
  if (before === null) return ['call.queued'];
  const events: CallEventType[] = [];
  if (after.dispatchNumber > before.dispatchNumber) events.push('call.dispatched');
  if (changed(before, after, 'dialingAt')) events.push('call.dialing');
  if (changed(before, after, 'ringingAt') && !isFinal(before.status)) events.push('call.ringing');
  if (changed(before, after, 'answeredAt')) events.push('call.answered');
  if (after.transfer !== null && !isSame(before.transfer, after.transfer)) events.push('call.transfer');
  if (changed(before, after, 'optedOutAt')) events.push('call.opt_out');
  if (changed(before, after, 'cancelRequestedAt')) events.push('call.cancel_requested');
  if (isFinal(after.status) && !isFinal(before.status)) events.push('call.ended');
  // A result has words with it. One that was given up has none and is no event: told, it would keep the event of
  // the real one, should that come later, from every callback address.
  if (changed(before, after, 'transcriptAt')) events.push('call.result');
  if (after.recordingState === 'stored' && before.recordingState !== 'stored') events.push('call.recording');
  if (after.lateLeg && !before.lateLeg) events.push('call.late_leg');
  return events;
};
