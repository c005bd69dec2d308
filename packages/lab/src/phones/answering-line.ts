import { readdirSync, renameSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { PartRunner } from '../process.ts';
import { waitFor } from '../wait-for.ts';
import { baresipFiles, type LineOptions } from './baresip-config.ts';
import { type BaresipControl, type BaresipEvent, controlBaresip } from './baresip-control.ts';

/** A call as the phone saw it. Times are milliseconds since 1970. */
export type PhoneCall = {
  /** The SIP Call-ID. */
  callId: string;
  number: string;
  /** `outgoing`: the phone was transferred and placed this call itself. */
  direction: 'incoming' | 'outgoing';
  answeredAt: number;
  endedAt: number | null;
  /**
   * WAVs of what the phone heard and said (8 kHz, mono). They grow while the call lasts; their headers are right
   * at its end. `null`: baresip made none.
   */
  heard: string | null;
  said: string | null;
  /** Keys that were pressed at the other end, as this phone received them. */
  pressed: string;
};

/** One baresip of a phone. */
export type AnsweringLine = {
  calls(): PhoneCall[];
  /** Hangs up every call of the line; gives how many there were. */
  hangUp(): Promise<number>;
  /** Presses keys in the line's current call. */
  press(keys: string): Promise<void>;
  close(): void;
};

/** How long a phone rings before it is picked up, ms. */
const RINGS_MS = 1_000;
/** How long a key and the pause after it take. */
const KEY_MS = 400;

/**
 * baresip names a recording after the second in which it began, so the next call of that second would write over
 * it. Renamed at the answer it keeps growing and is safe, and its name tells the Call-ID.
 */
const nameRecording = (dir: string, kind: 'enc' | 'dec', name: string): string | null => {
  const newest = readdirSync(dir)
    .filter((file) => file.startsWith('dump-') && file.endsWith(`-${kind}.wav`))
    .sort()
    .at(-1);
  if (newest === undefined) return null;
  renameSync(join(dir, newest), join(dir, name));
  return join(dir, name);
};

/** Starts a baresip in `options.dir`. Ready when its control port answers, which baresip opens last. */
export const startAnsweringLine = async (
  runner: PartRunner,
  name: string,
  options: LineOptions,
): Promise<AnsweringLine> => {
  const { dir, number, ports } = options;
  await mkdir(dir, { recursive: true });
  for (const [file, text] of Object.entries(baresipFiles(options))) await writeFile(join(dir, file), text);

  const calls = new Map<string, PhoneCall>();
  const ringing = new Set<NodeJS.Timeout>();
  const onEvent = ({ type, id, direction, param }: BaresipEvent) => {
    if (type === 'CALL_INCOMING') {
      // A call that was given up meanwhile makes baresip refuse the command, which is as it should be.
      ringing.add(setTimeout(() => control?.command('accept').catch(() => undefined), RINGS_MS));
    }
    if (type === 'CALL_ESTABLISHED') {
      const answeredAt = Date.now();
      const time = new Date(answeredAt).toISOString().replace(/[:.]/g, '-');
      const stem = `${direction}-${time}-${id.replace(/\W/g, '_')}.wav`;
      const heard = nameRecording(dir, 'dec', `heard-${stem}`);
      const said = nameRecording(dir, 'enc', `said-${stem}`);
      calls.set(id, { callId: id, number, direction, answeredAt, endedAt: null, heard, said, pressed: '' });
    }
    const call = calls.get(id);
    if (type === 'CALL_DTMF_START' && call !== undefined) call.pressed += param;
    if (type === 'CALL_CLOSED' && call !== undefined) call.endedAt = Date.now();
  };

  let control: BaresipControl | undefined;
  await runner.start({
    name,
    command: options.command,
    args: ['-f', dir],
    ready: async () => {
      control ??= await controlBaresip(ports.control, onEvent);
      return true;
    },
  });
  const live = () => [...calls.values()].filter((call) => call.endedAt === null);
  const hangUp = async () => {
    const ending = live();
    // baresip's hangup ends its current call; the next one becomes current when that is over.
    for (let left = ending.length; left > 0; left = ending.filter((call) => call.endedAt === null).length) {
      await control?.command('hangup');
      await waitFor(`the end of a call of ${name}`, async () =>
        ending.filter((call) => call.endedAt === null).length < left ? true : undefined,
      );
    }
    return ending.length;
  };
  return {
    calls: () => [...calls.values()].map((call) => ({ ...call })),
    hangUp,
    press: async (keys) => {
      for (const key of keys) {
        await control?.command('sndcode', key);
        await pause(KEY_MS);
      }
    },
    close: () => {
      for (const timer of ringing) clearTimeout(timer);
      control?.close();
    },
  };
};
