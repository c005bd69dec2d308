import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPlaybookFolder } from '@outdial/playbooks/files';
import { makeOutcome } from '@outdial/telephony';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TOKEN } from '../../../test/fixtures.ts';
import { READ_SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

const REMINDER = `---
description: Reminds
language: en-AU
greeting: Hello {{who}}, this is {{caller_name}}.
transfer_targets:
  accounts: "{{accounts_number}}"
  desk: 02 5550 0107
voicemail_message: A message for {{who}}.
recording_notice: This call is recorded.
max_call_seconds: 120
variables:
  who: Whom we call
  accounts_number: { default: 02 5550 0100 }
result:
  type: object
  properties:
    ok: { type: boolean }
---
Remind {{who}}.
`;

let dir: string;
let bridge: TestBridge;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-playbooks-'));
  bridge = await startTestBridge({ playbooks: openPlaybookFolder(dir, { defaultCountry: 'AU' }) });
});
afterAll(async () => {
  await bridge?.close();
  rmSync(dir, { recursive: true, force: true });
});
let edits = 0;
const put = (file: string, content: string) => {
  writeFileSync(join(dir, file), content);
  edits += 1;
  utimesSync(join(dir, file), new Date(), new Date(Date.now() + edits * 1_000));
};
beforeEach(() => {
  put('reminder.md', REMINDER);
  put('plain.md', '---\ngreeting: Hello.\ntools: [end_call]\n---\nHelp.\n');
});
afterEach(() => bridge.clear());

const ASKED = {
  destination: '0491 570 156',
  caller_name: 'Nehos',
  playbook: 'reminder',
  variables: { who: 'Kim' },
};
const ask = (change: object = {}) => bridge.dispatch({ ...ASKED, ...change });

const idOf = async (change: object = {}): Promise<string> => {
  const answer = await ask(change);
  expect(answer.statusCode, answer.body).toBe(202);
  return answer.json().id;
};
const grant = async (id: string) => {
  await bridge.start();
  const dispatch = (await bridge.calls.find(id))?.dispatchNumber;
  const answer = await bridge.agent(`/agent/calls/${id}/grant`, { token: TOKEN, dispatch, job_id: 'AJ_1' });
  expect(answer.json().granted, answer.body).toBe(true);
  return answer.json().call;
};

