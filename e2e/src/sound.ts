import { compareSounds, type Lab, readWav, type Sound, synthesize } from '@outdial/lab';

/** Likeness from which a sentence counts as heard, word for word, through the telephone. */
const HEARD = 0.75;
const FRAME_MS = 20;
const LOUD = 300;

/** What the phone of a call heard. */
export const heardIn = async (lab: Lab, callId: string): Promise<Sound> => {
  const { heard } = await lab.phones.callOf(callId);
  if (heard === null) throw new Error(`The phone recorded nothing of ${callId}.`);
  return readWav(heard);
};

/** Whether the agent's voice said `text` in what was heard. */
export const wasHeard = async (heard: Sound, text: string): Promise<boolean> =>
  compareSounds(heard, await synthesize(text, { rate: 24_000 })).score > HEARD;

/** Whether the recording in `file` is in what was heard. */
export const recordingWasHeard = async (heard: Sound, file: string): Promise<boolean> =>
  compareSounds(heard, await readWav(file)).score > HEARD;

/** The longest silence between the first and the last sound, ms. */
export const longestSilence = ({ samples, rate }: Sound): number => {
  const size = (rate * FRAME_MS) / 1000;
  const loud: number[] = [];
  for (let at = 0; at + size <= samples.length; at += size) {
    if (samples.subarray(at, at + size).some((sample) => Math.abs(sample) > LOUD)) loud.push(at / size);
  }
  const gaps = loud.map((frame, index) => frame - (loud[index - 1] ?? frame));
  return Math.max(0, ...gaps) * FRAME_MS;
};
