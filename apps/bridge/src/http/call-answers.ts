import type { Call } from '../domain/call.ts';
import { type CallRecord, toCallRecord } from '../domain/call-record.ts';
import { HttpError } from '../errors.ts';
import type { CallStore } from '../ports.ts';

/** The answer where there is no such call. */
export const notFound = (id: string): HttpError =>
  new HttpError('call_not_found', `There is no call ${id}; GET /calls lists those there are.`);

/** A call as the API shows it, with its callbacks. */
export const recordOf = async (deps: { readonly calls: CallStore }, call: Call): Promise<CallRecord> =>
  toCallRecord(call, await deps.calls.callbacksOf([call.id]));
