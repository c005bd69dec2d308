import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../errors.ts';

/** What a folder allows this user. */
export type FolderFacts = {
  readonly path: string;
  readonly exists: boolean;
  /** Why it cannot be written to, or not be made; `null` when it can. */
  readonly problem: string | null;
  /** Others may look into it, and nothing above it keeps them out. */
  readonly openToOthers: boolean;
  /** Its group may look into it or write: on purpose, or by a umask of 002. */
  readonly openToGroup: boolean;
};

const OTHERS = 0o007;
const GROUP = 0o070;
const ENTER = 0o001;

/** The folder itself, or the nearest one above it that exists. */
const nearest = async (path: string): Promise<string> => {
  const exists = await stat(path).then(
    () => true,
    // ENOTDIR: something above it is a file.
    (error) => !['ENOENT', 'ENOTDIR'].includes(codeOf(error)),
  );
  return exists || dirname(path) === path ? path : nearest(dirname(path));
};

const isClosedAbove = async (path: string): Promise<boolean> => {
  const above = dirname(path);
  if (above === path) return false;
  return ((await stat(above)).mode & ENTER) === 0 || isClosedAbove(above);
};

/** Looks at a folder without changing anything. Never rejects. */
export const lookAtFolder = async (path: string): Promise<FolderFacts> => {
  const problemOf = (problem: string): FolderFacts => ({
    path,
    exists: false,
    problem,
    openToOthers: false,
    openToGroup: false,
  });
  try {
    const found = await nearest(path);
    const facts = await stat(found);
    if (!facts.isDirectory()) return problemOf(`${found} is not a folder`);
    await access(found, constants.W_OK | constants.X_OK);
    const exists = found === path;
    const openToOthers = exists && (facts.mode & OTHERS) !== 0 && !(await isClosedAbove(path));
    const openToGroup = exists && (facts.mode & GROUP) !== 0;
    return { path, exists, problem: null, openToOthers, openToGroup };
  } catch (error) {
    return problemOf(codeOf(error));
  }
};

/** Bytes left on the disk of a folder, also of one that is not there yet. Rejects when that cannot be known. */
export const freeBytes = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(await nearest(path));
  return bavail * bsize;
};
