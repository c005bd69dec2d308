import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { maskPrivate } from '@outdial/runtime';
import type { Accepted, CallRecord, Transcript } from '../answers.ts';
import type { BridgeClient } from '../bridge-client.ts';
import { BridgeRefusal } from '../errors.ts';
import { waitForEnd } from '../wait-for-end.ts';
import { type Finding, fail } from './check.ts';
import { type Evidence, judgeTestCall } from './judge-test-call.ts';

const RING_SECONDS = 30;
const CALL_SECONDS = 40;
/** What was said comes a moment after the end. */
const TRANSCRIPT_TRIES = 20;
const TRY_EVERY_MS = 500;

const GREETING = 'Hello, this is a test call of your own phone agent. Please say something, then hang up.';
const INSTRUCTIONS =
  'This is a test of the telephone line. Answer whatever is said in one short sentence, then say goodbye and end the call.';

const transcriptOf = async (bridge: BridgeClient, id: string): Promise<Transcript | null> => {
  for (let left = TRANSCRIPT_TRIES; left > 0; left -= 1) {
    const { body } = await bridge.get<CallRecord & { readonly transcript_url: string | null }>(
      `/calls/${id}`,
    );
    if (body.transcript_url !== null) return (await bridge.get<Transcript>(`/calls/${id}/transcript`)).body;
    await delay(TRY_EVERY_MS);
  }
  return null;
};

/**
 * Places one call through the bridge, behind all of its guard rails, and says what its record proves of SIP and RTP.
 * Asked for once: a key of its own keeps a broken answer from becoming a second call.
 */
export const placeTestCall = async (
  bridge: BridgeClient,
  destination: string,
  note: (line: string) => void,
): Promise<Finding> => {
  let accepted: Accepted;
  try {
    const request = {
      destination,
      greeting: GREETING,
      instructions: INSTRUCTIONS,
      ring_timeout_seconds: RING_SECONDS,
      max_call_seconds: CALL_SECONDS,
      idempotency_key: `doctor-${randomUUID()}`,
    };
    accepted = (await bridge.post<Accepted>('/dispatch', request)).body;
  } catch (error) {
    if (!(error instanceof BridgeRefusal)) throw error;
    return fail(
      `The bridge does not place this call: ${error.message}`,
      'outdial call <number> --dry-run shows every guard rail and its verdict.',
    );
  }
  note(`Calling ${maskPrivate(destination)}: ${accepted.id}`);
  const { body } = await waitForEnd(bridge, accepted.id, note);
  const record = body as unknown as Evidence;
  return judgeTestCall(record, record.answered_at === null ? null : await transcriptOf(bridge, accepted.id));
};
