import type { RecordingClaim } from '@outdial/telephony';
import type { CallStore, RecordingReceipt, RecordingStore } from '../ports.ts';
import { applyEvent } from './advance.ts';

type Deps = { readonly calls: CallStore; readonly recordings: RecordingStore };

/** `not_wanted`: the call was not to be recorded, or what it says was deleted since. */
export type TakenRecording = RecordingReceipt['status'] | 'not_found' | 'not_granted' | 'not_wanted';

/** Takes the recording of a call: first on disk, then in the record. A repetition takes its place. */
export const takeRecording = async (
  deps: Deps,
  id: string,
  claim: RecordingClaim,
  body: AsyncIterable<Uint8Array>,
): Promise<TakenRecording> => {
  const call = await deps.calls.find(id);
  if (call === null) return 'not_found';
  if (call.grantToken !== claim.token) return 'not_granted';
  if (!call.record || call.purgedAt !== null || call.recordingState === 'deleted') return 'not_wanted';
  const { status } = await deps.recordings.receive(call.id, body, claim);
  if (status !== 'stored') return status;
  const advanced = await applyEvent(deps.calls, id, { type: 'recording_stored' });
  // It was purged while its file came.
  if (advanced === null || advanced.call.purgedAt !== null) {
    await deps.recordings.remove(call.id);
    return 'not_wanted';
  }
  return 'stored';
};
