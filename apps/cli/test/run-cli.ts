import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeBridge, type Received, type Reply, startFakeBridge } from './fake-bridge.ts';

/** The program that is run. */
export const MAIN = join(import.meta.dirname, '../src/main.ts');

/** The key that `runCli` gives when none is named. */
export const API_KEY = 'cli-secret-0123456789-0123456789-0123456789';

/** What a run of the command line left. */
export type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the command line as a process of its own, in `dir`, without anything of this environment. `typed` is its stdin. */
export const runCli = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  dir = tmpdir(),
  typed = '',
): Promise<Run> => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end without having read all of it.
  child.stdin.on('error', () => {});
  child.stdin.end(typed);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
};

/** Runs the command line against a bridge that answers so. */
export const runAgainst = async (
  answer: (request: Received, count: number) => Reply,
  ...args: readonly string[]
): Promise<Run & { readonly bridge: FakeBridge }> => {
  const bridge = await startFakeBridge(answer);
  try {
    const run = await runCli(args, { BRIDGE_URL: bridge.url, OUTDIAL_API_KEY: API_KEY });
    return { ...run, bridge };
  } finally {
    await bridge.close();
  }
};
