import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { OWN_BRIDGE_MS, READ_SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

const insert = (change: Parameters<typeof aNewCall>[0] = {}) =>
  bridge.calls.transaction((tx) => tx.insert(aNewCall(change)));
const FIELDS =
  'id status destination account_code transfer_target caller_id caller_id_source caller_name playbook variables metadata room dispatch_id duplicate_of created_at scheduled_for not_after dispatched_at dialing_at ringing_at answered_at ended_at cancel_requested_at opted_out_at outcome legs result summary result_problem transcript_url recording_url attempt retry_of callbacks late_leg purged_at trace_id links'.split(
    ' ',
  );

describe('the record', () => {
  test('has every field, null when absent, and nothing of the inside', async () => {
    const { id } = await insert({ metadata: null, accountCode: null });
    const answer = await bridge.get(`/calls/${id}`, READ_SECRET);
    expect(answer.statusCode).toBe(200);
    const record = answer.json();
    expect(Object.keys(record).sort()).toEqual([...FIELDS].sort());
    expect(record).toMatchObject({
      metadata: null,
      account_code: null,
      room: null,
      outcome: null,
      legs: [],
      callbacks: [],
    });
    expect(record.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('carries the outcome', async () => {
    const { id } = await insert();
    const outcome = makeOutcome('busy', { sip: { status: 486, reason: 'Busy Here', call_id: 'x' } });
    await bridge.calls.transaction((tx) => tx.save(id, { status: 'busy', outcome, endedAt: new Date() }));
    expect((await bridge.get(`/calls/${id}`)).json()).toMatchObject({ status: 'busy', outcome });
  });

  test('of no such call is 404', async () => {
    const answer = await bridge.get('/calls/call_none');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'call_not_found' });
  });
});

describe('the list', () => {
  test('goes on where the page before ended', async () => {
    for (let n = 0; n < 5; n += 1) await insert();
    const seen: string[] = [];
    let url = '/calls?limit=2';
    for (;;) {
      const page = (await bridge.get(url)).json();
      seen.push(...page.data.map((call: { id: string }) => call.id));
      if (page.next === null) break;
      url = `/calls?limit=2&cursor=${page.next}`;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  test('is filtered, numbers in any spelling', async () => {
    const { id } = await insert({ destination: '+61491570157', accountCode: 'a-1' });
    await insert();
    for (const query of [
      'destination=0491%20570%20157',
      'account_code=a-1',
      'status=queued&account_code=a-1',
    ]) {
      const page = (await bridge.get(`/calls?${query}`)).json();
      expect(page.data.map((call: { id: string }) => call.id)).toEqual([id]);
    }
    expect((await bridge.get('/calls?status=busy')).json()).toEqual({ data: [], next: null });
  });

  test.each([
    'status=done',
    'limit=0',
    'limit=201',
    'cursor=x',
    'account_code=%00',
    'destination=abc',
    'stauts=queued',
  ])('%s is refused', async (query) => {
    const answer = await bridge.get(`/calls?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: `/${query.split('=')[0]}` }],
    });
  });
});

test.each(['+012026-03-02T00:00:00.000Z', '0000-03-02T00:00:00.000Z', '2026-03-02'])(
  'a cursor of %s is refused',
  async (time) => {
    const id = 'call_017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
    const cursor = Buffer.from(`${time} ${id}`).toString('base64url');
    expect((await bridge.get(`/calls?cursor=${cursor}`)).statusCode).toBe(400);
  },
);

test('an outcome is read as it was stored, though today another table would hold', async () => {
  const { id } = await insert();
  const outcome = { ...makeOutcome('busy'), blame: 'carrier' as const };
  await bridge.calls.transaction((tx) => tx.save(id, { status: 'busy', outcome, endedAt: new Date() }));
  const answer = await bridge.get(`/calls/${id}`);
  expect([answer.statusCode, answer.json().outcome]).toEqual([200, outcome]);
});

describe('waiting for the end', () => {
  const busy = makeOutcome('busy');
  /** A call that hangs between two reports; `end` is its last. */
  const granted = async () => {
    const { id } = await insert();
    await bridge.start();
    const url = `/agent/calls/${id}`;
    await bridge.agent(`${url}/grant`, { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
    const say = (seq: number, report: object) =>
      bridge.agent(`${url}/reports`, { token: TOKEN, seq, at_ms: 1, ...report });
    return { id, say };
  };
  /** The answer, once there is one. */
  const asking = (url: string, from = bridge) => {
    const state = { answered: false };
    const answer = from.get(url).then((response) => {
      state.answered = true;
      return response;
    });
    return { state, answer };
  };

  test('answers as soon as the call is over, not when something else happens', async () => {
    const { id, say } = await granted();
    const { state, answer } = asking(`/calls/${id}?wait=25`);
    await say(1, { type: 'ringing' });
    expect(state.answered).toBe(false);
    await say(2, { type: 'ended', outcome: busy });
    const response = await answer;
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ id, status: 'busy', outcome: busy });
  });

  test('answers at once when the call is over already', async () => {
    const { id, say } = await granted();
    await say(1, { type: 'ended', outcome: busy });
    expect((await bridge.get(`/calls/${id}?wait=25`)).json()).toMatchObject({ status: 'busy' });
  });

  test('answers with the call as it stands when the time is over', async () => {
    const { id } = await granted();
    const begin = performance.now();
    expect((await bridge.get(`/calls/${id}?wait=1`)).json()).toMatchObject({ status: 'dialing' });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
  });

  test('answers 404 at once where there is no such call', async () => {
    expect((await bridge.get('/calls/call_none?wait=25')).statusCode).toBe(404);
  });

  test(
    'answers at once when the bridge stops',
    async () => {
      const own = await startTestBridge();
      const { id } = await own.calls.transaction((tx) => tx.insert(aNewCall()));
      const { answer } = asking(`/calls/${id}?wait=25`, own);
      own.end();
      expect((await answer).json()).toMatchObject({ id, status: 'queued' });
      await own.close();
    },
    OWN_BRIDGE_MS,
  );

  test.each(['26', '-1', 'x', '1.5'])('wait=%s is refused', async (wait) => {
    const { id } = await insert();
    const answer = await bridge.get(`/calls/${id}?wait=${wait}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/wait' }] });
  });

  test('twenty looks on one connection leave no listener behind', async () => {
    const { id } = await insert();
    await bridge.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = bridge.app.server.address() as AddressInfo;
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.message);
    process.on('warning', onWarning);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<Socket>();
    for (let n = 0; n < 20; n += 1) {
      const asked = request(`http://127.0.0.1:${port}/calls/${id}`, {
        agent,
        headers: { 'x-api-key': READ_SECRET },
      }).end();
      const [response] = await once(asked, 'response');
      sockets.add(response.socket);
      await once(response.resume(), 'end');
    }
    // Warnings come with the next turn of the loop.
    await new Promise((done) => setImmediate(done));
    process.off('warning', onWarning);
    agent.destroy();
    expect(sockets.size).toBe(1);
    expect(warnings).toEqual([]);
  });
});
