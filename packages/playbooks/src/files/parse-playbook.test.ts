import { describe, expect, test } from 'vitest';
import { parsePlaybook } from './parse-playbook.ts';
import { problemLine } from './problem.ts';

const parse = (front: string, text = 'Help.', file = 'playbooks/reminder.md') =>
  parsePlaybook(`---\n${front}\n---\n${text}\n`, { file, defaultCountry: 'AU' });

const problems = (...args: Parameters<typeof parse>): readonly string[] => {
  const result = parse(...args);
  return result.status === 'ok' ? [] : result.problems.map(problemLine);
};

const HELLO = 'greeting: Hello.';

test('the least is a greeting and instructions; the rest is the default playbook’s', () => {
  expect(parse(HELLO)).toEqual({
    status: 'ok',
    playbook: {
      name: 'reminder',
      description: null,
      language: 'en',
      voice: null,
      greeting: 'Hello.',
      instructions: 'Help.',
      tools: ['transfer_call', 'end_call'],
      transfer_targets: [],
      voicemail_message: null,
      recording_notice: null,
      silence: { prompt_after_seconds: 10, prompts: ['Are you still there?', 'I cannot hear you.'] },
      max_call_seconds: null,
      variables: [],
      result_schema: null,
    },
  });
});

test('everything that there is', () => {
  const front = `name: reminder
description: Reminds
language: en-AU
voice: 9626c31c-bec5-4cca-baa8-f8ba9e84c8bc
greeting: Hello {{who}}, this is {{caller_name}}.
tools: [transfer_call, end_call, send_dtmf]
transfer_targets:
  accounts: 02 5550 0100
  desk:
    target: "{{desk_number}}"
    description: A person
voicemail_message: Please call back.
recording_notice: This call is recorded.
silence:
  prompt_after_seconds: 6
  prompts: [Hello?]
max_call_seconds: 300
variables:
  who: Whom we call
  desk_number:
  day: { description: When, default: 3 }
  nick: { required: false }
result:
  type: object
  properties:
    ok: { type: boolean, description: Whether it is fine }`;
  expect(parse(front, 'On {{day}} ask {{nick}}.')).toMatchObject({
    status: 'ok',
    playbook: {
      language: 'en-AU',
      transfer_targets: [
        { name: 'accounts', description: null, target: '02 5550 0100' },
        { name: 'desk', description: 'A person', target: '{{desk_number}}' },
      ],
      silence: { prompt_after_seconds: 6, prompts: ['Hello?'] },
      max_call_seconds: 300,
      variables: [
        { name: 'who', description: 'Whom we call', default: null },
        { name: 'desk_number', description: null, default: null },
        { name: 'day', description: 'When', default: '3' },
        { name: 'nick', description: null, default: '' },
      ],
      result_schema: { type: 'object', properties: { ok: { type: 'boolean' } } },
    },
  });
});

test('Windows line ends and a byte order mark are nothing special', () => {
  const content = `\uFEFF---\r\n${HELLO}\r\n---\r\nHelp.\r\nAnd more.\r\n`;
  expect(parsePlaybook(content, { file: 'x.md', defaultCountry: 'AU' })).toMatchObject({
    playbook: { instructions: 'Help.\nAnd more.' },
  });
});

