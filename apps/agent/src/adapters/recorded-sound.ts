import { setTimeout as pause } from 'node:timers/promises';
import {
  type AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';

const QUEUE_MS = 200;
/** The last sound still has to leave livekit-sip. */
const TAIL_MS = 300;

/**
 * Plays recorded frames (mono, one rate) to the callee on a track of their own: a session whose provider failed may be
 * closed. Waits for the answer, since livekit-sip listens from then on; resolves when the last sound has left. Rejects
 * when the agent is not in the room.
 */
export const playInRoom = async (room: Room, frames: readonly AudioFrame[]): Promise<void> => {
  const [first] = frames;
  const agent = room.localParticipant;
  if (agent === undefined) throw new Error('the agent is not in the room');
  if (first === undefined) return;
  const source = new AudioSource(first.sampleRate, 1, QUEUE_MS);
  const track = LocalAudioTrack.createAudioTrack('recorded', source);
  const publication = await agent.publishTrack(
    track,
    new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
  );
  await publication.waitForSubscription();
  for (const frame of frames) await source.captureFrame(frame);
  await source.waitForPlayout();
  await pause(TAIL_MS);
  // The track stays, silent: the call ends, or what follows takes the agent's sound out of the room.
};
