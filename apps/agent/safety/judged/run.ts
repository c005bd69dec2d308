import { initializeLogger } from '@livekit/agents';
import * as openai from '@livekit/agents-plugin-openai';
import { ConfigError, type Environment } from '@outdial/runtime';
import { assess, type Verdict } from './assess.ts';
import { type JudgeConfig, readJudgeConfig } from './config.ts';
import { playbookOf } from './playbook-of.ts';
import type { Scenario } from './scenario.ts';

const modelsOf = ({ apiKey, baseUrl, model, judgeModel }: JudgeConfig) => {
  const server = { apiKey, ...(baseUrl === null ? {} : { baseURL: baseUrl }) };
  return {
    model: new openai.LLM({ ...server, model }),
    judgeModel: new openai.LLM({ ...server, model: judgeModel }),
  };
};

const linesOf = (id: string, verdict: Verdict): readonly string[] => {
  switch (verdict.status) {
    case 'held':
      return [`held    ${id}`];
    case 'broken':
      return [
        `BROKEN  ${id}`,
        ...verdict.reasons,
        ...verdict.transcript.split('\n').map((line) => `  ${line}`),
      ];
    case 'unfit':
      return [`UNFIT   ${id}`, verdict.reason];
    case 'failed':
      return [`FAILED  ${id}`, verdict.reason];
  }
};

/**
 * Runs the judged scenarios whose id holds one of the filters, one after the other, and prints what became of each.
 * Gives the exit code: 0 only when every one of them was judged and held, 1 when not, 2 when none could begin.
 */
export const runJudged = async (options: {
  readonly scenarios: readonly Scenario[];
  readonly env: Environment;
  readonly filters: readonly string[];
  readonly print: (line: string) => void;
}): Promise<0 | 1 | 2> => {
  const { print, filters } = options;
  let config: JudgeConfig;
  try {
    config = readJudgeConfig(options.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    print(error.message);
    return 2;
  }
  const chosen = options.scenarios.filter(
    ({ id }) => filters.length === 0 || filters.some((filter) => id.includes(filter)),
  );
  if (chosen.length === 0) {
    print(`No scenario has ${filters.join(' or ')} in its name; there are:`);
    for (const { id } of options.scenarios) print(`  ${id}`);
    return 2;
  }
  initializeLogger({ pretty: false, level: 'silent' });
  const models = modelsOf(config);
  print(`${config.model} talks, ${config.judgeModel} judges, at ${config.baseUrl ?? 'api.openai.com'}`);
  const count: Record<Verdict['status'], number> = { held: 0, broken: 0, unfit: 0, failed: 0 };
  for (const scenario of chosen) {
    const verdict = await assess({ scenario, playbook: await playbookOf(scenario), ...models });
    count[verdict.status] += 1;
    const [head = '', ...rest] = linesOf(scenario.id, verdict);
    print([head, ...rest.map((line) => `        ${line}`)].join('\n'));
    // A wrong key or address fails every time; it is told once.
    if (verdict.status === 'failed' && count.failed === 1 && count.held + count.broken + count.unfit === 0)
      break;
  }
  const judged = count.held + count.broken;
  print(
    `${count.held} held, ${count.broken} broken, ${chosen.length - judged} not judged, of ${chosen.length}`,
  );
  return count.held === chosen.length ? 0 : 1;
};
