import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { wireCallId } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LiveKitRejected, LiveKitUnavailable } from '../../ports.ts';
import { createLiveKit } from './livekit.ts';

const NO_SIP = { sip_status: null, sip_reason: null };

type Asked = { readonly method: string; readonly body: Record<string, unknown> };

let server: Server;
let asked: Asked[];
let answer: { status: number; body: object };

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked.push({ method: request.url?.split('/').at(-1) ?? '', body: await bodyOf(request) });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: {} };
});

const livekit = () =>
  createLiveKit({
    url: `ws://127.0.0.1:${(server.address() as { port: number }).port}`,
    apiKey: 'key',
    apiSecret: 'secret-0123456789-0123456789-0123456789',
    agentName: 'nehos-outbound-agent',
  });

test('a dispatch is one job that LiveKit never restarts, in a room that goes away by itself', async () => {
  answer.body = { id: 'AD_1' };
  expect(await livekit().dispatch('call-x-1', '{"destination":"61"}')).toBe('AD_1');
  expect(asked).toEqual([
    {
      method: 'CreateRoom',
      body: expect.objectContaining({ name: 'call-x-1', emptyTimeout: 120, departureTimeout: 10 }),
    },
    {
      method: 'CreateDispatch',
      body: {
        room: 'call-x-1',
        agentName: 'nehos-outbound-agent',
        metadata: '{"destination":"61"}',
        restartPolicy: 'JRP_NEVER',
      },
    },
  ]);
  expect(asked[0]?.body).not.toHaveProperty('metadata');
});

test('a request that fails is not repeated', async () => {
  answer = { status: 503, body: { code: 'unavailable', msg: 'try later' } };
  await expect(livekit().dispatch('call-x-1', '{}')).rejects.toBeInstanceOf(LiveKitUnavailable);
  expect(asked).toHaveLength(1);
});

test('a refused key is told apart, and no token comes out with it', async () => {
  answer = { status: 401, body: { msg: 'invalid token: eyJhbGci.eyJ2aWRl.c2ln, error: bad signature' } };
  const error = await livekit()
    .dispatch('call-x-1', '{}')
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(LiveKitRejected);
  expect(String(error)).toContain('invalid token: <token>, error: bad signature');
});

test('who is in a room: agents and SIP legs; an absent room is empty', async () => {
  answer.body = {
    participants: [
      { identity: 'agent-AJ_1', kind: 'AGENT' },
      {
        identity: 'callee',
        sid: 'PA_1',
        kind: 'SIP',
        attributes: { 'sip.callID': 'SCL_abc' },
      },
      { identity: 'target', kind: 'SIP' },
      { identity: 'somebody', kind: 'SIP' },
      { identity: 'listener', kind: 'STANDARD' },
    ],
  };
  expect(await livekit().lookInto('call-x-1')).toEqual({
    agent: true,
    legs: [
      { identity: 'callee', participant_sid: 'PA_1', sip_call_id: wireCallId('SCL_abc'), ...NO_SIP },
      { identity: 'target', participant_sid: null, sip_call_id: null, ...NO_SIP },
    ],
    bridged: false,
  });
  answer = { status: 404, body: { code: 'not_found', msg: 'no such room' } };
  expect(await livekit().lookInto('call-x-1')).toEqual({ agent: false, legs: [] });
  answer = { status: 503, body: { code: 'unavailable', msg: 'try later' } };
  expect(await livekit().lookInto('call-x-1')).toBe('unreachable');
});

test.each([
  ['active', true],
  ['ringing', false],
])('a target that is %s beside an active callee: bridged %s', async (status, bridged) => {
  const sip = (identity: string, callStatus: string) => ({
    identity,
    kind: 'SIP',
    attributes: { 'sip.callStatus': callStatus },
  });
  answer.body = { participants: [sip('callee', 'active'), sip('target', status)] };
  expect(await livekit().lookInto('call-x-1')).toMatchObject({ agent: false, bridged });
});

test('what is gone already need not be removed', async () => {
  answer = { status: 404, body: { code: 'not_found', msg: 'no such room' } };
  await livekit().deleteRoom('call-x-1');
  answer = { status: 503, body: { code: 'unavailable', msg: 'try later' } };
  await expect(livekit().deleteRoom('call-x-1')).rejects.toBeInstanceOf(LiveKitUnavailable);
});

test('which of some rooms exist', async () => {
  answer.body = { rooms: [{ name: 'call-x-1' }] };
  expect(await livekit().existing(['call-x-1', 'call-x-2'])).toEqual(['call-x-1']);
  expect(asked).toEqual([{ method: 'ListRooms', body: { names: ['call-x-1', 'call-x-2'] } }]);
  answer = { status: 503, body: { code: 'unavailable', msg: 'try later' } };
  await expect(livekit().existing(['call-x-1'])).rejects.toBeInstanceOf(LiveKitUnavailable);
});
