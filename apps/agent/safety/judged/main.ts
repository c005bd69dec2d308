import { loadEnvironment } from '@outdial/runtime';
import { runJudged } from './run.ts';
import { SCENARIOS } from './scenarios/index.ts';

process.exit(
  await runJudged({
    scenarios: SCENARIOS,
    env: loadEnvironment(process.cwd()),
    filters: process.argv.slice(2),
    print: (line) => console.log(line),
  }),
);
