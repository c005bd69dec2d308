import { AudioSource, LocalAudioTrack, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';

/** How much sound is on its way to livekit-sip at most, in ms: `captureFrame` waits beyond it, which keeps the time. */
const QUEUE_MS = 200;

/** The last sound has left livekit-sip so long, in ms, after its playout is over here (95 were seen), with reserve. */
export const PLAYOUT_TAIL_MS = 300;

/** A track of the agent's own beside that of its session (mono, `rate` in Hz), to be published with these options. */
export const createAgentTrack = (name: string, rate: number) => {
  const source = new AudioSource(rate, 1, QUEUE_MS);
  return {
    source,
    track: LocalAudioTrack.createAudioTrack(name, source),
    options: new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
  };
};
