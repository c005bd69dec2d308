// The callee, in a process of its own: nothing else may make its clock late.
import { readWav, type UtteranceKey } from '@outdial/lab';
import { encodeALaw } from './a-law.ts';
import { takeCall } from './conversation.ts';
import { openSipLine } from './sip-line.ts';

/** What the parent sends once. `words`: WAVs of 8 kHz by utterance. */
export type PhoneSettings = {
  readonly sipPort: number;
  readonly rtpPort: number;
  readonly words: readonly (readonly [UtteranceKey, string])[];
};

const start = async ({ sipPort, rtpPort, words }: PhoneSettings): Promise<void> => {
  const sounds = new Map<UtteranceKey, Uint8Array>();
  for (const [key, file] of words) {
    const { samples } = await readWav(file);
    sounds.set(key, Uint8Array.from(samples, encodeALaw));
  }
  await openSipLine(sipPort, (call) => {
    void takeCall(call, rtpPort, sounds).then((log) => process.send?.({ type: 'call', log }));
  });
  process.send?.({ type: 'listening' });
};

process.once('message', (settings: PhoneSettings) => void start(settings));
process.once('disconnect', () => process.exit(0));
