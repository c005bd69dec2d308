import { AudioFrame, type AudioSource, type Room } from '@livekit/rtc-node';
import type { Logger } from '@outdial/runtime';
import type { CallMedia } from '../transfer/ports.ts';
import { RINGBACK_RATE, ringbackCycle } from '../transfer/ringback.ts';
import { createAgentTrack } from './agent-track.ts';

const FRAME_SAMPLES = RINGBACK_RATE / 10;

const play = async (source: AudioSource, isStopped: () => boolean): Promise<void> => {
  const cycle = ringbackCycle();
  for (let at = 0; !isStopped(); at = (at + FRAME_SAMPLES) % cycle.length) {
    const samples = cycle.slice(at, at + FRAME_SAMPLES);
    // Waits while its queue is full, which keeps the time.
    await source.captureFrame(new AudioFrame(samples, RINGBACK_RATE, 1, samples.length));
  }
};

/** The agent's tracks in a room, beside those of its session. livekit-sip mixes all tracks of a room for each leg. */
export const createRoomMedia = (room: Room, log: Logger): CallMedia => ({
  ring: () => {
    let stopped = false;
    const { source, track, options } = createAgentTrack('ringback', RINGBACK_RATE);
    const published = room.localParticipant?.publishTrack(track, options);
    const playing = Promise.resolve(published)
      .then(() => play(source, () => stopped))
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'no ringback can be played'));
    return async () => {
      stopped = true;
      source.clearQueue();
      try {
        const sid = (await published)?.sid;
        if (sid !== undefined) await room.localParticipant?.unpublishTrack(sid);
        await playing;
        await track.close();
      } catch (error) {
        log.warn({ reason: String(error) }, 'the ringback was not taken away in order');
      }
    };
  },
  withdraw: async () => {
    try {
      for (const participant of room.remoteParticipants.values()) {
        for (const publication of participant.trackPublications.values()) publication.setSubscribed(false);
      }
      for (const { sid } of [...(room.localParticipant?.trackPublications.values() ?? [])]) {
        if (sid !== undefined) await room.localParticipant?.unpublishTrack(sid);
      }
    } catch (error) {
      log.warn({ reason: String(error) }, 'the agent’s sound was not taken out of the room in order');
    }
  },
});
