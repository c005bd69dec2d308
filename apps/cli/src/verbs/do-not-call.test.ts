import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../test/fake-bridge.ts';
import { runAgainst } from '../../test/run-cli.ts';

const entry = (change: Readonly<Record<string, unknown>> = {}) => ({
  number: '+61491570156',
  source: 'api',
  note: 'by letter',
  call_id: null,
  created_at: '2026-03-01T00:00:00.000Z',
  ...change,
});
const page =
  (...data: object[]) =>
  () => ({ status: 200, body: { data, next: null } });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-list-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('lists entries, and says how to go on', async () => {
  const { code, stdout, stderr, bridge } = await runAgainst(
    () => ({ status: 200, body: { data: [entry()], next: 'c' } }),
    ...['do-not-call', 'list', '--source', 'api', '--limit', '1'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'There are more: --cursor c\n' });
  expect(bridge.lines()).toEqual(['GET /do-not-call?source=api&limit=1']);
  expect(stdout).toMatch(/\+61491570156 +api +2026-03-01T00:00:00.000Z +- +by letter\n$/);
});

test('adds a number in any spelling with a note', async () => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 201, body: entry() }),
    ...['do-not-call', 'add', '+61 491 570 156', '--note', 'by letter'],
  );
  expect(code).toBe(0);
  expect(stdout).toContain('+61491570156');
  expect(bridge.received).toMatchObject([
    { method: 'PUT', path: '/do-not-call/%2B61%20491%20570%20156', body: { note: 'by letter' } },
  ]);
});

test('removes one; what is not there is an error', async () => {
  const removed = await runAgainst(
    () => ({ status: 200, body: entry() }),
    'do-not-call',
    'remove',
    '0491570156',
  );
  expect(removed.code).toBe(0);
  expect(removed.stdout).toMatch(/^Taken off the list:\n/);
  expect(removed.bridge.lines()).toEqual(['DELETE /do-not-call/0491570156']);
  const absent = await runAgainst(
    () => refusal(404, 'It is not there.'),
    'do-not-call',
    'remove',
    '0491570156',
  );
  expect(absent).toMatchObject({ code: 1, stderr: 'It is not there.\n' });
});

test('check answers with its exit code, too', async () => {
  const free = await runAgainst(page(), 'do-not-call', 'check', '0491570156');
  expect(free).toMatchObject({ code: 0, stdout: 'The number is not on the list.\n' });
  expect(free.bridge.lines()).toEqual(['GET /do-not-call?number=0491570156']);
  const listed = await runAgainst(page(entry()), 'do-not-call', 'check', '0491570156');
  expect(listed.code).toBe(1);
  expect(listed.stdout).toMatch(/source +api/);
});

describe('import', () => {
  const report = (bad: object[]) => ({
    status: 200,
    body: {
      added: 2,
      already_there: 1,
      blocked: 1,
      bad,
      doubtful: [{ line: 3, value: '49157', detail: 'A zero.' }],
    },
  });
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('sends JSON as JSON, and tells every line that is not as it should be', async () => {
    const list = file('list.json', '["0491570156"]');
    const bad = [{ line: 9, value: 'Kim\u001b[2J', detail: 'No digits.' }];
    const { code, stdout, bridge } = await runAgainst(
      () => report(bad),
      ...['do-not-call', 'import', list, '--note', 'from paper'],
    );
    expect(code).toBe(1);
    expect(stdout).toBe(
      'line 3: 49157: A zero.\nline 9: Kim [2J: No digits.\n2 added, 1 there already, 1 doubtful, 1 not read.\n1 waiting calls ended canceled / blocked.\n',
    );
    expect(bridge.received).toMatchObject([
      {
        path: '/do-not-call/import?note=from+paper',
        headers: { 'content-type': 'application/json' },
        body: ['0491570156'],
      },
    ]);
  });

  test('sends anything else as CSV', async () => {
    const { code, bridge } = await runAgainst(
      () => report([]),
      ...['do-not-call', 'import', file('list.txt', '"0491570156"')],
    );
    expect(code).toBe(0);
    expect(bridge.received).toMatchObject([{ headers: { 'content-type': 'text/csv' }, body: '0491570156' }]);
  });

  test('a file that is not there is said, and nothing is sent', async () => {
    const { code, stderr, bridge } = await runAgainst(
      () => report([]),
      'do-not-call',
      'import',
      '/nowhere.csv',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('/nowhere.csv cannot be read');
    expect(bridge.lines()).toEqual([]);
  });
});
