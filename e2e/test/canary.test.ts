import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallbackReceiver, type CallRecord, startCallbackReceiver } from '@outdial/lab';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listeningOn } from '../src/listening-on.ts';
import { healthPortOf, useStack } from '../src/stack.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const SIGNING_SECRET = `whsec_${Buffer.from('canary-signing-key-0123456789-abc').toString('base64')}`;

/** What a call says about people. Numbers as they stand in every form of them. */
const PEOPLE = {
  destination: '491570156',
  transferTarget: '255500100',
  callerId: '491570006',
  callerName: 'Zebrafinch',
  metadata: 'Wombat',
  callbackPath: 'bandicoot',
  greeting: 'quokka',
  instructions: 'platypus',
  // The lab's answering phone asks for its transfer in these words.
  callee: 'transfer me',
};
/** Names of the environment whose values are secrets. */
const SECRETS = [
  ...['AGENT_REPORT_SECRET', 'LIVEKIT_API_SECRET', 'SIP_TRUNK_PASSWORD', 'CARTESIA_API_KEY'],
  ...['OPENAI_API_KEY', 'CALLBACK_SIGNING_SECRET'],
];

type Line = { readonly msg: string; readonly callId?: string; readonly traceId?: string };

describe('a marked call at LOG_LEVEL=DEBUG, with transfer and callback', () => {
  let receiver: CallbackReceiver;
  beforeAll(async () => {
    receiver = await startCallbackReceiver();
  });
  afterAll(() => receiver.close());
  const stack = useStack(() => ({
    LOG_LEVEL: 'DEBUG',
    CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
    CALLBACK_SIGNING_SECRET: SIGNING_SECRET,
  }));

  let record: CallRecord;
  const seen = { names: '', callee: '', others: '', dispatch: '', titles: '', files: '', metrics: '' };

  const marks = (): readonly string[] => {
    const { env } = stack.outdial;
    const secrets = SECRETS.map((name) => env[name] ?? '');
    expect(secrets.every((secret) => secret.length > 12)).toBe(true);
    return [...Object.values(PEOPLE), ...secrets, stack.outdial.apiKey];
  };
  const isClean = (what: string, text: string): void => {
    expect(text, what).not.toBe('');
    const low = text.toLowerCase();
    for (const mark of marks()) expect(low.includes(mark.toLowerCase()), `${mark} in ${what}`).toBe(false);
  };
  const lines = (app: 'bridge' | 'agent'): readonly Line[] =>
    stack.outdial
      .log(app)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);

  /** What whoever may list rooms, processes and files sees while the callee talks. */
  const look = async (room: string): Promise<void> => {
    const { url, apiKey, apiSecret } = stack.lab.livekit;
    const rooms = new RoomServiceClient(url, apiKey, apiSecret);
    const participants = async () => rooms.listParticipants(room).catch(() => []);
    const isActive = async () =>
      (await participants()).some(({ attributes }) => attributes['sip.callStatus'] === 'active');
    await vi.waitUntil(isActive, { timeout: 30_000, interval: 100 });
    const [there, list, dispatches] = await Promise.all([
      participants(),
      rooms.listRooms(),
      new AgentDispatchClient(url, apiKey, apiSecret).listDispatch(room),
    ]);
    const callee = there.find(({ identity }) => identity === 'callee');
    seen.callee = callee?.metadata ?? '';
    // LiveKit lists one for agents without a name as well.
    seen.dispatch = dispatches.find(({ agentName }) => agentName !== '')?.metadata ?? '';
    seen.names = JSON.stringify(list.map(({ name, metadata }) => [name, metadata]));
    seen.others = JSON.stringify(
      there.map(({ identity, name, attributes, metadata }) => [
        ...[identity, name, attributes],
        identity === 'callee' ? '' : metadata,
      ]),
    );
    const { bridge, agent } = stack.outdial;
    seen.titles = [...(bridge?.pids() ?? []), ...agent.pids()]
      .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      .join();
    seen.files = readdirSync(join(stack.lab.dir, 'data'), { recursive: true }).join();
  };

  beforeAll(async () => {
    const answer = await stack.outdial.request('/dispatch', {
      method: 'POST',
      headers: { traceparent: TRACEPARENT },
      body: JSON.stringify({
        destination: '0491 570 156',
        transfer_target: '02 5550 0100',
        caller_id: '+61491570006',
        caller_name: 'Wilhelmina Zebrafinch',
        metadata: { patient: 'Wombat' },
        greeting: 'Hello, this is the quokka desk.',
        instructions: 'You work for the platypus desk. Transfer whoever asks for it.',
        callback_url: receiver.url('/hook/bandicoot'),
      }),
    });
    expect(answer.status).toBe(202);
    const { id } = answer.body as { id: string };
    [record] = await Promise.all([stack.outdial.ended(id), look(`call-${id}-1`)]);
    await vi.waitUntil(() => receiver.requests('/hook/bandicoot').length > 0, {
      timeout: 40_000,
      interval: 100,
    });
    const metrics = await stack.outdial.request('/metrics');
    seen.metrics = String(metrics.body);
  }, 90_000);

  test('went through a transfer, and the marks with it', async () => {
    expect(record).toMatchObject({ status: 'completed', outcome: { end_reason: 'transferred' } });
    const told = receiver.requests('/hook/bandicoot')[0]?.text ?? '';
    const words = JSON.stringify((await stack.outdial.request(`/calls/${record.id}/transcript`)).body);
    const { destination, transferTarget, callerId, callerName, metadata, greeting, callee } = PEOPLE;
    for (const mark of [destination, transferTarget, callerId, callerName, metadata])
      expect(told).toContain(mark);
    for (const mark of [greeting, callee]) expect(words).toContain(mark);
  });

  test.each(['bridge', 'agent'] as const)('no mark is in the log of the %s', (app) => {
    isClean(app, stack.outdial.log(app));
  });

  test('nor in a metric, a room, an attribute, the title of a process or the name of a file', () => {
    isClean('/metrics', seen.metrics);
    isClean('rooms', seen.names);
    isClean('participants', seen.others);
    isClean('process titles', seen.titles);
    isClean('file names', seen.files);
  });

  test('LiveKit itself holds the five fields of the call, for the leg and for the dispatch, and no more', () => {
    const five = ['account_code', 'caller_id', 'caller_name', 'destination', 'transfer_target'];
    const known = (metadata: string) => Object.keys(JSON.parse(metadata) as object).toSorted();
    expect(five).toEqual(expect.arrayContaining(known(seen.callee)));
    expect([...five, 'call_id', 'dispatch']).toEqual(expect.arrayContaining(known(seen.dispatch)));
  });

  test('one trace leads from the request through both logs to the callback', () => {
    expect(record).toMatchObject({ trace_id: TRACE });
    const about = (app: 'bridge' | 'agent') => lines(app).filter(({ callId }) => callId === record.id);
    const bridge = about('bridge');
    expect(bridge.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['call accepted', 'call dispatched', 'grant given', 'call ended']),
    );
    expect(bridge.filter(({ traceId }) => traceId !== TRACE)).toEqual([]);

    const agent = about('agent');
    const granted = agent.slice(agent.findIndex(({ traceId }) => traceId !== undefined));
    expect(granted.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['dialing destination', 'answered', 'call over']),
    );
    expect(granted.filter(({ traceId }) => traceId !== TRACE)).toEqual([]);

    const sent = String(receiver.requests('/hook/bandicoot')[0]?.headers.traceparent);
    expect(sent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(sent).not.toBe(TRACEPARENT);
  });

  test('the figures tell of the call and of the agent', () => {
    expect(seen.metrics).toContain(
      'outdial_calls_ended_total{status="completed",end_reason="transferred"} 1',
    );
    expect(seen.metrics).toContain('outdial_agent_loop_delay_seconds_count 1');
  });

  test('bridge and agent listen on loopback alone; the health port is among them', () => {
    const { bridge, agent } = stack.outdial;
    const health = healthPortOf(stack);
    const listening = listeningOn([...(bridge?.pids() ?? []), ...agent.pids()]);
    expect(listening.map(({ port }) => port)).toEqual(
      expect.arrayContaining([health, Number(new URL(stack.outdial.bridgeUrl).port)]),
    );
    expect(listening.filter(({ isLoopback }) => !isLoopback)).toEqual([]);
  });
});
