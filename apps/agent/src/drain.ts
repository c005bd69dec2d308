import { setTimeout as pause } from 'node:timers/promises';
import type { AgentServer } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';

const LOOK_EVERY_MS = 250;

/** Takes no new calls and waits until the last running one is over, `limitMs` at most. Never throws. */
export const drainWorker = async (
  server: Pick<AgentServer, 'drain' | 'activeJobs'>,
  limitMs: number,
  log: Logger,
): Promise<void> => {
  const deadline = performance.now() + limitMs;
  try {
    await server.drain(limitMs);
  } catch (error) {
    // drain() throws while a warm process starts; the calls themselves go on and are waited for.
    log.warn({ reason: String(error) }, 'drain was refused by the worker; waiting for the calls');
  }
  while (server.activeJobs.length > 0 && performance.now() < deadline) await pause(LOOK_EVERY_MS);
};
