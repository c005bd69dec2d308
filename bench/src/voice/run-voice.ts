import { type Lab, type LlmRule, type Part, startLab } from '@outdial/lab';
import { startFloor } from '../floor/floor.ts';
import { type BenchPhone, startPhone } from '../phone/phone.ts';
import { type CallMeasures, measuresOf } from './call-measures.ts';
import { atRest, rssOfEach, totalPss, totalRss, watchMemory } from './memory.ts';
import { type Side, startOurs } from './side.ts';
import { type TurnParts, turnParts } from './turn-parts.ts';

/** Spare, and as the floor has to dial it. */
const NUMBER = '61255500200';
const CALL_LIMIT_MS = 60_000;

const GREETING = 'Hello, this is the automated assistant of Harbour Dental.';

/** An answer of one sentence and more than six seconds, without a pause that could be taken for its end. */
const LONG =
  'Thank you Robin I am calling to tell you that the appointment which you made with us for next Thursday morning ' +
  'at half past ten has been moved to another room on the second floor of the same building in Harbour Street.';

const SCRIPT: readonly LlmRule[] = [
  { on: 'user', match: /accounts|kim|help/i, reply: 'All right, please go on.' },
  { on: 'user', match: /morning|robin/i, reply: LONG },
  { on: 'user', match: /(?:)/, reply: 'We are open until one.' },
];

/** One call of one side. */
export type MeasuredCall = Omit<CallMeasures, 'turns'> & {
  readonly turnMs: readonly number[];
  readonly turnParts: readonly TurnParts[];
  /** Largest resident memory of the job's process from the answer's second on, MiB. */
  readonly jobRssMiB: number;
  readonly phoneLatenessMs: number;
};

/** Memory without a call, MiB: of all processes, the same with shared pages counted once, of each. */
export type Rest = { readonly rss: number; readonly pss: number; readonly each: readonly number[] };

const restOf = async (worker: Part, processes: number | null): Promise<Rest> => {
  await atRest(worker, processes);
  return { rss: totalRss(worker), pss: totalPss(worker), each: rssOfEach(worker) };
};

/** Everything that was measured of one side. */
export type MeasuredSide = {
  readonly calls: readonly MeasuredCall[];
  /** Worker with all its processes and no call, before the first call and after the last. */
  readonly rest: { readonly before: Rest; readonly after: Rest };
  /** Why a call gave no figures, one line each. */
  readonly failures: readonly string[];
};

export type VoiceResult = { readonly ours: MeasuredSide; readonly floor: MeasuredSide };

type Running = {
  readonly name: keyof VoiceResult;
  readonly side: Side;
  readonly before: Rest;
  readonly calls: MeasuredCall[];
  readonly failures: string[];
};

const place = async (lab: Lab, phone: BenchPhone, running: Running): Promise<MeasuredCall> => {
  const { side } = running;
  const memory = watchMemory(side.worker);
  try {
    const next = phone.nextCall(CALL_LIMIT_MS);
    await side.call(phone.number, GREETING);
    const log = await next;
    const { turns, ...measures } = measuresOf(log);
    const samples = memory.stop();
    await atRest(side.worker, running.before.each.length);
    // The job's process was there before the call and is gone after it.
    const left = new Set(side.worker.pids());
    const jobs = [...samples].filter(([pid]) => !left.has(pid)).map(([, rss]) => Math.max(...rss));
    return {
      ...measures,
      turnMs: turns.map(({ saidUntil, answeredAt }) => answeredAt - saidUntil),
      turnParts: turns.map((turn) => turnParts(turn, lab.speech)),
      jobRssMiB: Math.max(...jobs),
      phoneLatenessMs: log.ownLatenessMs,
    };
  } finally {
    memory.stop();
  }
};

const start = async (name: Running['name'], side: Side): Promise<Running> => ({
  name,
  side,
  before: await restOf(side.worker, null),
  calls: [],
  failures: [],
});

/**
 * Places `calls` calls with each side in turn, after one of each that does not count. What the lab's models take is
 * as good as nothing, so that nothing hides what the sides add.
 */
export const runVoice = async (calls: number, say: (line: string) => void): Promise<VoiceResult> => {
  const lab = await startLab({ onProgress: say });
  const closers: (() => unknown)[] = [() => lab.stop()];
  try {
    lab.speech.llm.script(SCRIPT);
    const phone = await startPhone(lab, NUMBER);
    closers.push(() => phone.close());
    const sides: Running[] = [];
    for (const [name, begin] of [
      ['ours', startOurs],
      ['floor', startFloor],
    ] as const) {
      say(`Starting ${name}`);
      const side = await begin(lab);
      closers.push(() => side.stop());
      sides.push(await start(name, side));
    }
    for (let round = 0; round <= calls; round += 1) {
      for (const running of round % 2 === 0 ? sides : sides.toReversed()) {
        const counts = round > 0;
        say(counts ? `Call ${round} of ${calls}: ${running.name}` : `Warm-up: ${running.name}`);
        try {
          const call = await place(lab, phone, running);
          if (counts) running.calls.push(call);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          say(`  no figures: ${reason}`);
          running.failures.push(`call ${round}: ${reason}`);
          await atRest(running.side.worker, running.before.each.length);
        }
      }
    }
    const measured: MeasuredSide[] = [];
    for (const { side, before, calls, failures } of sides) {
      const after = await restOf(side.worker, before.each.length);
      measured.push({ calls, failures, rest: { before, after } });
    }
    const [ours, floor] = measured;
    if (ours === undefined || floor === undefined) throw new Error('A side is missing.');
    return { ours, floor };
  } finally {
    for (const close of closers.toReversed()) await close();
  }
};
