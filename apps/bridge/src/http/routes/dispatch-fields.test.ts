import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const body = {
  destination: '0491 570 156',
  account_code: 'em-tech-01',
  transfer_target: '02 5550 0100',
  caller_id: 'LiveKitNehosHosted',
  caller_name: 'LiveKit Nehos Hosted',
};
const HOOK = 'https://n8n.example.com/webhook';
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const rows = async () => (await bridge.database.selectFrom('calls').selectAll().execute()).length;

describe('times, attempts and callbacks', () => {
  test('in the words of a workflow tool', async () => {
    const answer = await bridge.dispatch({
      ...body,
      schedule_at: '2999-01-01T10:00:00+10:00',
      not_after: '',
      max_attempts: '3',
      retry_minutes: '[5, 10]',
      callback_url: `${HOOK}-waiting/7?signature=abc`,
      callback_events: '["call.ended"]',
    });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ status: 'queued', scheduled_for: '2999-01-01T00:00:00.000Z' });
    const { id } = answer.json();
    expect((await bridge.get(`/calls/${id}`)).json()).toMatchObject({
      scheduled_for: '2999-01-01T00:00:00.000Z',
      not_after: '2999-01-01T01:00:00.000Z',
      attempt: 1,
      retry_of: null,
    });
    const row = await bridge.calls.find(id);
    expect(row).toMatchObject({ maxAttempts: 3, retryMinutes: [5, 10], notAfterGiven: false });
    await bridge.start();
    expect((await bridge.calls.find(id))?.status).toBe('queued');
  });

  test('a schedule in the past is now', async () => {
    const answer = await bridge.dispatch({ ...body, schedule_at: '2020-01-01T00:00:00Z' });
    expect(answer.json()).toMatchObject({ status: 'queued', scheduled_for: null });
  });

  test('the callback stands in the record once there is one, without what its URL keeps secret', async () => {
    const callback_url = `${HOOK}-waiting/7?signature=abc`;
    const { id } = (await bridge.dispatch({ ...body, callback_url })).json();
    expect((await bridge.get(`/calls/${id}`)).json().callbacks).toEqual([]);
    await bridge.post(`/calls/${id}/cancel`);
    expect((await bridge.get(`/calls/${id}`)).json().callbacks).toMatchObject([
      {
        call_id: id,
        event: 'call.ended',
        url: `${HOOK}-waiting/7?…`,
        kind: 'resume',
        status: 'pending',
        attempts: 0,
      },
    ]);
  });

  test('what is refused says what to do', async () => {
    const refused = async (change: object) => (await bridge.dispatch({ ...body, ...change })).json().message;
    expect(await refused({ callback_url: 'http://localhost:5678/x' })).toContain('CALLBACK_ALLOWED_HOSTS');
    expect(
      await refused({ callback_url: `${HOOK}-waiting/7`, callback_events: ['call.answered'] }),
    ).toContain('leave call.answered out of callback_events');
    expect(await refused({ callback_events: ['call.ended'] })).toContain('needs a callback_url');
    expect(await refused({ schedule_at: '2999-01-01 10:00' })).toContain('RFC 3339');
  });
});

describe('a refusal writes nothing', () => {
  test.each([
    ['an unknown field', { ...body, to: 'x' }, 400, 'validation_failed', '/to'],
    ['no destination', { caller_id: 'x' }, 400, 'validation_failed', '/destination'],
    ['a number that is none', { ...body, destination: '12' }, 400, 'invalid_number', '/destination'],
    ['an emergency number', { ...body, destination: '000' }, 403, 'emergency_number', '/destination'],
    [
      'another country',
      { ...body, destination: '+6421 123 4567' },
      403,
      'country_not_allowed',
      '/destination',
    ],
    [
      'a transfer abroad',
      { ...body, transfer_target: '+12125550100' },
      403,
      'country_not_allowed',
      '/transfer_target',
    ],
    [
      'a deadline that is over',
      { ...body, not_after: '2020-01-01T00:00:00Z' },
      400,
      'not_after_passed',
      '/not_after',
    ],
    [
      'a deadline before the schedule',
      { ...body, schedule_at: '2999-01-02T00:00:00Z', not_after: '2999-01-01T00:00:00Z' },
      400,
      'not_after_passed',
      '/not_after',
    ],
    [
      'a schedule that is no time',
      { ...body, schedule_at: 'noon' },
      400,
      'validation_failed',
      '/schedule_at',
    ],
    ['four attempts', { ...body, max_attempts: '4' }, 400, 'validation_failed', '/max_attempts'],
    ['a pause of no time', { ...body, retry_minutes: [0] }, 400, 'validation_failed', '/retry_minutes/0'],
    [
      'an event that there is not',
      { ...body, callback_url: HOOK, callback_events: ['call.done'] },
      400,
      'validation_failed',
      '/callback_events/0',
    ],
    [
      'events without an address',
      { ...body, callback_events: ['call.ended'] },
      400,
      'callback_events_not_allowed',
      '/callback_url',
    ],
    [
      'several events to a resume URL',
      { ...body, callback_url: `${HOOK}-waiting/7`, callback_events: ['call.answered', 'call.ended'] },
      400,
      'callback_events_not_allowed',
      '/callback_url',
    ],
    [
      'a callback to this machine',
      { ...body, callback_url: 'http://localhost:5678/webhook-waiting/7' },
      403,
      'callback_url_not_allowed',
      '/callback_url',
    ],
    [
      'a callback that is no URL',
      { ...body, callback_url: 'n8n' },
      403,
      'callback_url_not_allowed',
      '/callback_url',
    ],
    ['U+0000', { ...body, greeting: 'a\0b' }, 400, 'validation_failed', '/greeting'],
    ['U+0000 in metadata', { ...body, metadata: { a: ['\0'] } }, 400, 'validation_failed', '/metadata/a/0'],
    ['half a name', { ...body, metadata: { '\udfff': 1 } }, 400, 'validation_failed', '/metadata'],
    [
      'half a character',
      { ...body, metadata: { 'a/b~c': '\ud800' } },
      400,
      'validation_failed',
      '/metadata/a~1b~0c',
    ],
    ['depth', { ...body, metadata: nested(33) }, 400, 'validation_failed', '/metadata'],
    ['great depth', { ...body, metadata: nested(2_000) }, 400, 'validation_failed', '/metadata'],
    ['an unknown name with a slash', { ...body, 'a/b~c': 1 }, 400, 'validation_failed', '/a~1b~0c'],
  ])('%s', async (_name, asked, status, code, pointer) => {
    if (code === 'validation_failed') {
      expect((await bridge.dispatch({ ...asked, dry_run: true })).statusCode).toBe(status);
    }
    const answer = await bridge.dispatch(asked);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ status, code, errors: [{ pointer }] });
    expect(await rows()).toBe(0);
  });

  test('the hint names the right field', async () => {
    const answer = await bridge.dispatch({ ...body, phone_number: '1', firstMessage: 'x' });
    expect(answer.json().errors).toEqual([
      { pointer: '/phone_number', detail: 'phone_number is not a field here; use destination.' },
      { pointer: '/firstMessage', detail: 'firstMessage is not a field here.' },
    ]);
  });
});
