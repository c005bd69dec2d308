import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { commandFailed } from './errors.mjs';
import { runMarker } from './leftovers.mjs';
import { repository } from './paths.mjs';
import { isStopping, onStop } from './signals.mjs';

const GRACE_MS = 5_000;
const TAIL_LINES = 25;

/**
 * @typedef {object} Child
 * @property {import('node:child_process').ChildProcess} process
 * @property {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} ended
 * @property {(signal: NodeJS.Signals) => void} kill to the whole process group
 */

/**
 * A child in a process group of its own, so that a Ctrl-C reaches it once, from here, and everything that
 * it started can be ended with it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Child}
 */
export const startChild = (command, args, options = {}) => {
  const child = spawn(command, args, {
    cwd: repository,
    detached: true,
    ...options,
    env: { ...(options.env ?? process.env), ...runMarker },
  });
  /** @type {Child['ended']} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  ended.catch(() => {}); // whoever awaits it still sees the error
  return {
    process: child,
    ended,
    kill: (signal) => {
      try {
        if (child.pid) process.kill(options.detached === false ? child.pid : -child.pid, signal);
      } catch {
        // already gone
      }
    },
  };
};

/**
 * Ends a child and its group: the given signal, then SIGKILL when the grace is over.
 * @param {Child} child
 * @param {{ signal?: NodeJS.Signals, graceMs?: number }} [options]
 */
export const endChild = async (child, { signal = 'SIGTERM', graceMs = GRACE_MS } = {}) => {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await child.ended.catch(() => {});
  clearTimeout(timer);
};

/** @param {string} file */
const tailOf = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');

/**
 * Runs one command of the set-up to its end, its output kept in a log file.
 * @param {object} job
 * @param {string} job.doing for the error: "installing …"
 * @param {string} job.command
 * @param {readonly string[]} job.args
 * @param {string} job.logFile
 * @param {string} [job.cwd]
 * @param {NodeJS.ProcessEnv} [job.env]
 * @param {boolean} [job.onTerminal] stays in the terminal's group, for commands that ask for a password
 * @param {(child: Child) => Promise<void>} [job.stop] how it is ended on Ctrl-C
 * @throws {SetupError} with the end of the log, when the command is missing or fails
 */
export const run = async ({ doing, command, args, logFile, cwd = repository, env, onTerminal, stop }) => {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const fail = (/** @type {string} */ exit, tail = tailOf(logFile)) =>
    commandFailed({ doing, exit, logFile: relative(repository, logFile), tail });
  try {
    const child = startChild(command, args, {
      cwd,
      ...(env ? { env } : {}),
      stdio: [onTerminal ? 'inherit' : 'ignore', log, log],
      detached: !onTerminal,
    });
    const forget = onStop(() => (stop ?? endChild)(child));
    const { code, signal } = await child.ended.catch((error) => {
      forget();
      throw fail('it could not be started', String(error.message));
    });
    if (isStopping()) await new Promise(() => {}); // the signal's handler ends this process
    forget();
    if (code !== 0) throw fail(signal ? `${basename(command)} was ended by ${signal}` : `exit code ${code}`);
  } finally {
    closeSync(log);
  }
};
