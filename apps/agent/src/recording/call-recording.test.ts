import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { voice } from '@livekit/agents';
import { createLogger } from '@outdial/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCallRecording } from './call-recording.ts';
import { sweepRecordings } from './sweep-recordings.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'outdial-recording-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** As much of a session as a recording touches, and what was done to it. */
const fakeSession = () => {
  const done: string[] = [];
  const close = (what: string) => async () => void done.push(what);
  const recorder = {
    started: true,
    inChan: { close: close('in') },
    outChan: { close: close('out') },
    closeFuture: { await: Promise.resolve() },
  };
  const session = {
    _recorderIO: recorder,
    sessionOptions: { recordingOptions: { audio: true, logs: true } },
  };
  return {
    session: session as unknown as voice.AgentSession,
    recorder,
    done,
    options: session.sessionOptions,
  };
};

describe('a recording', () => {
  test('is made in a folder of its owner alone', async () => {
    const dir = join(root, 'job-1');
    createCallRecording(dir, log);
    expect((await stat(dir)).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(join(dir, 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  test('is moved to the spool, and kept from LiveKit’s cloud', async () => {
    const dir = join(root, 'job-1');
    const recording = createCallRecording(dir, log);
    await writeFile(join(dir, 'audio.ogg'), 'sound', { mode: 0o644 });
    const { session, options } = fakeSession();
    const target = join(root, 'spool', 'call_1.ogg');
    expect(await recording.finish(session, target)).toBe(target);
    expect(await readFile(target, 'utf8')).toBe('sound');
    expect((await stat(target)).mode & 0o077).toBe(0);
    expect(await readdir(root)).toEqual(['spool']);
    expect(options.recordingOptions).toMatchObject({ audio: false, logs: false });
  });

  test('that never began is none', async () => {
    const recording = createCallRecording(join(root, 'job-1'), log);
    expect(await recording.finish(fakeSession().session, join(root, 'call_1.ogg'))).toBeNull();
  });

  test('that is stopped leaves nothing, and the session its ears', async () => {
    const dir = join(root, 'job-1');
    const recording = createCallRecording(dir, log);
    await writeFile(join(dir, 'audio.ogg'), 'sound');
    const { session, recorder, done } = fakeSession();
    expect(await Promise.all([recording.stop(session), recording.stop(session)])).toEqual([true, true]);
    expect(recording.isOn()).toBe(false);
    expect(recorder.started).toBe(false);
    expect(done).toEqual(['in', 'out']);
    expect(await readdir(root)).toEqual([]);
    expect(await recording.finish(session, join(root, 'call_1.ogg'))).toBeNull();
  });
});

test('a recording that cannot be deleted is not said to be', async () => {
  const sessions = join(root, 'sessions');
  const recording = createCallRecording(join(sessions, 'job-1'), log);
  // Deleting now fails with ENOTDIR.
  await rm(sessions, { recursive: true });
  await writeFile(sessions, '');
  expect(await recording.stop(fakeSession().session)).toBe(false);
  expect(recording.isOn()).toBe(false);
});

test('what dead jobs left half made is deleted, what lives or is not ours stays', async () => {
  createCallRecording(join(root, 'job-live'), log);
  createCallRecording(join(root, 'job-dead'), log);
  await writeFile(join(root, 'job-dead', 'owner.json'), JSON.stringify({ pid: 2 ** 22 + 1 }));
  createCallRecording(join(root, 'job-of-before'), log);
  const before = JSON.stringify({ pid: process.pid, started: 'another boot/1' });
  if (process.platform === 'linux') await writeFile(join(root, 'job-of-before', 'owner.json'), before);
  else await rm(join(root, 'job-of-before'), { recursive: true });
  await mkdir(join(root, 'job-other'));
  await sweepRecordings(root, log);
  expect((await readdir(root)).sort()).toEqual(['job-live', 'job-other']);
});