describe('each problem has its file, line, field and mend', () => {
  test.each<[string, string, string, string]>([
    ['no greeting', 'description: x', 'Help.', 'playbooks/reminder.md:2: greeting: greeting is missing.'],
    [
      'a misspelt field',
      `${HELLO}\ngreetings: x`,
      'Help.',
      ':3: greetings: There is no such field. Did you mean "greeting"?',
    ],
    [
      'a misspelt inner field',
      `${HELLO}\nsilence:\n  prompt: [x]`,
      'Help.',
      ':4: silence.prompt: There is no such field.',
    ],
    ['a field twice', `${HELLO}\n${HELLO}`, 'Help.', ':3: Not YAML: '],
    ['no YAML', `${HELLO}\ntools: [a`, 'Help.', 'Not YAML: '],
    ['a list', '- a', 'Help.', 'names with values'],
    [
      'a greeting that is a number',
      'greeting: 5',
      'Help.',
      ':2: greeting: It must be text; put it in quotes.',
    ],
    ['an empty greeting', 'greeting: ""', 'Help.', ':2: greeting: It is empty'],
    [
      'an unknown tool',
      `${HELLO}\ntools: [hang_up]`,
      'Help.',
      ':3: tools.0: There is no such tool; the tools are transfer_call',
    ],
    [
      'a number without quotes',
      `${HELLO}\ntransfer_targets:\n  a: 0255500100`,
      'Help.',
      ':4: transfer_targets.a.target: Put the number in quotes',
    ],
    [
      'a target that is none',
      `${HELLO}\ntransfer_targets:\n  a: http://x`,
      'Help.',
      ':4: transfer_targets.a: ',
    ],
    [
      'a target’s name',
      `${HELLO}\ntransfer_targets:\n  A b: 02 5550 0100`,
      'Help.',
      ':4: transfer_targets.A b: A target',
    ],
    [
      'targets without the tool',
      `${HELLO}\ntools: [end_call]\ntransfer_targets:\n  a: 02 5550 0100`,
      'Help.',
      ':3: tools: ',
    ],
    [
      'a name that is not the file’s',
      `name: other\n${HELLO}`,
      'Help.',
      ':2: name: The file is called reminder.md',
    ],
    ['a language', `${HELLO}\nlanguage: English`, 'Help.', ':3: language: It must be a language tag'],
    [
      'silence that is too short',
      `${HELLO}\nsilence: { prompt_after_seconds: 1 }`,
      'Help.',
      'silence.prompt_after_seconds: It must be at least 3',
    ],
    ['a call that is too long', `${HELLO}\nmax_call_seconds: 99999`, 'Help.', ':3: max_call_seconds: '],
    [
      'an undeclared variable',
      `greeting: |-\n  Hello {{who}}\nvariables:\n  whom: x`,
      'Ask {{whom}}.',
      ':2: greeting: {{who}} is not declared. Did you mean "whom"?',
    ],
    [
      'an undeclared one in the text',
      HELLO,
      'One.\n\nTwo {{who}}.',
      ':6: instructions: {{who}} is not declared. Add it',
    ],
    [
      'one that is used nowhere',
      `${HELLO}\nvariables:\n  who: x`,
      'Help.',
      ':4: variables.who: It is declared and used nowhere',
    ],
    [
      'a built-in one',
      `${HELLO}\nvariables:\n  account_code: x`,
      '{{account_code}}',
      ':4: variables.account_code: account_code is built in',
    ],
    [
      'a default that is required',
      `${HELLO}\nvariables:\n  a: { required: true, default: b }`,
      '{{a}}',
      ':4: variables.a.required: ',
    ],
    [
      'a default with a variable',
      `${HELLO}\nvariables:\n  a: { default: "{{b}}" }`,
      '{{a}}',
      ':4: variables.a.default: No variable can stand here.',
    ],
    [
      'a variable’s name',
      `${HELLO}\nvariables:\n  Who: x`,
      'Help.',
      ':4: variables.Who: A variable is named',
    ],
    [
      'a variable in a description',
      `${HELLO}\ndescription: "{{a}}"`,
      'Help.',
      ':3: description: No variable can stand here.',
    ],
    ['stray braces', 'greeting: Hello {{Name}}', 'Help.', ':2: greeting: "{{" or "}}"'],
    ['no text', HELLO, '', 'instructions: The text below the settings is empty'],
    ['a result that is no object', `${HELLO}\nresult: { type: string }`, 'Help.', ':3: result.type: '],
    [
      'a result with a variable',
      `${HELLO}\nresult:\n  type: object\n  properties:\n    a: { type: string, description: "{{b}}" }`,
      'Help.',
      ':3: result: No variable',
    ],
  ])('%s', (_name, front, text, expected) => {
    expect(problems(front, text).join('\n')).toContain(expected);
  });

  test('all of them at once, in order', () => {
    const found = problems('greeting: 5\ntools: x\nvoise: y', '');
    expect(found.map((line) => line.split(':')[1])).toEqual(['2', '3', '4', '6']);
  });

  test.each(['Reminder.md', '../x.md/..md', 'a b.md', `${'a'.repeat(41)}.md`, '.md'])(
    'the file name %s',
    (file) => {
      expect(problems(HELLO, 'Help.', file)).toEqual([expect.stringContaining('The file’s name')]);
    },
  );

  test.each([
    ['Just text.', 'begins with a line "---"'],
    ['---\ngreeting: x\n', 'have no end'],
    ['', 'begins with'],
  ])('%j', (content, message) => {
    const result = parsePlaybook(content, { file: 'x.md', defaultCountry: 'AU' });
    expect(result).toMatchObject({ problems: [{ line: 1, message: expect.stringContaining(message) }] });
  });
});

test('a line of dashes in the text is text', () => {
  expect(parse(HELLO, 'One.\n---\nTwo.')).toMatchObject({ playbook: { instructions: 'One.\n---\nTwo.' } });
});

test('anchors that multiply are refused, not expanded', () => {
  const bomb = `${HELLO}\na: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]`;
  expect(problems(bomb).join()).toContain('Not usable YAML');
});
