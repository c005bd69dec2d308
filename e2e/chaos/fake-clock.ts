import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The wall clock of one program, which a test sets. Clocks that only ever run forward stay as they are. */
export type FakeClock = {
  /** What the program is to be started with: Debian's libfaketime. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that it is ahead of the true time from now on. */
  readonly set: (seconds: number) => void;
};

/** A clock that tells the true time until it is set. Its file is made under `dir`. */
export const fakeClock = (dir: string): FakeClock => {
  const folder = join(dir, 'fake-clock');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'offset');
  const set = (seconds: number): void => {
    writeFileSync(`${file}.next`, `+${seconds}\n`);
    renameSync(`${file}.next`, file);
  };
  set(0);
  return {
    env: {
      // The loader puts in the folder of this machine's kind.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
};
