import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { onExit } from './signals.mjs';

const LOOK_AGAIN_MS = 200;
/** Nobody needs this long to remove a dead owner's lock; a breaker older than this died doing it. */
const BREAKER_MS = 10_000;

/** @param {string} file */
const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** When the process started, in clock ticks since boot; tells it from a later one with the same number. */
const startOf = (/** @type {number} */ pid) => {
  const stat = read(`/proc/${pid}/stat`);
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] : '-';
};

/** @param {string} owner as written into the lock: "pid start" */
const isAlive = (owner) => {
  const [pid, start] = owner.trim().split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return start === '-' || startOf(Number(pid)) === start;
};

/**
 * A file that appears whole, or not at all when somebody else's is there.
 * @param {string} file
 * @param {string} text
 */
const createWhole = (file, text) => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

/**
 * Removes the lock of a dead owner. Only one process may do so, and only while the lock is still that
 * owner's: otherwise a slow one would remove the lock of whoever came after.
 * @param {string} file
 * @param {string} deadOwner
 */
const breakLock = (file, deadOwner) => {
  const breaker = `${file}.breaker`;
  if (!createWhole(breaker, `${Date.now()}`)) {
    if (Date.now() - Number(read(breaker) ?? Date.now()) > BREAKER_MS) rmSync(breaker, { force: true });
    return;
  }
  if (read(file) === deadOwner) rmSync(file, { force: true });
  rmSync(breaker, { force: true });
};

/**
 * Runs the work while no other process of this checkout does the same; waits for its turn.
 * @template T
 * @param {string} file
 * @param {(ownerPid: string) => void} onWait called once when there is somebody to wait for
 * @param {() => Promise<T>} work
 */
export const withLock = async (file, onWait, work) => {
  mkdirSync(dirname(file), { recursive: true });
  const me = `${process.pid} ${startOf(process.pid)}\n`;
  let told = false;
  while (!createWhole(file, me)) {
    const owner = read(file);
    if (owner !== null && !isAlive(owner)) breakLock(file, owner);
    else if (owner !== null && !told) {
      told = true;
      onWait(owner.split(' ')[0] ?? '');
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const release = () => rmSync(file, { force: true });
  const forget = onExit(release);
  try {
    return await work();
  } finally {
    forget();
    release();
  }
};