describe('a call with a playbook', () => {
  test('gets its text filled in with the grant, and the record names it', async () => {
    const id = await idOf({ transfer_target: '02 5550 0101' });
    expect(await grant(id)).toMatchObject({
      max_call_seconds: 120,
      voicemail: 'hang_up',
      playbook: {
        name: 'reminder',
        language: 'en-AU',
        greeting: 'Hello Kim, this is Nehos.',
        instructions: 'Remind <data>Kim</data>.',
        voicemail_message: 'A message for Kim.',
        transfer_targets: [
          { name: 'default', description: null, uri: 'tel:+61255500101' },
          { name: 'accounts', description: null, uri: 'tel:+61255500100' },
          { name: 'desk', description: null, uri: 'tel:+61255500107' },
        ],
        result_schema: { properties: { ok: { type: 'boolean' } } },
      },
    });
    const record = (await bridge.get(`/calls/${id}`)).json();
    expect(record).toMatchObject({ playbook: 'reminder', variables: { who: 'Kim' } });
    expect(record).not.toHaveProperty('granted_playbook');
  });

  test('keeps the text of its acceptance, whatever becomes of the file', async () => {
    const id = await idOf();
    put('reminder.md', 'oops');
    expect(await grant(id)).toMatchObject({ playbook: { greeting: 'Hello Kim, this is Nehos.' } });
  });

  test('so do its further attempts and its repetitions by hand', async () => {
    const id = await idOf({ max_attempts: 2, retry_minutes: [1] });
    put('reminder.md', 'oops');
    await grant(id);
    const busy = { token: TOKEN, seq: 1, type: 'ended', at_ms: 10, outcome: makeOutcome('busy') };
    expect((await bridge.agent(`/agent/calls/${id}/reports`, busy)).statusCode).toBe(200);
    const [second] = (await bridge.get('/calls')).json().data;
    expect(second).toMatchObject({ attempt: 2, retry_of: id, playbook: 'reminder' });
    await sql`update calls set scheduled_for = null where id = ${second.id}`.execute(bridge.database);
    expect(await grant(second.id)).toMatchObject({ playbook: { greeting: 'Hello Kim, this is Nehos.' } });
    await bridge.agent(`/agent/calls/${second.id}/reports`, busy);
    const again = await bridge.post(`/calls/${second.id}/retry`);
    expect(again.statusCode, again.body).toBe(202);
    expect(await grant(again.json().id)).toMatchObject({
      playbook: { greeting: 'Hello Kim, this is Nehos.' },
    });
  });

  test('an edit counts for the next call, without a restart', async () => {
    put('reminder.md', REMINDER.replace('Hello {{who}}', 'Good day {{who}}'));
    expect(await grant(await idOf())).toMatchObject({
      playbook: { greeting: 'Good day Kim, this is Nehos.' },
    });
  });

  test('its own words and limits come first', async () => {
    const own = { greeting: 'Hi {{who}}.', instructions: 'Just say hi.', max_call_seconds: 30 };
    expect(await grant(await idOf(own))).toMatchObject({
      max_call_seconds: 30,
      playbook: { name: 'reminder', greeting: 'Hi Kim.', instructions: 'Just say hi.' },
    });
  });

  test('without a name it is the default, and a row from before has it, too', async () => {
    const id = await idOf({ playbook: undefined, variables: undefined, greeting: 'Own.' });
    await sql`update calls set granted_playbook = null where id = ${id}`.execute(bridge.database);
    expect((await bridge.get(`/calls/${id}`)).json()).toMatchObject({ playbook: 'default' });
    expect(await grant(id)).toMatchObject({ playbook: { name: 'default', greeting: 'Own.' } });
  });

  test('n8n sends variables as a JSON text', async () => {
    expect(await grant(await idOf({ variables: '{"who":"Kim","accounts_number":""}' }))).toMatchObject({
      playbook: { greeting: 'Hello Kim, this is Nehos.' },
    });
  });

  test('a message for voicemail is asked for with one that has it', async () => {
    expect(await grant(await idOf({ voicemail: 'leave_message' }))).toMatchObject({
      voicemail: 'leave_message',
    });
  });
});

describe('what is refused at the door', () => {
  test.each<[string, object, number, string, string, string]>([
    [
      'a playbook that is not there',
      { playbook: 'remindr' },
      400,
      'playbook_not_found',
      '/playbook',
      'Did you mean "reminder"?',
    ],
    [
      'a path',
      { playbook: '../reminder' },
      400,
      'playbook_not_found',
      '/playbook',
      'There are default, plain, reminder',
    ],
    [
      'a missing variable',
      { variables: {} },
      400,
      'variables_missing',
      '/variables',
      '"reminder" needs the variable who',
    ],
    ['no variables at all', { variables: undefined }, 400, 'variables_missing', '/variables', 'who'],
    [
      'an unknown variable',
      { variables: { who: 'Kim', whom: 1 } },
      400,
      'variables_unknown',
      '/variables',
      'no variable whom',
    ],
    ['a variable that is a list', { variables: { who: [] } }, 400, 'variables_invalid', '/variables', 'who'],
    [
      'a greeting with stray braces',
      { greeting: 'Hi {{Who}}' },
      400,
      'variables_invalid',
      '/greeting',
      'small letters',
    ],
    [
      'a target abroad',
      { variables: { who: 'Kim', accounts_number: '+12125550100' } },
      403,
      'country_not_allowed',
      '/playbook',
      'its target accounts',
    ],
    [
      'an emergency number as a target',
      { variables: { who: 'Kim', accounts_number: '000' } },
      400,
      'invalid_transfer_target',
      '/playbook',
      'accounts',
    ],
    [
      'a target that is none',
      { variables: { who: 'Kim', accounts_number: 'front desk' } },
      400,
      'invalid_transfer_target',
      '/playbook',
      'accounts',
    ],
    [
      'a target at another host',
      { variables: { who: 'Kim', accounts_number: 'sip:100@evil.example.com' } },
      400,
      'invalid_transfer_target',
      '/playbook',
      'accounts',
    ],
    [
      'a message of one that has none',
      { playbook: 'plain', variables: undefined, voicemail: 'leave_message' },
      400,
      'voicemail_message_missing',
      '/voicemail',
      'voicemail_message',
    ],
    [
      'a transfer of one that never transfers',
      { playbook: 'plain', variables: undefined, transfer_target: '02 5550 0100' },
      400,
      'transfer_tool_missing',
      '/transfer_target',
      'transfer_call',
    ],
  ])('%s', async (_name, change, status, code, pointer, words) => {
    const answer = await ask(change);
    expect(answer.json()).toMatchObject({ status, code, errors: [{ pointer }] });
    expect(answer.json().message).toContain(words);
    expect((await bridge.get('/calls')).json().data).toEqual([]);
  });

  test('a broken file, its own calls only', async () => {
    put('reminder.md', REMINDER.replace('language: en-AU', 'language: English'));
    expect((await ask()).json()).toMatchObject({
      code: 'playbook_broken',
      message: expect.stringContaining('reminder.md:3: language: It must be a language tag'),
    });
    await idOf({ playbook: 'plain', variables: undefined });
  });

  test('no value of a variable is told or logged', async () => {
    await ask({ variables: { who: 'Kim-the-secret', x: 'other-secret' } });
    await idOf({ variables: { who: 'Kim-the-secret' } });
    expect(bridge.logged.join()).not.toMatch(/secret/);
  });
});

