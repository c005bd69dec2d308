import { setTimeout as delay } from 'node:timers/promises';
import type { CallRecord } from './answers.ts';
import type { Answer, BridgeClient } from './bridge-client.ts';
import { BridgeAway, BridgeRefusal } from './errors.ts';

const WAIT_SECONDS = 25;
const PAUSE_MS = 1_000;
const AWAY_LIMIT_MS = 60_000;

const mayComeBack = (error: unknown): boolean =>
  error instanceof BridgeAway ||
  (error instanceof BridgeRefusal && (error.status === 429 || error.status === 503));

/**
 * Follows a call until it has its outcome, telling each new status. Asking changes nothing, so a
 * bridge that is started anew meanwhile is waited for; rejects when it is away for `awayLimitMs`.
 */
export const waitForEnd = async (
  bridge: BridgeClient,
  id: string,
  note: (line: string) => void,
  awayLimitMs = AWAY_LIMIT_MS,
): Promise<Answer<CallRecord>> => {
  let heardAt = performance.now();
  let status: string | null = null;
  for (;;) {
    const askedAt = performance.now();
    try {
      const answer = await bridge.get<CallRecord>(`/calls/${id}`, { wait: WAIT_SECONDS });
      if (answer.body.outcome !== null) return answer;
      heardAt = performance.now();
      if (answer.body.status !== status) note(`${id} is ${answer.body.status}`);
      status = answer.body.status;
    } catch (error) {
      if (!mayComeBack(error) || performance.now() - heardAt > awayLimitMs) throw error;
    }
    // A bridge that is stopping answers at once; it is not to be flooded.
    await delay(Math.max(0, askedAt + PAUSE_MS - performance.now()));
  }
};
