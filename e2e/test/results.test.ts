import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getFfmpegPath } from '@livekit/av';
import {
  type CallbackReceiver,
  type CallRecord,
  HEARD_WHOLE,
  similarity,
  speak,
  startCallbackReceiver,
  utterances,
} from '@outdial/lab';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { placeCall, useStack } from '../src/stack.ts';

const ANSWERS = '0491 570 156';
const NOTICE = 'This call is recorded.';

const PARTY = `---
description: Asks how many come to a party.
greeting: Hello, this is an automated assistant. How many people will come to the party, and when?
recording_notice: ${NOTICE} Tell me if you do not want that.
result:
  type: object
  properties:
    people: { type: integer, minimum: 1 }
    day: { type: string, enum: [friday, saturday] }
    coming: { type: boolean }
    colour: { type: string, enum: [red, blue] }
---
Ask how many people come to the party, on which day, and in which colour.
`;

let receiver: CallbackReceiver;
let dir: string;
beforeAll(async () => {
  receiver = await startCallbackReceiver();
  dir = await mkdtemp(join(tmpdir(), 'outdial-results-'));
  await writeFile(join(dir, 'party.md'), PARTY);
});
afterAll(async () => {
  await receiver.close();
  await rm(dir, { recursive: true, force: true });
});
const stack = useStack(() => ({ CALLBACK_ALLOWED_HOSTS: '127.0.0.1', PLAYBOOKS_DIR: dir }));

type Turn = { at_ms: number; speaker: string; text: string; interrupted: boolean };
const transcriptOf = async (record: CallRecord): Promise<Turn[]> => {
  const answer = await stack.outdial.request(`/calls/${record.id}/transcript`);
  expect(answer.status).toBe(200);
  return (answer.body as { turns: Turn[] }).turns;
};

