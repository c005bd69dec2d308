import { type Lab, type Outdial, startLab, startOutdial } from '@outdial/lab';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The dispatch of the guide, byte for byte as a shell hands it to `lk dispatch create --metadata`. */
const METADATA = `{
    "destination":"61402012298",
    "account_code":"em-tech-01",
    "transfer_target":"61731071901",
    "caller_id":"LiveKitNehosHosted",
    "caller_name":"LiveKit Nehos Hosted"
  }`;

let lab: Lab;
let agent: Outdial;
let dispatches: AgentDispatchClient;
let rooms: RoomServiceClient;

beforeAll(async () => {
  lab = await startLab();
  agent = await startOutdial({ dir: lab.dir, env: lab.env, withBridge: false });
  const { url, apiKey, apiSecret } = lab.livekit;
  dispatches = new AgentDispatchClient(url, apiKey, apiSecret);
  rooms = new RoomServiceClient(url, apiKey, apiSecret);
}, 90_000);

afterAll(async () => {
  await agent?.stop();
  await lab?.stop();
}, 30_000);

const logLines = (message: string): Record<string, unknown>[] =>
  agent
    .log('agent')
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => JSON.parse(line));

test("a dispatch without the bridge dials the guide's number and transfers to its target", async () => {
  await dispatches.createDispatch('lk-room-1', 'nehos-outbound-agent', { metadata: METADATA });
  await expect.poll(() => logLines('call ended'), { timeout: 60_000 }).toHaveLength(1);
  expect(logLines('call ended')[0]).toMatchObject({
    outcome: { status: 'completed', end_reason: 'transferred' },
  });

  for (const number of ['402012298', '731071901', 'LiveKitNehosHosted'])
    expect(agent.log('agent')).not.toContain(number);
  const records = await lab.carrier.records();
  const dialed = records.filter((call) => call.referredBy === null);
  expect(dialed).toHaveLength(1);
  expect(dialed[0]).toMatchObject({ fromUser: 'LiveKitNehosHosted', fromDisplay: 'LiveKit Nehos Hosted' });
  expect(dialed[0]?.requestUri).toMatch(/^sip:61402012298@/);
  expect(dialed[0]?.headers['X-Account-Code']).toEqual(['em-tech-01']);
  expect(dialed[0]?.refer?.referTo).toBe('tel:+61731071901');
  expect(dialed[0]?.refer?.headers['X-Account-Code']).toEqual(['em-tech-01']);
  await expect.poll(async () => (await rooms.listRooms()).length, { timeout: 10_000 }).toBe(0);
}, 90_000);

test('a room that carries the mark of another job is left alone', async () => {
  await rooms.createRoom({ name: 'lk-room-2', metadata: JSON.stringify({ outdial: { dialed: 'another' } }) });
  await dispatches.createDispatch('lk-room-2', 'nehos-outbound-agent', { metadata: METADATA });
  await expect.poll(() => logLines('no grant: nothing is dialled'), { timeout: 30_000 }).toHaveLength(1);
  expect((await lab.carrier.records()).filter((call) => call.referredBy === null)).toHaveLength(1);
  expect((await rooms.listRooms(['lk-room-2'])).map((room) => room.name)).toEqual(['lk-room-2']);
  await rooms.deleteRoom('lk-room-2');
}, 60_000);

test('metadata that cannot be read dials nothing and says why', async () => {
  await dispatches.createDispatch('lk-room-3', 'nehos-outbound-agent', {
    metadata: 'destination=61402012298',
  });
  await expect
    .poll(() => logLines('the job metadata cannot be read; nothing is dialled'), { timeout: 30_000 })
    .toHaveLength(1);
  expect((await lab.carrier.records()).filter((call) => call.referredBy === null)).toHaveLength(1);
}, 60_000);

test('without the bridge a refused REFER leads to a second leg, too, and the call ends with its agent', async () => {
  const metadata = JSON.stringify({
    destination: '61491570156',
    account_code: 'direct-leg',
    transfer_target: '61255500101',
    caller_id: 'LiveKitNehosHosted',
  });
  const ended = logLines('call ended').length;
  await dispatches.createDispatch('lk-room-4', 'nehos-outbound-agent', { metadata });
  const legs = async () =>
    (await lab.carrier.records()).filter(({ requestUri }) => requestUri.startsWith('sip:61255500101@'));
  await expect
    .poll(async () => (await legs()).map(({ finalStatus }) => finalStatus), { timeout: 60_000 })
    .toEqual([200]);
  expect((await legs())[0]?.headers['X-Account-Code']).toEqual(['direct-leg']);
  expect((await rooms.listRooms(['lk-room-4']))[0]?.metadata).toContain('"legs":["+61255500101"]');
  await expect.poll(() => lab.phones.calls('0255500101').length).toBe(1);
  expect(await lab.phones.hangUp('0255500101')).toBe(1);
  await expect.poll(() => logLines('call ended').length, { timeout: 20_000 }).toBe(ended + 1);
  expect(logLines('call ended').at(-1)).toMatchObject({
    outcome: { status: 'completed', end_reason: 'transferred', hung_up_by: 'target' },
    transfer: 'confirmed',
  });
  await expect.poll(async () => (await rooms.listRooms(['lk-room-4'])).length, { timeout: 10_000 }).toBe(0);
}, 90_000);
