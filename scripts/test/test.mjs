import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectEnv } from '../setup/dependencies.mjs';
import { awaitNoLeftovers, endLeftovers } from '../setup/leftovers.mjs';
import { cacheDir, node24 } from '../setup/paths.mjs';
import { endChild, startChild } from '../setup/processes.mjs';
import { setUp } from '../setup/setup.mjs';
import { isStopping, onStop } from '../setup/signals.mjs';
import { closingLines, isGreen, judgeRun, sum } from './results.mjs';

/** One more than there are cores: many of these tests wait for programs and timers. */
const UNIT_WORKERS = availableParallelism() + 1;

/** The unit tests first: they are quick, and what they find explains what the calls would show. */
const RUNS = [
  {
    name: 'unit tests',
    only: ['!lab-network', '!e2e', '!chaos'],
    options: [`--maxWorkers=${UNIT_WORKERS}`],
    limitMs: 20 * 60_000,
  },
  { name: 'tests on the lab', only: ['lab-network', 'e2e'], options: [], limitMs: 50 * 60_000 },
];

/** What is killed, stopped and cut while calls run: slow, and apart from the daily run. */
const CHAOS = { name: 'failure tests', only: ['chaos'], options: [], limitMs: 50 * 60_000 };

/**
 * `--chaos`: the failure tests alone; `--all`: those too.
 * @param {readonly string[]} args
 */
const runsFor = (args) => {
  if (args.includes('--chaos')) return [CHAOS];
  return args.includes('--all') ? [...RUNS, CHAOS] : RUNS;
};

/** A person's own settings must not reach the tests: they bring their own. */
const PRIVATE = /^(LIVEKIT_|SIP_|CARTESIA_|OPENAI_|BRIDGE_|AGENT_|DATABASE_URL|DATA_DIR|CALLBACK_)/;

/** @returns {NodeJS.ProcessEnv} */
const testEnv = () =>
  projectEnv(Object.fromEntries(Object.entries(process.env).filter(([name]) => !PRIVATE.test(name))));

/**
 * One run of vitest, with what it left behind counted as a failure.
 * @param {(typeof RUNS)[number]} kind
 * @param {readonly string[]} filters
 */
const runTests = async ({ name, only, options, limitMs }, filters) => {
  const file = join(cacheDir, `test-results-${process.pid}.json`);
  mkdirSync(cacheDir, { recursive: true });
  console.log(`\n── ${name}`);
  const vitest = startChild(
    node24,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--passWithNoTests',
      ...only.map((project) => `--project=${project}`),
      ...options,
      '--reporter=default',
      '--reporter=./scripts/test/reporter.mjs',
      ...filters,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...testEnv(), OUTDIAL_TEST_RESULTS: file } },
  );
  const forget = onStop(() => endChild(vitest));
  const limit = setTimeout(() => vitest.kill('SIGKILL'), limitMs);
  const exit = await vitest.ended;
  clearTimeout(limit);
  if (isStopping()) await new Promise(() => {}); // the signal's handler ends this process
  forget();

  const results = judgeRun(name, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null, exit);
  rmSync(file, { force: true });
  const left = await awaitNoLeftovers();
  await endLeftovers();
  const failures = left.map(({ pid, command }) => ({
    name: `the run of the ${name} left a process behind`,
    message: `${pid} ${command}`,
  }));
  return sum([results, { passed: 0, failures, skipped: [] }]);
};

/**
 * @param {readonly string[]} args `--chaos`, `--all`, file names, or options of vitest
 * @returns {Promise<number>} the exit code
 */
export const test = async (args) => {
  const filters = args.filter((arg) => arg !== '--chaos' && arg !== '--all');
  await setUp({ lab: true });
  const runs = [];
  for (const kind of runsFor(args)) runs.push(await runTests(kind, filters));
  const results = sum(runs);
  console.log(`\n${closingLines(results).join('\n')}`);
  return isGreen(results) ? 0 : 1;
};
