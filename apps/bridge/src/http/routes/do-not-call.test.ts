import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ADMIN_SECRET,
  READ_SECRET,
  SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';

const NUMBER = '+61491570156';
const OTHER = '+61491570157';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const send = (method: 'PUT' | 'DELETE', number: string, payload?: object, secret = ADMIN_SECRET) =>
  bridge.app.inject({
    method,
    url: `/do-not-call/${encodeURIComponent(number)}`,
    headers: { authorization: `Bearer ${secret}` },
    ...(payload === undefined ? {} : { payload }),
  });
const importList = (payload: string | object, type: string, query = '', secret = ADMIN_SECRET) =>
  bridge.app.inject({
    method: 'POST',
    url: `/do-not-call/import${query}`,
    headers: { authorization: `Bearer ${secret}`, 'content-type': type },
    payload,
  });
const list = async (query = '') => (await bridge.get(`/do-not-call${query}`, READ_SECRET)).json();
const destinations = ['0491 570 156', '0491 570 157'];

describe('one number', () => {
  test('is put on the list in any spelling, stays what it was, and is taken off', async () => {
    const put = await send('PUT', '0491 570 156', { note: 'by letter' });
    expect(put.statusCode).toBe(201);
    expect(put.json()).toEqual({
      number: NUMBER,
      source: 'api',
      note: 'by letter',
      call_id: null,
      created_at: expect.stringMatching(/Z$/),
    });
    const again = await send('PUT', NUMBER, { note: 'by phone' });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toEqual({ ...put.json(), note: 'by phone' });
    expect((await send('PUT', NUMBER)).json().note).toBe('by phone');
    expect((await bridge.get('/do-not-call/0491570156')).json()).toEqual(again.json());

    const removed = await send('DELETE', '61491570156');
    expect(removed.json()).toEqual(again.json());
    for (const gone of [await send('DELETE', NUMBER), await bridge.get('/do-not-call/0491570156')]) {
      expect(gone.statusCode).toBe(404);
      expect(gone.json().code).toBe('number_not_listed');
    }
  });

  test('is refused at the door, as a destination and as a transfer target', async () => {
    await send('PUT', NUMBER);
    const refused = await bridge.dispatch({ destination: '0491 570 156', caller_id: 'Nehos' });
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'do_not_call']);
    const target = await bridge.dispatch({
      destination: '0491 570 157',
      transfer_target: '0491 570 156',
      caller_id: 'Nehos',
    });
    expect(target.statusCode).toBe(403);
    expect(target.json()).toMatchObject({
      code: 'do_not_call',
      message: expect.stringContaining('transfer target'),
    });
    await send('DELETE', NUMBER);
    expect((await bridge.dispatch({ destination: '0491 570 156' })).statusCode).toBe(202);
  });

  test('ends the calls to it that wait, and no other; its number is in no log', async () => {
    const queued = (await bridge.dispatch({ destination: '0491 570 156' })).json().id;
    const later = { destination: '0491 570 156', schedule_at: '2099-01-01T00:00:00Z' };
    const scheduled = (await bridge.dispatch(later)).json().id;
    const other = (await bridge.dispatch({ destination: '0491 570 157' })).json().id;
    await send('PUT', NUMBER);
    for (const id of [queued, scheduled]) {
      expect((await bridge.get(`/calls/${id}`)).json()).toMatchObject({
        status: 'canceled',
        outcome: { end_reason: 'blocked', message: expect.stringContaining('do-not-call') },
      });
    }
    expect((await bridge.get(`/calls/${other}`)).json().status).toBe('queued');
    expect(bridge.logged.join('')).toContain('number put on the do-not-call list');
    expect(bridge.logged.join('')).not.toContain('491570156');
  });

  test.each(['Kim', '0491', '000'])('%s is refused', async (number) => {
    expect((await send('PUT', number)).json()).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  test('an unknown field is refused', async () => {
    expect((await send('PUT', NUMBER, { reason: 'x' })).statusCode).toBe(400);
  });

  test('reading needs the scope read, changing admin', async () => {
    expect((await send('PUT', NUMBER, {}, SECRET)).json().code).toBe('scope_missing');
    expect((await send('DELETE', NUMBER, undefined, SECRET)).json().code).toBe('scope_missing');
    expect((await importList('0491570156', 'text/csv', '', SECRET)).json().code).toBe('scope_missing');
    expect((await bridge.get('/do-not-call', ADMIN_SECRET)).json().code).toBe('scope_missing');
  });
});

