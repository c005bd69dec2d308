import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './faults/fault-proxy.ts';
import { labDir } from './lab.testing.ts';
import { type Lab, startLab } from './lab.ts';
import { type Outdial, startOutdial } from './outdial.ts';

let lab: Lab;
let outdial: Outdial;
const proxies: FaultProxy[] = [];
const paths: string[] = [];

/** A proxy that notes what passes. */
const watched = async (target: string): Promise<FaultProxy> => {
  const proxy = await startFaultProxy({ target });
  proxy.onRequest(({ path }) => void paths.push(path));
  proxies.push(proxy);
  return proxy;
};

beforeAll(async () => {
  lab = await startLab({ dir: labDir('outdial') });
  outdial = await startOutdial({
    dir: lab.dir,
    env: lab.env,
    bridgeEnv: async () => ({ LIVEKIT_URL: (await watched(lab.livekit.url)).url }),
    agentEnv: async (bridgeUrl) => ({
      LIVEKIT_URL: (await watched(lab.livekit.url)).url,
      BRIDGE_URL: (await watched(bridgeUrl)).url,
    }),
  });
});
afterAll(async () => {
  await outdial?.stop();
  await lab?.stop();
  for (const proxy of proxies) await proxy.close();
});

const BUSY = '0491570157';
const answered = (id: string) =>
  expect.poll(async () => (await outdial.call(id)).answered_at, { timeout: 30_000 }).not.toBeNull();
const placeBusyCall = async (account_code: string) =>
  expect((await outdial.ended((await outdial.dispatch({ destination: BUSY, account_code })).id)).status).toBe(
    'busy',
  );

test('a proxy stands on each way between bridge, agent and LiveKit', async () => {
  await placeBusyCall('proxies');
  expect(paths).toEqual(
    expect.arrayContaining([
      '/agent',
      '/twirp/livekit.AgentDispatchService/CreateDispatch',
      expect.stringMatching(/^\/agent\/calls\/.*\/grant$/),
      expect.stringMatching(/^\/agent\/calls\/.*\/reports$/),
    ]),
  );
});

test('a killed bridge comes back at its address with its records, and a paused one only waits', async () => {
  const { id } = await outdial.dispatch({ destination: BUSY, account_code: 'kill' });
  const before = await outdial.ended(id);
  expect(await outdial.kill('bridge')).toMatchObject({ signal: 'SIGKILL' });
  await expect(outdial.request('/healthz')).rejects.toThrow();
  await outdial.restart('bridge');
  expect(await outdial.call(id)).toEqual(before);
  outdial.pause('bridge');
  await expect(outdial.request(`/calls/${id}`, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
  outdial.resume('bridge');
  const { status, headers, body } = await outdial.request(`/calls/${id}`);
  expect([status, headers.get('content-type'), body]).toEqual([200, expect.stringMatching(/json/), before]);
});

test('a job is found by its room, lives on when only its parent is killed, and ends by itself', async () => {
  await expect.poll(() => outdial.warmPids()).toHaveLength(1);
  const [warm] = outdial.warmPids();
  const { id } = await outdial.dispatch({ destination: '0491570156', account_code: 'orphan' });
  await answered(id);
  const { room } = await outdial.call(id);
  expect(outdial.jobs()).toEqual([{ pid: warm, room }]);
  await outdial.kill('agent', 'SIGKILL', { wholeGroup: false });
  expect(outdial.jobs()).toEqual([{ pid: warm, room }]);
  await outdial.restart('agent');
  await outdial.ended(id);
  await expect.poll(() => outdial.jobs(), { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => outdial.warmPids(), { timeout: 30_000 }).toHaveLength(1);
});

test('an app that is asked to stop tells its own end, and comes back', async () => {
  for (const app of ['bridge', 'agent'] as const) {
    expect(await outdial.stopApp(app)).toMatchObject({ code: 0, signal: null });
    await outdial.restart(app);
  }
  await placeBusyCall('stop');
});

test('a second agent serves the bridge of the first', async () => {
  const { AGENT_REPORT_SECRET = '', BRIDGE_API_KEYS = '', BRIDGE_URL = '' } = outdial.env;
  const shared = { AGENT_REPORT_SECRET, BRIDGE_API_KEYS, BRIDGE_URL };
  await outdial.kill('agent');
  const second = await startOutdial({
    dir: `${lab.dir}/second`,
    env: { ...lab.env, ...shared },
    withBridge: false,
  });
  try {
    expect([second.bridge, second.bridgeUrl, second.apiKey]).toEqual([
      null,
      outdial.bridgeUrl,
      outdial.apiKey,
    ]);
    await placeBusyCall('second');
  } finally {
    await second.stop();
  }
});
