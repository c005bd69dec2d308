import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

// What Go writes into every program that it builds ("go version -m" prints it): the module and its version.
const BUILT_FROM = /(?:mod|dep)\tgithub\.com\/livekit\/sip\tv(\d+\.\d+\.\d+)/;

const fromBuild = async (path: string): Promise<string | null> =>
  BUILT_FROM.exec((await readFile(path)).toString('latin1'))?.[1] ?? null;

const fromProgram = async (path: string, timeoutMs: number): Promise<string | null> => {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: timeoutMs });
  return /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null;
};

/**
 * The version of a livekit-sip program: what Go wrote into it, else what it prints, which is 0.0.0-dev unless its
 * builder said otherwise. `null` when neither tells.
 */
export const readSipVersion = async (path: string, timeoutMs: number): Promise<string | null> =>
  (await fromBuild(path).catch(() => null)) ?? (await fromProgram(path, timeoutMs).catch(() => null));
