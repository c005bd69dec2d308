import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Every process started by one run carries this in its environment, also those that went their own way. */
const MARKER = 'OUTDIAL_RUN';
const runId = `${process.pid}-${randomUUID()}`;

/** What children get on top of their environment, so that they can be found again. */
export const runMarker = { [MARKER]: runId };

/** @param {string} file */
const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone meanwhile, or not ours to read
  }
};

/**
 * The processes of this run that are still there. Linux only: elsewhere there is no /proc, and none are found.
 * @returns {{ pid: number, command: string }[]}
 */
export const leftovers = () => {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => read(`/proc/${name}/environ`).includes(`${MARKER}=${runId}\0`))
    .map((name) => ({
      pid: Number(name),
      command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120),
    }));
};

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Ends what is left of this run: asks first, then insists.
 * @param {number} [patienceMs]
 */
export const endLeftovers = async (patienceMs = 1_000) => {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
    for (const { pid } of leftovers()) {
      try {
        process.kill(pid, signal);
      } catch {
        // it ended by itself
      }
    }
    const until = Date.now() + patienceMs;
    while (leftovers().length > 0 && Date.now() < until) await pause(20);
  }
};

/**
 * What a finished run left behind, after giving it a moment to end by itself.
 * @param {number} [patienceMs]
 */
export const awaitNoLeftovers = async (patienceMs = 3_000) => {
  const until = Date.now() + patienceMs;
  while (leftovers().length > 0 && Date.now() < until) await pause(50);
  return leftovers();
};
