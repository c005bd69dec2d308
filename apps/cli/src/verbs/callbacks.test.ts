import { describe, expect, test } from 'vitest';
import { type Received, type Reply, refusal } from '../../test/fake-bridge.ts';
import { callback, callRecord } from '../../test/records.ts';
import { API_KEY, runAgainst } from '../../test/run-cli.ts';

const { id: callId } = callRecord();

test('lists callbacks with what the receiver last answered', async () => {
  const lost = callback({
    id: 'cb_2',
    status: 'pending',
    attempts: 1,
    last_status: null,
    last_error: 'reset',
  });
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 200, body: { data: [callback(), lost], next: null } }),
    ...['callbacks', '--status', 'dead', '--call', callId, '--limit', '2'],
  );
  expect(code).toBe(0);
  expect(bridge.lines()).toEqual([`GET /callbacks?status=dead&call_id=${callId}&limit=2`]);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['ID', 'STATUS', 'CALL', 'EVENT', 'TRIES', 'LAST ANSWER', 'URL'],
    ['cb_1', 'dead', callId, 'call.ended', '8', '404', 'https://n8n.example/webhook-waiting/7'],
    ['cb_2', 'pending', callId, 'call.ended', '1', 'reset', 'https://n8n.example/webhook-waiting/7'],
  ]);
});

test('says so when there is none, and how to go on when there are more', async () => {
  const none = await runAgainst(() => ({ status: 200, body: { data: [], next: null } }), 'callbacks');
  expect(none).toMatchObject({ code: 0, stdout: 'No callbacks.\n', stderr: '' });
  const more = await runAgainst(
    () => ({ status: 200, body: { data: [callback()], next: 'c' } }),
    'callbacks',
  );
  expect(more.stderr).toBe('There are more: --cursor c\n');
});

test('replays one', async () => {
  const { code, stdout, bridge } = await runAgainst(
    () => ({ status: 202, body: callback({ status: 'pending' }) }),
    ...['callbacks', 'replay', 'cb_1'],
  );
  expect(code).toBe(0);
  expect(stdout).toBe('cb_1 is pending again, to https://n8n.example/webhook-waiting/7\n');
  expect(bridge.received).toMatchObject([
    { method: 'POST', path: '/callbacks/cb_1/replay', headers: { authorization: `Bearer ${API_KEY}` } },
  ]);
});

describe('replay --dead', () => {
  const page = (ids: readonly string[], next: string | null): Reply => ({
    status: 200,
    body: { data: ids.map((id) => callback({ id })), next },
  });

  /** Three dead letters on two pages; a replay is answered as `replayed` says. */
  const threeLetters =
    (replayed: (id: string) => Reply) =>
    ({ path }: Received): Reply => {
      const id = /^\/callbacks\/(.+)\/replay$/.exec(path)?.[1];
      if (id !== undefined) return replayed(id);
      return path.includes('cursor=two') ? page(['cb_3'], null) : page(['cb_1', 'cb_2'], 'two');
    };
  const pending = (id: string): Reply => ({ status: 202, body: callback({ id, status: 'pending' }) });

  test('reads every page first, then sends one after the other', async () => {
    const { code, stdout, bridge } = await runAgainst(threeLetters(pending), 'callbacks', 'replay', '--dead');
    expect(code).toBe(0);
    expect(bridge.lines()).toEqual([
      'GET /callbacks?status=dead',
      'GET /callbacks?status=dead&cursor=two',
      'POST /callbacks/cb_1/replay',
      'POST /callbacks/cb_2/replay',
      'POST /callbacks/cb_3/replay',
    ]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  test('--json is one line of JSON for each', async () => {
    const { stdout } = await runAgainst(threeLetters(pending), 'callbacks', 'replay', '--dead', '--json');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['cb_1', 'cb_2', 'cb_3']);
  });

  test('one that cannot be replayed is told and does not keep the others', async () => {
    const { code, stdout, stderr } = await runAgainst(
      threeLetters((id) => (id === 'cb_2' ? refusal(409, 'It is pending already.') : pending(id))),
      ...['callbacks', 'replay', '--dead'],
    );
    expect(code).toBe(1);
    expect(stderr).toBe('cb_2: It is pending already.\n');
    expect(stdout).toMatch(/cb_1 is pending[\s\S]*cb_3 is pending/);
  });

  test('a key without the scope is told once', async () => {
    const { code, stderr, bridge } = await runAgainst(
      threeLetters(() => refusal(403, 'This key lacks the scope admin.')),
      ...['callbacks', 'replay', '--dead'],
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'This key lacks the scope admin.\n' });
    expect(bridge.lines().filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  test('without a dead letter nothing is sent', async () => {
    const run = await runAgainst(() => page([], null), 'callbacks', 'replay', '--dead');
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: 'There are no dead letters.\n' });
  });
});
