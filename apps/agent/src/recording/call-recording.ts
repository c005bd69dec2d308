import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { voice } from '@livekit/agents';
import { identifyProcess, type Logger } from '@outdial/runtime';

/** The recording of one call. */
export type CallRecording = {
  /** Whether what is said is being kept. */
  isOn(): boolean;
  /** Stops, and deletes what was recorded; whether nothing of it is left. Never throws. */
  stop(session: voice.AgentSession): Promise<boolean>;
  /** Moves the recording of this session, which must be closed, to `path`; null when there is none. */
  finish(session: voice.AgentSession, path: string): Promise<string | null>;
};

/** The parts of agents-js' RecorderIO (voice/recorder_io, 1.8.1) that stop it; it has no such method itself. */
type Recorder = {
  started: boolean;
  inChan: { close(): Promise<void> };
  outChan: { close(): Promise<void> };
  closeFuture: { await: Promise<void> };
};

/**
 * `RecorderIO.close()` would close the agent's ears with it. Without `started` it keeps no frame and passes
 * everything on; with its channels closed the encoder ends.
 */
const stopRecorder = async (session: voice.AgentSession): Promise<void> => {
  const { _recorderIO: recorder } = session as unknown as { _recorderIO?: Recorder };
  if (recorder === undefined) return;
  recorder.started = false;
  await recorder.inChan.close();
  await recorder.outChan.close();
  await recorder.closeFuture.await;
};

/**
 * On LiveKit Cloud agents-js uploads what it recorded to LiveKit when its job ends (job.js, _onSessionEnd). The
 * recording is ours and the callee's: nobody was told of a third.
 */
const keepFromCloud = (session: voice.AgentSession): void => {
  const { sessionOptions } = session as unknown as { sessionOptions: { recordingOptions: object } };
  const nothing = { audio: false, traces: false, logs: false, transcript: false };
  sessionOptions.recordingOptions = { ...sessionOptions.recordingOptions, ...nothing };
};

const OWNER = 'owner.json';

/** Names the process that records into `directory`; `sweepRecordings` deletes what a dead one left. */
const claim = (directory: string): void => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  writeFileSync(join(directory, OWNER), JSON.stringify(identifyProcess()), { mode: 0o600 });
};

const move = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
  } catch (error) {
    // The system's temporary folder may be another disk.
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
  await chmod(to, 0o600);
};

/**
 * A recording that agents-js writes to `audio.ogg` in `directory`, the job's session directory, which is made
 * here for this user alone.
 */
export const createCallRecording = (directory: string, log: Logger): CallRecording => {
  claim(directory);
  const file = join(directory, 'audio.ogg');
  let on = true;
  let stopping: Promise<boolean> | null = null;
  const stop = async (session: voice.AgentSession): Promise<boolean> => {
    on = false;
    keepFromCloud(session);
    try {
      await stopRecorder(session);
    } catch (error) {
      log.error({ reason: String(error) }, 'the recorder did not stop in order');
    }
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      log.error(
        { reason: String(error), directory },
        'the callee does not want to be recorded: stopped, but what was recorded could not be deleted; delete it',
      );
      return false;
    }
    log.info('the callee does not want to be recorded: stopped, and deleted what was recorded');
    return true;
  };
  return {
    isOn: () => on,
    stop: (session) => {
      stopping ??= stop(session);
      return stopping;
    },
    finish: async (session, path) => {
      keepFromCloud(session);
      if (!on) return null;
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size === 0) return null;
      await move(file, path);
      await rm(directory, { recursive: true, force: true });
      return path;
    },
  };
};
