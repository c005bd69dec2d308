import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LlmAlone, startLlmAlone } from '@outdial/lab';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../test/run-cli.ts';

const OURS = join(import.meta.dirname, '../../../../playbooks');

let dir: string;
let model: LlmAlone;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-cli-playbooks-'));
  mkdirSync(join(dir, 'playbooks'));
  model = await startLlmAlone();
});
afterAll(async () => {
  await model?.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  for (const file of ['good.md', 'bad.md']) rmSync(join(dir, 'playbooks', file), { force: true });
  put('good.md', '---\ngreeting: Hello.\n---\nHelp.\n');
});
const put = (file: string, content: string) => writeFileSync(join(dir, 'playbooks', file), content);

describe('playbook check', () => {
  test('says that all is well, with no bridge and no key', async () => {
    const run = await runCli(['playbook', 'check'], {}, dir);
    expect(run).toEqual({ code: 0, stdout: '', stderr: '1 playbook, no problem\n' });
  });

  test('shows every problem of every file with its line, and ends with 1', async () => {
    put('bad.md', '---\ngreeting: 5\nvoise: x\n---\nHelp {{who}}.\n');
    const run = await runCli(['playbook', 'check'], {}, dir);
    expect(run.code).toBe(1);
    expect(run.stdout.split('\n')).toEqual([
      'playbooks/bad.md:2: greeting: It must be text; put it in quotes.',
      'playbooks/bad.md:3: voise: There is no such field. Did you mean "voice"?',
      '',
    ]);
    expect(run.stderr).toBe('2 problems in 1 of 2 playbooks\n');
  });

  test('takes files, and tells of one that is not there', async () => {
    const run = await runCli(['playbook', 'check', 'playbooks/good.md', 'none.md'], {}, dir);
    expect(run).toMatchObject({ code: 1, stdout: 'none.md:1: It cannot be read (ENOENT).\n' });
  });

  test('reads the folder of PLAYBOOKS_DIR; ours are well', async () => {
    const run = await runCli(['playbook', 'check'], { PLAYBOOKS_DIR: OURS }, dir);
    expect(run).toMatchObject({ code: 0, stderr: '4 playbooks, no problem\n' });
    const none = await runCli(['playbook', 'check'], { PLAYBOOKS_DIR: '/nowhere' }, dir);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('set PLAYBOOKS_DIR') });
  });
});

const REMINDER = [
  'playbook',
  'talk',
  'payment-reminder',
  ...['business_name=Acme', 'customer_name=Kim Lee', 'invoice_number=4711', 'amount=12 dollars'].flatMap(
    (value) => ['--var', value],
  ),
  ...['--var', 'due_date=Monday', '--var', 'accounts_number=02 5550 0100'],
];
const talk = (typed: string, args: readonly string[] = REMINDER) =>
  runCli(args, { PLAYBOOKS_DIR: OURS, ...model.env }, dir, typed);

describe('playbook talk', () => {
  beforeEach(() => {
    model.llm.requests.length = 0;
    model.violations.length = 0;
  });

  test('holds the conversation of a call, and shows what tools the model calls', async () => {
    const run = await talk('Is this a bot?\nPlease transfer me to accounts\nnever read\n');
    expect(run.stdout.split('\n')).toEqual([
      'agent  Hello, this is the automated assistant of Acme. I am an AI. Am I speaking with Kim Lee?',
      'agent  That is a good question. I will find out for you.',
      'tool   transfer_call {"target_name":"accounts"}',
      '       The call would be transferred to accounts.',
      '',
    ]);
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('payment-reminder, with the model'),
    });
    expect(model.violations).toEqual([]);
  });

  test('gives the model the rules of every call, the filled text and no number', async () => {
    await talk('Hello\n');
    const [asked] = model.llm.requests;
    const system = JSON.stringify(asked?.request.messages[0]);
    expect(system).toContain('Say that you are an AI');
    expect(system).toContain('invoice <data>4711</data>');
    expect(asked?.request.messages[1]).toMatchObject({ role: 'assistant' });
    expect(asked?.request.tools?.map((tool) => tool.function.name)).toEqual([
      'opt_out',
      'transfer_call',
      'end_call',
    ]);
    expect(JSON.stringify(asked?.request)).not.toContain('5550');
  });

  test('ends when the model ends the call, or nobody types any more', async () => {
    expect((await talk('Goodbye\nnever read\n')).stdout).toContain('say goodbye and hang up');
    expect(await talk('')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^agent {2}Hello[^\n]*\n$/),
    });
  });

  test('an opt-out is noted by no one, and the talk goes on to its goodbye', async () => {
    model.llm.script([
      { on: 'tool', match: /do-not-call list/, reply: 'You will not be called again. Goodbye.' },
      { on: 'user', match: /./, reply: { calls: [{ name: 'opt_out', arguments: {} }] } },
    ]);
    const run = await talk('Do not call me again\n');
    model.llm.script(null);
    expect(run.stdout).toContain('tool   opt_out {}\n');
    expect(run.stdout).toContain('agent  You will not be called again. Goodbye.\n');
  });

  test('a target that the model makes up leads nowhere', async () => {
    model.llm.script([
      { on: 'tool', match: /no transfer target/, reply: 'I cannot do that.' },
      {
        on: 'user',
        match: /./,
        reply: { calls: [{ name: 'transfer_call', arguments: { target_name: 'boss' } }] },
      },
    ]);
    const run = await talk('Transfer me\n');
    model.llm.script(null);
    expect(run.stdout).toContain(
      'tool   transfer_call {"target_name":"boss"}\n       There is no transfer target boss.',
    );
    expect(run.stdout).toContain('agent  I cannot do that.');
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['a playbook that is not there', ['survy'], {}, 'Did you mean "survey"?'],
    ['a missing variable', ['survey'], {}, 'needs the variable business_name'],
    ['a variable that is no pair', ['survey', '--var', 'x'], {}, 'name=value'],
    [
      'no model',
      ['survey', '--var', 'business_name=A'],
      { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' },
      'OPENAI_BASE_URL',
    ],
    [
      'a model that is away',
      ['survey', '--var', 'business_name=A'],
      { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      'Cannot reach the language model at http://127.0.0.1:1/v1',
    ],
    [
      'a key that is not taken',
      ['survey', '--var', 'business_name=A'],
      { OPENAI_API_KEY: 'other' },
      'check OPENAI_API_KEY',
    ],
  ])('%s is said in one sentence', async (_name, args, env, message) => {
    const run = await runCli(
      ['playbook', 'talk', ...args],
      { PLAYBOOKS_DIR: OURS, ...model.env, ...env },
      dir,
      'Hi\n',
    );
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain('    at ');
  });
});