/** The recording as two mono WAVs: what the callee said, and what the agent said. */
const downloadRecording = async (id: string): Promise<{ callee: string; agent: string }> => {
  const response = await fetch(`${stack.outdial.bridgeUrl}/calls/${id}/recording`, {
    headers: { authorization: `Bearer ${stack.outdial.apiKey}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('audio/ogg');
  const ogg = join(dir, `${id}.ogg`);
  await writeFile(ogg, Buffer.from(await response.arrayBuffer()));
  const both = join(dir, `${id}.wav`);
  execFileSync(getFfmpegPath() ?? 'ffmpeg', ['-loglevel', 'error', '-i', ogg, both]);
  const side = (name: string, channel: string): string => {
    const wav = join(dir, `${id}-${name}.wav`);
    execFileSync('sox', [both, wav, 'remix', channel]);
    return wav;
  };
  return { callee: side('callee', '1'), agent: side('agent', '2') };
};

const recordingIsThere = (id: string): Promise<true> =>
  vi.waitUntil(async () => (await stack.outdial.call(id)).recording_url !== null, {
    timeout: 15_000,
    interval: 100,
  });

const logs = (): string => stack.outdial.log('agent') + stack.outdial.log('bridge');

describe('a recorded call in which both speak', () => {
  let record: CallRecord;
  beforeAll(async () => {
    await stack.lab.phones.say(ANSWERS, [11_000, 'party', 9_000, 'goodbye']);
    const asked = { destination: ANSWERS, account_code: 'results-1', playbook: 'party', record: true };
    ({ record } = await placeCall(stack, { ...asked, callback_url: receiver.url('/resume') }));
    await recordingIsThere(record.id);
  }, 90_000);

  test('the record holds result and summary when the wait for its end is over', () => {
    expect(record).toMatchObject({
      status: 'completed',
      result: { people: 7, day: 'friday', coming: true, colour: null },
      result_problem: null,
      transcript_url: `/calls/${record.id}/transcript`,
    });
    expect(record.summary).toContain(utterances.party);
  });

  test('the one callback of the end holds it, and comes soon', async () => {
    await expect.poll(() => receiver.requests('/resume').length, { timeout: 5_000 }).toBe(1);
    const [request] = receiver.requests('/resume');
    expect(request?.json).toMatchObject({
      type: 'call.ended',
      data: { id: record.id, summary: record.summary, result: { people: 7 } },
    });
    expect((request?.at ?? 0) - Date.parse(String(record.ended_at))).toBeLessThan(10_000);
  });

  test('the transcript has who said what, when, beginning with the notice', async () => {
    const turns = await transcriptOf(record);
    expect(turns[0]).toMatchObject({ speaker: 'agent', text: expect.stringContaining(NOTICE) });
    const speakers = ['agent', 'agent', 'callee', 'agent', 'callee'];
    expect(turns.map(({ speaker }) => speaker).slice(0, 5)).toEqual(speakers);
    expect(turns[2]?.text).toBe(utterances.party);
    expect(turns.map(({ at_ms }) => at_ms)).toEqual(
      turns.map(({ at_ms }) => at_ms).toSorted((a, b) => a - b),
    );
    expect(turns[2]?.at_ms).toBeGreaterThan(9_000);
    expect(turns[2]?.at_ms).toBeLessThan(16_000);
  });

  test('the recording holds the callee on the left and the agent on the right', async () => {
    const { callee, agent } = await downloadRecording(record.id);
    const greeting = stack.lab.speech.tts.spoken()[0];
    if (greeting === undefined) throw new Error('The agent said nothing.');
    expect((await similarity(agent, greeting.file)).score).toBeGreaterThan(HEARD_WHOLE);
    const party = join(dir, 'party.wav');
    await speak(utterances.party, party, { voice: 'callee' });
    expect((await similarity(callee, party)).score).toBeGreaterThan(HEARD_WHOLE);
    expect((await similarity(callee, greeting.file)).score).toBeLessThan(0.5);
  });

  test('only we can read the file, and none is left at the agent', async () => {
    const path = join(stack.outdial.env.DATA_DIR ?? '', 'recordings', `${record.id}.ogg`);
    const { mode } = await stat(path);
    expect(mode & 0o077).toBe(0);
    const spool = join(stack.outdial.env.DATA_DIR ?? '', 'spool', 'ended');
    await expect.poll(() => readdir(spool), { timeout: 5_000 }).toEqual([]);
  });

  test('no word of it is in the logs', () => {
    for (const word of ['seven people', 'Friday', 'The callee said', 'is recorded'])
      expect(logs()).not.toContain(word);
  });
});

describe('a callee who does not want to be recorded', () => {
  let record: CallRecord;
  beforeAll(async () => {
    await stack.lab.phones.say(ANSWERS, [11_000, 'noRecording', 9_000, 'goodbye']);
    ({ record } = await placeCall(stack, {
      destination: ANSWERS,
      account_code: 'results-2',
      playbook: 'party',
      record: true,
    }));
  }, 90_000);

  test('hears that it has stopped, and the call goes on to its end', async () => {
    expect(record).toMatchObject({ status: 'completed' });
    const turns = await transcriptOf(record);
    expect(
      turns.some(({ speaker, text }) => speaker === 'agent' && text.includes('stopped and deleted')),
    ).toBe(true);
    expect(turns.at(-1)?.text).toMatch(/goodbye/i);
  });

  test('there is no recording, and nothing of it is left', async () => {
    expect(record.recording_url).toBeNull();
    const answer = await stack.outdial.request(`/calls/${record.id}/recording`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'recording_not_found' } });
    const sessions = await readdir(join(tmpdir(), 'livekit-agents')).catch(() => []);
    const log = stack.outdial.log('agent');
    expect(sessions.filter((name) => log.includes(name.replace('job-', '')))).toEqual([]);
  });
});

const inProgress = (id: string): Promise<true> =>
  vi.waitUntil(async () => (await stack.outdial.call(id)).status === 'in_progress', { timeout: 30_000 });
/** Waits until the callee's words have reached the model. */
const understood = (words: string): Promise<true> =>
  vi.waitUntil(
    () =>
      stack.lab.speech.llm.requests.some(({ request }) => JSON.stringify(request.messages).includes(words)),
    { timeout: 30_000, interval: 100 },
  );

describe('a bridge that is away when a call ends', () => {
  test('gets result and recording when it is back, and the model was asked once', async () => {
    await stack.lab.phones.say(ANSWERS, [11_000, 'party']);
    stack.lab.speech.llm.requests.length = 0;
    const asked = { destination: ANSWERS, account_code: 'results-3', playbook: 'party', record: true };
    const { record } = await placeCall(stack, asked, async (id) => {
      await inProgress(id);
      await understood(utterances.party);
      await stack.outdial.kill('bridge');
      await stack.lab.phones.hangUp(ANSWERS);
      const isReport = ({ request }: { request: { messages: unknown } }) =>
        JSON.stringify(request.messages).includes('<transcript>');
      await vi.waitUntil(() => stack.lab.speech.llm.requests.some(isReport), { timeout: 20_000 });
      await stack.outdial.restart('bridge');
    });
    expect(record).toMatchObject({ status: 'completed', outcome: { end_reason: 'callee_hangup' } });
    await vi.waitUntil(async () => (await stack.outdial.call(record.id)).summary !== null, {
      timeout: 20_000,
    });
    await recordingIsThere(record.id);
    const reports = stack.lab.speech.llm.requests.filter(({ request }) =>
      JSON.stringify(request.messages).includes('<transcript>'),
    );
    expect(reports).toHaveLength(1);
  }, 120_000);
});

describe('a job that is killed in the call', () => {
  test('leaves the truth about the end at once, without a result and without a recording', async () => {
    await stack.lab.phones.say(ANSWERS, [11_000, 'party']);
    const asked = { destination: ANSWERS, account_code: 'results-4', playbook: 'party', record: true };
    const { record } = await placeCall(stack, asked, async (id) => {
      await inProgress(id);
      await understood(utterances.party);
      const [job] = stack.outdial.jobs();
      if (job === undefined) throw new Error('There is no job.');
      process.kill(job.pid, 'SIGKILL');
    });
    expect(record).toMatchObject({
      outcome: { end_reason: 'agent_lost' },
      result: null,
      summary: null,
      transcript_url: null,
      recording_url: null,
    });
    await expect.poll(() => stack.outdial.log('agent'), { timeout: 20_000 }).toContain('half-made recording');
  }, 120_000);
});
