import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { voice } from '@livekit/agents';
import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { aftermathRig, useSpool } from '../test/aftermath-rig.ts';
import { testCall } from '../test/call.ts';
import { createAfterCall } from './after-call.ts';
import type { CallRecording } from './recording/call-recording.ts';
import { type AftermathSpool, createAftermathSpool } from './result/aftermath-spool.ts';

const { logged, log } = aftermathRig;

let dir: string;
let spool: AftermathSpool;
useSpool((made, itsDir) => {
  spool = made;
  dir = itsDir;
});

const said = (role: string, textContent: string, atMs: number) => ({
  type: 'message',
  role,
  textContent,
  createdAt: performance.timeOrigin + atMs,
  metrics: { startedSpeakingAt: (performance.timeOrigin + atMs) / 1000 },
});

/** A session whose last words come with its end, as those of an interrupted agent do. */
const fakeSession = (end: () => Promise<void> = async () => {}) => {
  const items = [said('user', 'Seven.', 1_500)];
  const session = {
    history: { items },
    close: async () => {
      await end();
      items.push(said('assistant', 'And whi', 2_000));
    },
  };
  return session as unknown as voice.AgentSession;
};

const recordingOf = (path: string | null, on = true): CallRecording => ({
  isOn: () => on,
  stop: async () => true,
  finish: async () => path,
});

const careOf = (
  session: voice.AgentSession,
  recording: CallRecording | null = null,
  reason = 'callee_hangup' as const,
) => {
  const afterCall = createAfterCall({ callId: 'call_1', token: 'token-of-the-first-job', spool, log });
  afterCall.attach(session, recording);
  return afterCall.of(testCall(), makeOutcome(reason, { talk_ms: 900 }), 1_000);
};

describe('what is kept of a call', () => {
  test('is a draft while the job lives, and whole when its session has closed', async () => {
    const care = careOf(fakeSession(), recordingOf('/tmp/x.ogg'));
    expect(care.follows).toEqual({ result: true, recording: true });
    await care.draft();
    expect(await spool.read('call_1')).toMatchObject({
      complete: false,
      pid: process.pid,
      recording: null,
      turns: [{ at_ms: 500, speaker: 'callee', text: 'Seven.' }],
    });
    await care.finish();
    expect(await spool.read('call_1')).toMatchObject({
      complete: true,
      recording: '/tmp/x.ogg',
      turns: [{ text: 'Seven.' }, { at_ms: 1_000, speaker: 'agent', text: 'And whi' }],
    });
  });

  test('has no recording where the callee stopped it', async () => {
    expect(careOf(fakeSession(), recordingOf(null, false)).follows).toEqual({
      result: true,
      recording: false,
    });
  });

  test('says that a machine answered', async () => {
    const care = careOf(fakeSession(), null, 'voicemail_detected' as never);
    await care.finish();
    expect(await spool.read('call_1')).toMatchObject({ is_machine: true });
  });

  test('survives a session that does not close in order, and a disk that cannot be written', async () => {
    const care = careOf(fakeSession(() => Promise.reject(new Error('stuck'))));
    await care.finish();
    expect((await spool.read('call_1')).complete).toBe(true);
    await writeFile(join(dir, 'file'), '');
    spool = createAftermathSpool(join(dir, 'file', 'spool'));
    await careOf(fakeSession()).finish();
    expect(logged.join()).toContain('AGENT_SPOOL_DIR');
    expect(logged.join()).not.toContain('Seven');
  });
});
