// pnpm bench [part] [--calls N] [--write]: the figures of docs/performance.md, each beside its floor, in one run.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { describeMachine } from './machine.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { intoPage } from './page.ts';
import { toMarkdown, toText } from './table.ts';
import { runVoice } from './voice/run-voice.ts';
import { voiceFigures } from './voice/voice-figures.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const PAGE = join(REPOSITORY, 'docs/performance.md');
const RESULTS = join(REPOSITORY, '.bench');

const readOrExit = (): BenchOptions => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
};

const measureVoice = async ({ calls, write }: BenchOptions): Promise<void> => {
  const machine = describeMachine();
  const at = new Date().toISOString();
  const result = await runVoice(calls, (line) => console.log(line));
  const file = join(RESULTS, `voice-${at.replace(/[:.]/g, '-')}.json`);
  await mkdir(RESULTS, { recursive: true });
  const loadAfter = describeMachine().load;
  await writeFile(file, JSON.stringify({ at, machine, loadAfter, result }));
  const failures = [
    ...result.ours.failures.map((failure) => `ours: ${failure}`),
    ...result.floor.failures.map((failure) => `floor: ${failure}`),
  ];
  const figures = voiceFigures(result);
  const context = [
    `${at.slice(0, 10)}, ${calls} calls of each side, ${machine.processor}, ${machine.cores} cores, ` +
      `${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}, agents-js ${machine.agentsJs}, ` +
      `load ${machine.load} before and ${loadAfter} after.`,
    `Calls without figures: ${failures.length === 0 ? 'none' : failures.join('; ')}.`,
  ].join(' ');
  console.log(`\n${toText(figures)}\n\n${context}\nEach value: ${relative(REPOSITORY, file)}`);
  if (!write) return;
  const page = intoPage(await readFile(PAGE, 'utf8'), 'voice', `\n${toMarkdown(figures)}\n\n${context}\n`);
  await writeFile(PAGE, page);
  console.log(`Written to ${relative(REPOSITORY, PAGE)}`);
};

const options = readOrExit();
if (options.parts.includes('voice')) await measureVoice(options);
