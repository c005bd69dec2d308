import { makeOutcome } from '@outdial/telephony';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN } from '../../../test/fixtures.ts';
import {
  ADMIN_SECRET,
  OWN_BRIDGE_MS,
  READ_SECRET,
  startTestBridge,
  type TestBridge,
} from '../../../test/test-bridge.ts';
import { StoreUnavailable } from '../../ports.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());

const scrape = async (on = bridge) => (await on.get('/metrics', READ_SECRET)).body;

/** Each sample by its name and labels as they are written, e.g. `outdial_dispatches_total{kind="again"}`. */
const samples = async (on = bridge): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await scrape(on)).split('\n').flatMap((line): [string, number][] => {
      const [, name, value] = /^([^#].*) (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)]];
    }),
  );

/** What `work` adds to these samples. */
const added = async (work: () => Promise<unknown>, ...names: string[]): Promise<number[]> => {
  const before = await samples();
  await work();
  const after = await samples();
  return names.map((name) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? 0));
};

const accept = async (body: Record<string, unknown> = {}): Promise<string> => {
  const answer = await bridge.dispatch(
    { destination: '0491570156', caller_id: 'Nehos', ...body },
    { query: { allow_duplicate: 'true' } },
  );
  return answer.json().id;
};
const grant = (id: string, token = TOKEN) =>
  bridge.agent(`/agent/calls/${id}/grant`, { token, dispatch: 1, job_id: 'AJ_1' });
const report = (id: string, seq: number, more: object) =>
  bridge.agent(`/agent/calls/${id}/reports`, { token: TOKEN, seq, at_ms: 1, ...more });
const SPEECH = {
  vad_late_windows: 7,
  vad_max_lag_ms: 300,
  voice_retries: 2,
  voice_fallbacks: 1,
  voice_lost: 0,
  loop_delay_ms: 15,
};

describe('who may scrape', () => {
  test('a key that may read, in the text format', async () => {
    const answer = await bridge.get('/metrics', READ_SECRET);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.body).toContain('outdial_build_info{version="0.0.0",node_version="v24');
    expect(answer.body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('nobody else', async () => {
    expect((await bridge.app.inject('/metrics')).statusCode).toBe(401);
    expect((await bridge.get('/metrics', ADMIN_SECRET)).json()).toMatchObject({ code: 'scope_missing' });
  });
});

describe('a call', () => {
  test('is counted from its acceptance to its end, once', async () => {
    const outcome = makeOutcome('callee_hangup', {
      talk_ms: 42_000,
      ring_ms: 3_000,
      sip: { status: 200, reason: 'OK', call_id: null },
    });
    const walk = async () => {
      const id = await accept();
      await bridge.start();
      await grant(id);
      await grant(id);
      await report(id, 1, { type: 'ringing' });
      await report(id, 2, { type: 'answered' });
      const ended = { type: 'ended', outcome, speech: SPEECH };
      await report(id, 3, ended);
      await report(id, 3, ended);
    };
    const counted = await added(
      walk,
      'outdial_calls_accepted_total',
      'outdial_dispatches_total{kind="first"}',
      'outdial_dispatches_total{kind="again"}',
      'outdial_grants_total{answer="granted"}',
      'outdial_call_wait_seconds_count',
      'outdial_calls_ended_total{status="completed",end_reason="callee_hangup"}',
      'outdial_sip_answers_total{sip_status="200"}',
      'outdial_call_ring_seconds_sum',
      'outdial_call_talk_seconds_bucket{le="60"}',
      'outdial_call_talk_seconds_bucket{le="30"}',
      'outdial_agent_vad_late_windows_total',
      'outdial_agent_vad_lag_seconds_sum',
      'outdial_agent_voice_failures_total{step="retry"}',
      'outdial_agent_voice_failures_total{step="fallback"}',
      'outdial_agent_loop_delay_seconds_count',
    );
    expect(counted).toEqual([1, 1, 0, 2, 1, 1, 1, 3, 1, 0, 7, 0.3, 2, 1, 1]);
  });

  test('that is refused a grant, or ends without an answer, is counted by why', async () => {
    const walk = async () => {
      const id = await accept();
      await bridge.start();
      await grant(id);
      await grant(id, 'token-of-another-job');
      await report(id, 1, { type: 'ended', outcome: makeOutcome('agent_error') });
      await bridge.post(`/calls/${await accept()}/cancel`);
    };
    expect(
      await added(
        walk,
        'outdial_grants_total{answer="taken"}',
        'outdial_calls_ended_total{status="failed",end_reason="agent_error"}',
        'outdial_sip_answers_total{sip_status="none"}',
        'outdial_calls_ended_total{status="canceled",end_reason="canceled_by_api"}',
      ),
    ).toEqual([1, 1, 2, 1]);
  });

  test('that a transaction takes back is not counted', async () => {
    const id = await accept();
    const walk = () =>
      bridge.calls
        .transaction(async (tx) => {
          const locked = await tx.lockCall(id);
          if (locked === null) throw new Error('no call');
          await tx.save(id, { status: 'failed', outcome: makeOutcome('not_dialed'), endedAt: locked.now });
          throw new Error('taken back');
        })
        .catch(() => {});
    const name = 'outdial_calls_ended_total{status="failed",end_reason="not_dialed"}';
    expect(await added(walk, name)).toEqual([0]);
  });
});

test('a refusal is counted by its code, which names the guard rail', async () => {
  const walk = async () => {
    await bridge.dispatch({ destination: '000' });
    await bridge.dispatch({ destination: '+12025550123' });
    await bridge.app.inject({ method: 'POST', url: '/dispatch', payload: {} });
    await bridge.get('/nowhere');
  };
  expect(
    await added(
      walk,
      'outdial_http_errors_total{status="403",code="emergency_number"}',
      'outdial_http_errors_total{status="403",code="country_not_allowed"}',
      'outdial_http_errors_total{status="401",code="unauthorized"}',
      'outdial_http_errors_total{status="404",code="route_not_found"}',
    ),
  ).toEqual([1, 1, 1, 1]);
});

test('no number, name, id or word of a call stands in it', async () => {
  const id = await accept({
    caller_name: 'Zebrafinch',
    account_code: 'em-quokka-1',
    greeting: 'Platypus calling.',
    callback_url: 'https://wombat.example.com/hook',
    metadata: { patient: 'Echidna' },
  });
  await bridge.start();
  await grant(id);
  await report(id, 1, { type: 'ended', outcome: makeOutcome('busy', { message: 'Bandicoot' }) });
  const text = await scrape();
  for (const mark of [
    ...['491570156', 'Zebrafinch', 'quokka', 'Platypus', 'wombat', 'Echidna', 'Bandicoot'],
    ...[id, TOKEN, 'AJ_1', 'n8n', 'Nehos'],
  ])
    expect(text).not.toContain(mark);
});

test(
  'a database that is away is told, and hides nothing else',
  async () => {
    const own = await startTestBridge();
    try {
      expect((await samples(own)).get('outdial_database_up')).toBe(1);
      const away = async () => Promise.reject(new StoreUnavailable(new Error('away')));
      Object.assign(own.calls, { measure: away });
      const told = await samples(own);
      expect(told.get('outdial_database_up')).toBe(0);
      expect([...told.keys()].filter((name) => name.startsWith('outdial_database_'))).toEqual([
        'outdial_database_up',
      ]);
      expect(told.get('outdial_calls_accepted_total')).toBe(0);
    } finally {
      await own.close();
    }
  },
  OWN_BRIDGE_MS,
);
