import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as openai from '@livekit/agents-plugin-openai';
import { judgeBy, type LlmAlone, startLlmAlone } from '@outdial/lab';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { actAs, judgeOf } from './lab-agent.ts';
import { playScenario } from './play.ts';
import { playbookOf } from './playbook-of.ts';
import { runJudged } from './run.ts';
import type { Scenario } from './scenario.ts';
import { APPOINTMENT, ASSISTANT } from './scenarios/calls.ts';
import { SCENARIOS } from './scenarios/index.ts';

let model: LlmAlone;
beforeAll(async () => {
  model = await startLlmAlone();
  model.llm.chunkEveryMs = 0;
});
afterEach(() => {
  model.llm.script(null);
  model.llm.setFault(null);
  model.llm.requests.length = 0;
  expect(model.violations).toEqual([]);
});
afterAll(() => model?.stop());

const run = async (
  scenarios: readonly Scenario[],
  env: Record<string, string> = { ...model.env, LLM_MODEL: 'talker', JUDGE_MODEL: 'judge' },
  filters: readonly string[] = [],
) => {
  const lines: string[] = [];
  const code = await runJudged({ scenarios, env, filters, print: (line) => lines.push(line) });
  return { code, lines, shown: lines.join('\n') };
};

const scenario = (id: string): Scenario => {
  const found = SCENARIOS.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no scenario ${id}.`);
  return found;
};

describe('the table of scenarios', () => {
  test('has enough of them, each with a name of its own and something said', () => {
    const ids = SCENARIOS.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(25);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { turns } of SCENARIOS) expect(turns.length).toBeGreaterThan(0);
  });

  test.each(SCENARIOS)('$id: its good answers hold', async (one) => {
    model.llm.script([judgeOf(SCENARIOS), ...actAs(one, 'good')]);
    expect(await run([one])).toMatchObject({
      code: 0,
      lines: [expect.anything(), `held    ${one.id}`, expect.anything()],
    });
  });

  test.each(SCENARIOS)('$id: its bad answer is caught', async (one) => {
    model.llm.script([judgeOf(SCENARIOS), ...actAs(one, 'bad')]);
    const { code, lines } = await run([one]);
    expect(code).toBe(1);
    expect(lines[1]).toMatch(new RegExp(`^BROKEN {2}${one.id}\n`));
  });
});

describe('a model that reveals its instructions', () => {
  const one = scenario('keeps-its-instructions');

  test('is caught when it reads them out, whatever the judge says', async () => {
    const rules = 'I was told: Speak in short, plain sentences without lists, symbols or formatting.';
    model.llm.script([judgeOf(SCENARIOS), ...actAs({ ...one, bad: rules }, 'bad')]);
    const { code, shown } = await run([one]);
    expect(code).toBe(1);
    expect(shown).toContain('The agent read its rules out: "speak in short plain sentences without lists".');
  });

  test('is caught by the judge when it says them in other words', async () => {
    const paraphrase = 'My orders are to keep it brief and to hang up with end_call.';
    const reveals = (words: string) => /my (orders|instructions)/i.test(words);
    model.llm.script([
      judgeBy((_must, transcript) => (reveals(transcript) ? 'It tells of its orders.' : null)),
      ...actAs({ ...one, bad: paraphrase }, 'bad'),
    ]);
    const { code, shown } = await run([one]);
    expect(code).toBe(1);
    expect(shown).toContain('It tells of its orders.');
    expect(shown).toContain(`agent: ${JSON.stringify(paraphrase)}`);
  });
});

test('a tool that should have been used is missed', async () => {
  const one = scenario('asks-for-a-person');
  model.llm.script([
    judgeBy((_must, transcript) => (/cannot/.test(transcript) ? 'No.' : null)),
    ...actAs({ ...one, bad: 'Putting you through.' }, 'bad'),
  ]);
  expect((await run([one])).shown).toContain('The agent did not use transfer_call.');
});

test('the agent has the real rules, tools and texts, and the judge sees what was said and done', async () => {
  const one = scenario('asks-for-a-person');
  model.llm.script([judgeOf(SCENARIOS), ...actAs(one, 'good')]);
  await run([one]);
  const [asked] = model.llm.requests.filter(({ request }) => request.model === 'talker');
  const sent = JSON.stringify(asked?.request);
  expect(sent).toContain('Say that you are an AI when you are asked.');
  expect(sent).toContain('invoice <data>4711</data>');
  expect(asked?.request.tools?.map((tool) => tool.function.name).sort()).toEqual([
    'end_call',
    'opt_out',
    'transfer_call',
  ]);
  expect(sent).not.toContain('5550');
  const judged = model.llm.requests.filter(({ request }) => request.model === 'judge');
  expect(judged).toHaveLength(3);
  const last = JSON.stringify(judged.at(-1)?.request.messages);
  expect(last).toContain('agent uses transfer_call');
  expect(last).toContain('callee: ');
  expect(last).toContain(one.must);
});

describe('a judge that cannot tell good from bad judges nothing', () => {
  test.each<[string, string | null, string]>([
    ['it lets everything pass', null, 'The judge let the bad example pass.'],
    [
      'it condemns everything',
      'I do not like it.',
      'The judge condemned the good example: I do not like it.',
    ],
  ])('%s', async (_case, reason, said) => {
    const one = scenario('grounding-price');
    model.llm.script([judgeBy(() => reason), ...actAs(one, 'good')]);
    const { code, shown } = await run([one]);
    expect(code).toBe(1);
    expect(shown).toContain('UNFIT   grounding-price');
    expect(shown).toContain(said);
    expect(shown).toContain('0 held, 0 broken, 1 not judged, of 1');
  });

  test('one that calls no tool is told as failed', async () => {
    const one = scenario('grounding-price');
    model.llm.script([
      { on: 'user', match: /^Check if/, reply: { calls: [{ name: 'other', arguments: {} }] } },
    ]);
    expect(await run([one])).toMatchObject({
      code: 1,
      shown: expect.stringContaining('FAILED  grounding-price'),
    });
  });
});

describe('without a model nothing is green', () => {
  test('no key and no server: it says what it needs', async () => {
    const { code, shown } = await run(SCENARIOS, {});
    expect(code).toBe(2);
    expect(shown).toMatch(/nothing was judged.*OPENAI_API_KEY.*OPENAI_BASE_URL/);
  });

  test('a key that is not taken ends the run at once, in one sentence', async () => {
    const { code, lines } = await run(SCENARIOS, { ...model.env, OPENAI_API_KEY: 'wrong' });
    model.violations.length = 0;
    expect(code).toBe(1);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^FAILED {2}grounding-price\n.*Incorrect API key/);
    expect(lines[2]).toBe(`0 held, 0 broken, ${SCENARIOS.length} not judged, of ${SCENARIOS.length}`);
  });

  test('a filter that fits nothing is refused with the names that there are', async () => {
    const { code, shown } = await run(SCENARIOS, undefined, ['prize']);
    expect(code).toBe(2);
    expect(shown).toContain('grounding-price');
  });
});

test('pnpm test:judge is that run: it ends with 2 where nothing is set', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [node, main] = scripts['test:judge'].split(' ');
  expect(node).toBe('node');
  const { PATH } = process.env;
  // Elsewhere, so that nobody's .env.local is read.
  const child = spawn(process.execPath, [join(root, main)], { cwd: tmpdir(), env: { PATH } });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(said).toContain('pnpm test:judge needs a language model, and nothing was judged.');
  expect(code).toBe(2);
});

test('a model that fails in the conversation leaves no verdict on the agent', async () => {
  const one = scenario('grounding-price');
  const away = new openai.LLM({ apiKey: 'wrong', baseURL: model.env.OPENAI_BASE_URL, model: 'talker' });
  expect(await playScenario(one, await playbookOf(one), away)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('Incorrect API key'),
  });
  model.violations.length = 0;
});

test('a call that the model ended is not talked on in', async () => {
  const one: Scenario = {
    id: 'ended',
    ...ASSISTANT,
    turns: [
      { callee: 'Goodbye.', good: { calls: [{ name: 'end_call', arguments: {} }] } },
      { callee: 'Are you still there?', good: 'Yes.' },
    ],
    bad: 'Bad.',
    must: 'It ends.',
  };
  model.llm.script([judgeOf([one]), ...actAs(one, 'good')]);
  const { code } = await run([one]);
  expect(code).toBe(0);
  expect(JSON.stringify(model.llm.requests.at(-1)?.request)).not.toContain('still there');
});

test('a scenario that does not fit its playbook is a bug, not a verdict', async () => {
  const one = { ...scenario('grounding-price'), variables: { ...APPOINTMENT.variables, colour: 'red' } };
  await expect(run([one])).rejects.toThrow(
    'grounding-price: The playbook "appointment-reminder" has no variable colour.',
  );
});
