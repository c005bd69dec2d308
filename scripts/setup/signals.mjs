import { constants } from 'node:os';
import { endLeftovers } from './leftovers.mjs';

/** npm passes a Ctrl-C on that the terminal already delivered: two within this time are one. */
const SAME_SIGNAL_MS = 1_000;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @type {Set<() => unknown>} */
const stoppers = new Set();
/** @type {Set<() => void>} */
const exits = new Set();
/** @type {{ signal: NodeJS.Signals, at: number } | null} */
let stopping = null;

/** True from the first Ctrl-C or SIGTERM on. */
export const isStopping = () => stopping !== null;

/**
 * Registers how to end something that runs; all are awaited on a signal. Returns how to forget it.
 * @param {() => unknown} stop
 */
export const onStop = (stop) => {
  stoppers.add(stop);
  return () => stoppers.delete(stop);
};

/**
 * Registers something to put back, however this process ends (SIGKILL apart). It must be synchronous.
 * @param {() => void} tidy
 */
export const onExit = (tidy) => {
  exits.add(tidy);
  return () => exits.delete(tidy);
};

/** @param {NodeJS.Signals} signal */
export const exitCodeFor = (signal) => 128 + constants.signals[signal];

/**
 * From here on SIGINT, SIGTERM and SIGHUP end everything that was started, and then this process with
 * 130, 143 or 129. A second signal ends at once what did not want to end.
 */
export const handleSignals = () => {
  process.on('exit', () => {
    for (const tidy of exits) tidy();
  });
  for (const signal of SIGNALS) {
    process.on(signal, async () => {
      const now = Date.now();
      if (stopping && now - stopping.at < SAME_SIGNAL_MS) return;
      const again = stopping !== null;
      stopping = { signal, at: now };
      if (!again) {
        if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
        await Promise.allSettled([...stoppers].map(async (stop) => stop()));
      }
      await endLeftovers(again ? 0 : undefined);
      console.log('Stopped; nothing is left running.');
      process.exit(exitCodeFor(signal));
    });
  }
};
