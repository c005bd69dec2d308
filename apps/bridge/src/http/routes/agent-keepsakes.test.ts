import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { signReport } from '@outdial/runtime';
import { makeOutcome, recordingClaimText } from '@outdial/telephony';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN_SECRET, AGENT_SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

const TOKEN = 'token-of-the-first-job';
const TURNS = [
  { at_ms: 10, speaker: 'agent', text: 'How many?', interrupted: false },
  { at_ms: 900, speaker: 'callee', text: 'Marzipan for seven.', interrupted: true },
];
const RESULT = {
  token: TOKEN,
  transcript: TURNS,
  result: { people: 7 },
  summary: 'Seven like marzipan.',
  problem: null,
  recording: true,
};

let bridge: TestBridge;
let url: string;
beforeAll(async () => {
  bridge = await startTestBridge();
  url = await bridge.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => bridge.close());
beforeEach(() => bridge.clear());

const report = (id: string, seq: number, step: object) =>
  bridge.agent(`/agent/calls/${id}/reports`, { token: TOKEN, seq, at_ms: seq, ...step });

/** A call that talked and is over; what follows was announced. */
const endedCall = async (body: object = {}, follows = { result: true, recording: true }): Promise<string> => {
  const { id } = (
    await bridge.dispatch(
      { destination: '0491 570 156', record: true, ...body },
      { query: { allow_duplicate: 'true' } },
    )
  ).json();
  await bridge.start();
  const grant = { token: TOKEN, dispatch: 1, job_id: 'AJ_1' };
  await bridge.agent(`/agent/calls/${id}/grant`, grant);
  await report(id, 1, { type: 'answered' });
  await report(id, 2, { type: 'ended', outcome: makeOutcome('callee_hangup', { talk_ms: 900 }), follows });
  return id;
};

const sendResult = async (id: string, body: object = RESULT, secret = AGENT_SECRET) => {
  const payload = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...signReport(secret, `${id}.1`, payload) };
  return bridge.app.inject({ method: 'PUT', url: `/agent/calls/${id}/result`, payload, headers });
};

const SOUND = Buffer.from('OggS and the sound of a call');
/** As the agent sends it: a stream whose size and digest are signed. */
const sendRecording = (
  id: string,
  change: { body?: Buffer; token?: string; sha256?: string; bytes?: number; signedFor?: string } = {},
) => {
  const body = change.body ?? SOUND;
  const claim = {
    token: change.token ?? TOKEN,
    bytes: change.bytes ?? body.length,
    sha256: change.sha256 ?? createHash('sha256').update(body).digest('hex'),
  };
  return fetch(`${url}/agent/calls/${id}/recording`, {
    method: 'PUT',
    headers: {
      'content-type': 'audio/ogg',
      'x-outdial-token': claim.token,
      'x-outdial-bytes': String(claim.bytes),
      'x-outdial-sha256': claim.sha256,
      ...signReport(AGENT_SECRET, `${change.signedFor ?? id}.1`, recordingClaimText(claim)),
    },
    body: new Blob([new Uint8Array(body)]).stream(),
    duplex: 'half',
  });
};

const record = async (id: string) => (await bridge.get(`/calls/${id}`)).json();

describe('the result', () => {
  test('is in the record, with the transcript behind it; said again it changes nothing', async () => {
    const id = await endedCall();
    expect(await record(id)).toMatchObject({ result: null, summary: null, transcript_url: null });
    expect((await bridge.get(`/calls/${id}/transcript`)).json()).toMatchObject({
      code: 'transcript_not_ready',
    });
    for (const summary of ['Seven like marzipan.', 'Another']) {
      expect((await sendResult(id, { ...RESULT, summary })).statusCode).toBe(200);
    }
    expect(await record(id)).toMatchObject({
      status: 'completed',
      result: { people: 7 },
      summary: 'Seven like marzipan.',
      result_problem: null,
      transcript_url: `/calls/${id}/transcript`,
    });
    expect((await bridge.get(`/calls/${id}/transcript`)).json()).toEqual({ call_id: id, turns: TURNS });
    expect(bridge.logged.join()).not.toMatch(/marzipan/i);
  });

  test('that could not be made says why', async () => {
    const id = await endedCall();
    await sendResult(id, {
      ...RESULT,
      result: null,
      summary: null,
      problem: 'The model is away.',
      recording: false,
    });
    expect(await record(id)).toMatchObject({
      result: null,
      summary: null,
      result_problem: 'The model is away.',
    });
    expect((await bridge.get(`/calls/${id}/recording`)).json()).toMatchObject({
      code: 'recording_not_found',
    });
  });

  test('is refused unsigned, of another job, of no call, and of no shape', async () => {
    const id = await endedCall();
    const answers = [
      await sendResult(id, RESULT, 'another-secret-0123456789-0123456789-0123456789'),
      await sendResult(id, { ...RESULT, token: 'token-of-another-job' }),
      await sendResult('call_none'),
      await sendResult(id, { ...RESULT, transcript: [{ text: 'x' }] }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 409, 404, 400]);
    expect((await record(id)).summary).toBeNull();
  });

  test('may be longer than any other body', async () => {
    const id = await endedCall();
    const long = Array.from({ length: 500 }, (_, i) => ({ ...TURNS[0], at_ms: i, text: 'x'.repeat(300) }));
    expect((await sendResult(id, { ...RESULT, transcript: long })).statusCode).toBe(200);
  });

  test('whoever waits for the end gets it with the result', async () => {
    const id = await endedCall();
    const waiting = bridge.get(`/calls/${id}?wait=20`);
    await sendResult(id);
    expect((await waiting).json()).toMatchObject({ summary: 'Seven like marzipan.' });
  });
});

