import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Run, runCli } from '../run-cli.ts';
import { EXAMPLES, type ExampleName } from './examples.ts';

/** Runs the command line of one example, in a folder without any settings. */
export const renderExample = async (name: ExampleName): Promise<Run> => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-firewall-'));
  try {
    return await runCli(EXAMPLES[name].typed, EXAMPLES[name].env, dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** The golden file of an example, or of the undo script. */
export const golden = (name: ExampleName | 'undo'): string =>
  join(import.meta.dirname, 'golden', `${name}.rsc`);
