import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPhoneWav, type Lab, type UtteranceKey } from '@outdial/lab';
import type { CallLog } from './call-log.ts';
import { SAYS } from './conversation.ts';
import type { PhoneSettings } from './phone-process.ts';

/** The ear is not to be late because others are busy. */
const FIRST_SERVED = -15;

/** The listening phone at a spare number of the lab. */
export type BenchPhone = {
  readonly number: string;
  /** Waits for the end of the next call. Rejects when none has ended after `limitMs`. */
  nextCall(limitMs: number): Promise<CallLog>;
  close(): void;
};

/** Plugs the phone in at `number` and waits until it can be called. */
export const startPhone = async (lab: Lab, number: string): Promise<BenchPhone> => {
  const dir = join(lab.dir, 'bench-phone');
  await mkdir(dir, { recursive: true });
  const words: [UtteranceKey, string][] = [];
  for (const key of Object.values(SAYS)) {
    const file = join(dir, `${key}.wav`);
    await buildPhoneWav([key], file);
    words.push([key, file]);
  }
  const sipPort = lab.phones.portOf(number);
  const settings: PhoneSettings = { sipPort, rtpPort: sipPort + 2, words };
  const child = fork(fileURLToPath(new URL('./phone-process.ts', import.meta.url)), {
    serialization: 'advanced',
  });
  try {
    setPriority(child.pid ?? 0, FIRST_SERVED);
  } catch {
    // Not root: the table's line on the phone's own clock tells what it costs.
  }
  child.send(settings);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The bench's phone ended while starting (exit code ${code}).`);
    }),
  ]);
  return {
    number,
    nextCall: async (limitMs) => {
      const signal = AbortSignal.timeout(limitMs);
      const [{ log }] = (await once(child, 'message', { signal })) as [{ log: CallLog }];
      return log;
    },
    close: () => void (child.connected && child.disconnect()),
  };
};