/** Begins to send a result and does not end; `answered` is the status, when one comes. */
const beginResult = async (id: string, change: Record<string, string> = {}) => {
  const sending = request(`${url}/agent/calls/${id}/result`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      'content-length': 1_000_000,
      ...signReport(AGENT_SECRET, `${id}.1`, 'never sent'),
      ...change,
    },
  });
  const answered = new Promise<number | undefined>((resolve) => {
    sending.once('response', (answer) => resolve(answer.resume().statusCode));
    sending.once('error', () => resolve(undefined));
  });
  sending.write('{');
  return { answered, stop: () => sending.destroy() };
};

describe('a result that does not come to its end', () => {
  test.each([
    ['without a signature', { 'webhook-signature': '' }],
    ['of yesterday', { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 86_400) }],
    ['without a time', { 'webhook-timestamp': 'now' }],
    ['for another call', { 'webhook-id': 'call_other.1' }],
  ])('%s is refused before its body', async (_case, change) => {
    const { answered, stop } = await beginResult('call_none', change);
    expect(await answered).toBe(401);
    stop();
  });

  test('is one of a few: more of the same client are turned away until those are gone', async () => {
    const id = await endedCall();
    const all = await Promise.all(Array.from({ length: 17 }, () => beginResult(id)));
    expect(await Promise.race(all.map(({ answered }) => answered))).toBe(429);
    for (const { stop } of all) stop();
    const send = () =>
      fetch(`${url}/agent/calls/${id}/result`, {
        method: 'PUT',
        headers: {
          'content-type': 'application/json',
          ...signReport(AGENT_SECRET, `${id}.1`, JSON.stringify(RESULT)),
        },
        body: JSON.stringify(RESULT),
      });
    await expect.poll(async () => (await send()).status).toBe(200);
    // Those that came to their end hold no place.
    const statuses = [];
    for (let i = 0; i < 20; i++) statuses.push((await send()).status);
    expect(statuses).toEqual(Array(20).fill(200));
  });
});

describe('the recording', () => {
  test('is stored and given back, whole and in parts', async () => {
    const id = await endedCall();
    expect((await bridge.get(`/calls/${id}/recording`)).json()).toMatchObject({
      status: 409,
      code: 'recording_not_ready',
    });
    expect((await sendRecording(id)).status).toBe(200);
    expect(await record(id)).toMatchObject({ recording_url: `/calls/${id}/recording` });
    const whole = await bridge.get(`/calls/${id}/recording`);
    expect(whole.rawPayload).toEqual(SOUND);
    expect(whole.headers).toMatchObject({
      'content-type': 'audio/ogg',
      'content-length': String(SOUND.length),
      'content-disposition': `attachment; filename="${id}.ogg"`,
      'accept-ranges': 'bytes',
    });
    const part = await bridge.app.inject({
      url: `/calls/${id}/recording`,
      headers: { 'x-api-key': ADMIN_SECRET, range: 'bytes=5-7' },
    });
    // The admin key may not read; the range comes with one that may.
    expect(part.statusCode).toBe(403);
  });

  test('is refused of no call, of another job, for another call, and when nobody is to be recorded', async () => {
    const id = await endedCall();
    const unrecorded = await endedCall({ record: false });
    const answers = [
      await sendRecording('call_none'),
      await sendRecording(id, { token: 'token-of-another-job' }),
      await sendRecording(id, { signedFor: unrecorded }),
      await sendRecording(unrecorded),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 409, 401, 409]);
    expect((await bridge.get(`/calls/${unrecorded}/recording`)).json()).toMatchObject({
      code: 'recording_not_found',
    });
  });

  test('that was cut or changed on its way is not kept', async () => {
    const id = await endedCall();
    const digest = createHash('sha256').update(SOUND).digest('hex');
    const answers = [
      await sendRecording(id, { body: Buffer.from('Ogg'), sha256: digest, bytes: SOUND.length }),
      await sendRecording(id, { body: Buffer.from(SOUND.map((byte) => byte ^ 1)), sha256: digest }),
      await sendRecording(id, { bytes: 3 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect((await bridge.get(`/calls/${id}/recording`)).statusCode).toBe(409);
  });

  test('that is too large is refused before it is sent', async () => {
    const id = await endedCall();
    expect((await sendRecording(id, { bytes: 201 * 1024 * 1024 })).status).toBe(413);
  });
});
