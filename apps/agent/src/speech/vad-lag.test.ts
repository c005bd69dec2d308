import { initializeLogger, VAD, type VADEvent, VADEventType, VADStream } from '@livekit/agents';
import { createLogger } from '@outdial/runtime';
import { beforeAll, expect, test } from 'vitest';
import { testLog } from '../../test/log.ts';
import { silenceVadLag, watchVad } from './vad-lag.ts';

/** A detector that took this long for each window. */
class SlowVad extends VAD {
  label = 'slow';
  readonly #durations: readonly number[];

  constructor(durations: readonly number[]) {
    super({ updateInterval: 32 });
    this.#durations = durations;
  }

  stream(): VADStream {
    return new SlowStream(this, this.#durations);
  }
}

class SlowStream extends VADStream {
  constructor(vad: VAD, durations: readonly number[]) {
    super(vad);
    for (const inferenceDuration of durations) {
      const event = { type: VADEventType.INFERENCE_DONE, inferenceDuration };
      this.sendVADEvent(event as VADEvent);
    }
    void this.outputWriter.close();
  }
}

const listen = async (vad: VAD): Promise<number> => {
  let events = 0;
  for await (const event of vad.stream()) events += event.inferenceDuration >= 0 ? 1 : 0;
  return events;
};

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

test('a detector that falls behind is counted, and told once with the mends', async () => {
  const { log, lines } = testLog();
  const vad = new SlowVad([...Array<number>(10).fill(80), ...Array<number>(20).fill(1)]);
  const facts = watchVad(vad, 'silero', log);
  expect(await listen(vad)).toBe(30);
  // 48 ms more with each of ten windows, then 31 ms less with each.
  expect(facts).toEqual({ maxLagMs: 480, slowWindows: 6 + 9 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 'warn', vad: 'silero', lagMs: 240 });
  expect(lines[0]?.msg).toMatch(/VAD=off.*STT_MODEL.*faster host/);
  await listen(vad);
  expect(lines).toHaveLength(1);
});

test('one that keeps up is not mentioned, however it hesitates', async () => {
  const { log, lines } = testLog();
  const vad = new SlowVad([150, ...Array<number>(20).fill(3), 150]);
  const facts = watchVad(vad, 'builtin', log);
  await listen(vad);
  expect(facts).toEqual({ maxLagMs: 118, slowWindows: 0 });
  expect(lines).toEqual([]);
});

test('the detectors’ own warnings for each window are silenced, other words of the framework are not', () => {
  const written: string[] = [];
  const framework = createLogger(
    { name: 'framework', level: 'debug', logPii: false },
    { write: (line) => void written.push(line) },
  );
  silenceVadLag(framework);
  framework.child({ delay: 240 }).warn('VAD inference is slower than realtime');
  framework.warn({ extraInferenceTimeMs: 240 }, 'VAD inference is slower than realtime');
  framework.child({ jobID: 'AJ_1' }).warn('something else');
  framework.warn('something else');
  expect(written).toHaveLength(2);
  expect(written[0]).toContain('something else');
});