describe('the list', () => {
  test('comes newest first, in pages, by source and by number', async () => {
    const numbers = ['+61491570110', NUMBER, OTHER, '+61491570158', '+61491570159'];
    for (const number of numbers) await send('PUT', number);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`?limit=2${cursor}`);
      seen.push(...page.data.map(({ number }: { number: string }) => number));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(seen.toSorted()).toEqual(numbers.toSorted());
    expect((await list('?source=callee')).data).toEqual([]);
    expect((await list('?number=0491570156')).data).toMatchObject([{ number: NUMBER }]);
    expect((await list('?cursor=x')).code).toBe('validation_failed');
  });
});

describe('import', () => {
  test('reports the whole file and takes what can be read', async () => {
    await send('PUT', OTHER);
    const csv = [
      'sep=;',
      'Name;Phone;Note',
      'Kim;0491 570 156;moved',
      'Lee;0491570157;',
      'Sam;4.92E+08;',
      'Pat;491570158;',
      'Ash;;',
      'Kim;+61491570156;again',
    ].join('\r\n');
    const answer = await importList(`\ufeff${csv}`, 'text/csv; charset=utf-8', '?note=from%20paper');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      added: 2,
      already_there: 2,
      blocked: 0,
      bad: [
        { line: 5, value: '4.92E+08', detail: expect.stringContaining('spreadsheets') },
        { line: 7, value: '', detail: expect.any(String) },
      ],
      doubtful: [{ line: 6, value: '491570158', detail: expect.stringContaining('+61491570158') }],
    });
    const { data } = await list('?source=import');
    expect(
      data.map(({ number, note }: { number: string; note: string }) => [number, note]).toSorted(),
    ).toEqual([
      [NUMBER, 'moved'],
      ['+61491570158', 'from paper'],
    ]);
  });

  test('takes a JSON list, and ends the calls that wait', async () => {
    for (const destination of destinations) await bridge.dispatch({ destination });
    const answer = await importList(
      ['0491570156', { number: '0491570157', note: 'x' }, { phone: '0491570158' }],
      'application/json',
    );
    expect(answer.json()).toMatchObject({ added: 2, blocked: 2, bad: [{ line: 3 }] });
    expect((await bridge.get('/calls?status=canceled')).json().data).toHaveLength(2);
  });

  test('a list larger than any other body is taken', async () => {
    const numbers = Array.from({ length: 6_000 }, (_, at) => `+6149157${String(at).padStart(4, '0')}`);
    const answer = await importList(numbers.join('\n'), 'text/plain');
    expect(answer.json()).toMatchObject({ added: 6_000, bad: [] });
  });

  test.each([
    ['an empty file', '', 'text/csv', 400],
    ['no column of numbers', 'a;b\nc;d', 'text/csv', 400],
    ['an object', '{"numbers":[]}', 'application/json', 400],
    ['a form', 'a=1', 'application/x-www-form-urlencoded', 415],
    ['more than 2 MiB', 'x'.repeat(2 * 1024 * 1024 + 1), 'text/csv', 413],
    ['U+0000', '0491570156\0', 'text/csv', 400],
  ])('%s is refused', async (_name, payload, type, status) => {
    const answer = await importList(payload, type);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ status, message: expect.any(String) });
    expect((await list()).data).toEqual([]);
  });
});
