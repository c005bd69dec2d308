import { createHash } from 'node:crypto';
import { wireCallId } from '@outdial/telephony';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNewCall, TOKEN } from '../../../test/fixtures.ts';
import { LIVEKIT_KEY, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';
import { roomName } from '../../domain/call.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());
beforeEach(() => bridge.clear());

/** As LiveKit signs: a token with the digest of the body, by its key and secret. */
const signature = (body: string, { apiKey, apiSecret } = LIVEKIT_KEY): Promise<string> => {
  const token = new AccessToken(apiKey, apiSecret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
};
const send = async (body: string | Buffer, authorization?: string) =>
  bridge.app.inject({
    method: 'POST',
    url: '/livekit/webhook',
    payload: body,
    headers: {
      'content-type': 'application/webhook+json',
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
const tell = async (event: object) => {
  const body = JSON.stringify({ id: 'EV_1', createdAt: '1772409600', ...event });
  return send(body, await signature(body));
};
const joined = (room: string, change: object = {}) => ({
  event: 'participant_joined',
  room: { name: room, sid: 'RM_1' },
  participant: {
    identity: 'callee',
    sid: 'PA_1',
    kind: 'SIP',
    attributes: { 'sip.callID': 'SCL_abc' },
    ...change,
  },
});
const granted = async (): Promise<string> => {
  const { id } = await bridge.calls.transaction((tx) => tx.insert(aNewCall()));
  await bridge.start();
  await bridge.agent(`/agent/calls/${id}/grant`, { token: TOKEN, dispatch: 1, job_id: 'AJ_1' });
  return id;
};
const legs = async (id: string) => (await bridge.get(`/calls/${id}`)).json().legs;
const LEG = {
  identity: 'callee',
  participant_sid: 'PA_1',
  sip_call_id: wireCallId('SCL_abc'),
  sip_status: null,
  sip_reason: null,
};

describe('a hint', () => {
  test('of a leg is written down, once', async () => {
    const id = await granted();
    for (const _ of [1, 2]) {
      const answer = await tell(joined(roomName(id, 1)));
      expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'taken' }]);
    }
    expect(await legs(id)).toEqual([LEG]);
  });

  test('may come as JSON, too', async () => {
    const id = await granted();
    const body = JSON.stringify(joined(roomName(id, 1)));
    const headers = { 'content-type': 'application/json', authorization: await signature(body) };
    const answer = await bridge.app.inject({
      method: 'POST',
      url: '/livekit/webhook',
      payload: body,
      headers,
    });
    expect(answer.statusCode).toBe(200);
    expect(await legs(id)).toEqual([LEG]);
  });

  test('of a call that nobody was granted, of an agent or of a foreign room changes nothing', async () => {
    const { id } = await bridge.calls.transaction((tx) => tx.insert(aNewCall()));
    const call = await granted();
    for (const event of [
      joined(roomName(id, 1)),
      joined(roomName(call, 1), { kind: 'AGENT', identity: 'agent-AJ_1' }),
      joined(roomName(call, 1), { identity: 'somebody' }),
      joined('demo'),
      joined(roomName('call_none', 1)),
      { event: 'room_started', room: { name: roomName(call, 1) } },
      { event: 'an event of a newer LiveKit', news: {} },
    ]) {
      expect((await tell(event)).statusCode).toBe(200);
    }
    expect([await legs(id), await legs(call)]).toEqual([[], []]);
  });

  test('that somebody left or a room is gone is a reason to look now', async () => {
    const id = await granted();
    const wakes = bridge.wakes;
    await tell(joined(roomName(id, 1)));
    expect(bridge.wakes).toBe(wakes);
    await tell({ ...joined(roomName(id, 1)), event: 'participant_left' });
    await tell({ event: 'room_finished', room: { name: roomName(id, 1) } });
    expect(bridge.wakes).toBe(wakes + 2);
  });
});

describe('what LiveKit did not sign', () => {
  const unsigned = async (body: string | Buffer, authorization?: string) => {
    const answer = await send(body, authorization);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({
      code: 'signature_invalid',
      message: expect.stringContaining('LIVEKIT_API_KEY'),
    });
  };

  test('is 401 and changes nothing', async () => {
    const id = await granted();
    const body = JSON.stringify(joined(roomName(id, 1)));
    await unsigned(body);
    await unsigned(body, '');
    await unsigned(body, 'Bearer');
    await unsigned(body, `Bearer ${SECRET}`);
    await unsigned(body.replace('PA_1', 'PA_2'), await signature(body));
    await unsigned(`${body} `, await signature(body));
    // Decoded it would be the very text that was signed.
    const broken = body.replace('PA_1', 'PA_\ufffd');
    const bytes = Buffer.from(broken.replace('\ufffd', '?'));
    bytes[bytes.indexOf('PA_?') + 3] = 0xff;
    await unsigned(bytes, await signature(broken));
    await unsigned(body, await signature(body, { ...LIVEKIT_KEY, apiSecret: 'x'.repeat(40) }));
    await unsigned(body, await signature(body, { ...LIVEKIT_KEY, apiKey: 'other' }));
    await unsigned(body, await new AccessToken(LIVEKIT_KEY.apiKey, LIVEKIT_KEY.apiSecret).toJwt());
    expect(await legs(id)).toEqual([]);
  });

  test('with no body at all is refused', async () => {
    const answer = await bridge.app.inject({ method: 'POST', url: '/livekit/webhook' });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
