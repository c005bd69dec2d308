import { setTimeout as pause } from 'node:timers/promises';
import type { AudioFrame, Room } from '@livekit/rtc-node';
import { createAgentTrack, PLAYOUT_TAIL_MS } from './agent-track.ts';

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
  const { source, track, options } = createAgentTrack('recorded', first.sampleRate);
  const publication = await agent.publishTrack(track, options);
  await publication.waitForSubscription();
  for (const frame of frames) await source.captureFrame(frame);
  await source.waitForPlayout();
  await pause(PLAYOUT_TAIL_MS);
  // The track stays, silent: the call ends, or what follows takes the agent's sound out of the room.
};
