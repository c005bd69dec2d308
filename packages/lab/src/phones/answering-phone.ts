import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PartRunner } from '../process.ts';
import { waitFor } from '../wait-for.ts';
import { type AnsweringLine, type PhoneCall, startAnsweringLine } from './answering-line.ts';
import { type LinePorts, lineDir } from './baresip-config.ts';
import { type PhoneWords, preparePhoneAudio } from './phone-audio.ts';

/** A phone that rings, picks up, speaks and records; several lines, so that calls overlap without mixing. */
export type AnsweringPhone = {
  number: string;
  /** Answered calls in order of their answer. */
  calls(): PhoneCall[];
  recordings(): Promise<string[]>;
  /** Ends the phone's calls; waits up to 1 s for one. Gives how many there were. */
  hangUp(): Promise<number>;
  /** Presses keys in the phone's current call. */
  press(keys: string): Promise<void>;
  /** What the phone says from the next call on. `null`: what it said at the start. */
  say(words: PhoneWords | null): Promise<void>;
  /** Lets go of the lines and of the long WAV that they played. */
  close(): Promise<void>;
};

export type AnsweringPhoneOptions = {
  command: string;
  /** Folder of all phones. */
  dir: string;
  number: string;
  lines: readonly LinePorts[];
  carrierPort: number;
  /** What it says unless told otherwise. */
  words: PhoneWords;
};

const HANG_UP_WAIT_MS = 1_000;
const HEARD = /^heard-incoming-.*\.wav$/;

/** Starts every line of a phone. */
export const startAnsweringPhone = async (
  runner: PartRunner,
  options: AnsweringPhoneOptions,
): Promise<AnsweringPhone> => {
  const { command, number, carrierPort, words } = options;
  const dir = join(options.dir, number);
  const file = join(dir, 'says.wav');
  await mkdir(dir, { recursive: true });
  await preparePhoneAudio(words, file);

  const dirs = options.lines.map((_, line) => lineDir(options.dir, number, line));
  const lines: AnsweringLine[] = await Promise.all(
    options.lines.map((ports, line) =>
      startAnsweringLine(runner, `phone-${number}-line-${line}`, {
        ...{ command, number, ports, carrierPort },
        dir: lineDir(options.dir, number, line),
        say: file,
      }),
    ),
  );

  const recordings = async () => {
    const found = await Promise.all(
      dirs.map(async (lineFolder) => (await readdir(lineFolder)).map((name) => join(lineFolder, name))),
    );
    // The time of the answer stands in the name.
    return found
      .flat()
      .filter((path) => HEARD.test(basename(path)))
      .sort((a, b) => basename(a).localeCompare(basename(b)));
  };
  const hangUp = async () => {
    // Whoever asks knows of a call; the phone may learn a few ms later that the call is up.
    await waitFor(
      'a call to hang up',
      async () =>
        lines.some((line) => line.calls().some((call) => call.endedAt === null)) ? true : undefined,
      HANG_UP_WAIT_MS,
    ).catch(() => undefined);
    return (await Promise.all(lines.map((line) => line.hangUp()))).reduce((sum, n) => sum + n, 0);
  };

  return {
    number,
    calls: () => lines.flatMap((line) => line.calls()).sort((a, b) => a.answeredAt - b.answeredAt),
    recordings,
    hangUp,
    press: async (keys) => {
      const talking = lines.find((line) => line.calls().some((call) => call.endedAt === null));
      if (talking === undefined) throw new Error(`${number} is in no call`);
      await talking.press(keys);
    },
    say: (next) => preparePhoneAudio(next ?? words, file),
    close: async () => {
      for (const line of lines) line.close();
      await rm(file, { force: true });
    },
  };
};