test('a dry run shows what was found about the playbook', async () => {
  const found = async (change: object) =>
    (await ask({ ...change, dry_run: true }))
      .json()
      .checks.filter(({ check }: { check: string }) =>
        ['playbook', 'variables', 'voicemail'].includes(check),
      );
  expect(await found({ voicemail: 'leave_message' })).toEqual([
    {
      check: 'playbook',
      verdict: 'pass',
      code: null,
      detail: 'The playbook "reminder" may be used. It may transfer to accounts, desk.',
    },
    { check: 'variables', verdict: 'pass', code: null, detail: 'Every variable has its value.' },
    {
      check: 'voicemail',
      verdict: 'pass',
      code: null,
      detail: 'The playbook "reminder" has a message to leave.',
    },
  ]);
  expect(await found({ variables: {} })).toMatchObject([
    { check: 'variables', verdict: 'refuse', code: 'variables_missing' },
  ]);
});

test('GET /playbooks tells what may be named, without numbers', async () => {
  put('broken.md', '---\ngreeting: 5\n---\nHelp.\n');
  const answer = await bridge.get('/playbooks', READ_SECRET);
  rmSync(join(dir, 'broken.md'));
  expect(answer.statusCode).toBe(200);
  expect(answer.body).not.toContain('0107');
  expect(answer.json()).toMatchObject({
    next: null,
    data: [
      { name: 'default', status: 'ready', variables: [] },
      { name: 'broken', status: 'broken', problems: [expect.stringContaining('broken.md:2: greeting')] },
      { name: 'plain', can_leave_message: false, can_record: false, tools: ['end_call'] },
      {
        name: 'reminder',
        status: 'ready',
        description: 'Reminds',
        language: 'en-AU',
        variables: [
          { name: 'who', description: 'Whom we call', required: true, default: null },
          { name: 'accounts_number', description: null, required: false, default: '02 5550 0100' },
        ],
        transfer_targets: ['accounts', 'desk'],
        max_call_seconds: 120,
        can_leave_message: true,
        can_record: true,
        result_fields: ['ok'],
      },
    ],
  });
});

test('while the folder cannot be read both say so, its path is in the log alone, and a repeated request is answered', async () => {
  const options = { headers: { 'idempotency-key': 'once' } };
  const first = (await bridge.dispatch(ASKED, options)).json();
  renameSync(dir, `${dir}-gone`);
  try {
    for (const answer of [await ask({ destination: '0491 571 804' }), await bridge.get('/playbooks')]) {
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'playbooks_unavailable' });
      expect(answer.body).not.toContain(dir);
    }
    expect(bridge.logged.join()).toContain(dir);
    expect((await bridge.dispatch(ASKED, options)).json()).toMatchObject({ id: first.id });
  } finally {
    renameSync(`${dir}-gone`, dir);
  }
});
