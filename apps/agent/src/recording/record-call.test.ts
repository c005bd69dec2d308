import { EventEmitter } from 'node:events';
import { voice } from '@livekit/agents';
import { expect, test } from 'vitest';
import { recordWithConsent } from './record-call.ts';

const rig = (isMachine = false) => {
  const seen = { stops: 0, said: [] as string[] };
  const session = Object.assign(new EventEmitter(), { say: (text: string) => void seen.said.push(text) });
  const consent = recordWithConsent({
    isOn: () => seen.stops === 0,
    stop: async () => {
      seen.stops += 1;
    },
    finish: async () => null,
  });
  consent.listenTo(session as unknown as voice.AgentSession, () => isMachine);
  const hear = (transcript: string, isFinal = true) =>
    session.emit(voice.AgentSessionEventTypes.UserInputTranscribed, { transcript, isFinal });
  return { seen, hear };
};

test('a person who refuses stops the recording', () => {
  const { seen, hear } = rig();
  hear('Please do not record this.');
  expect(seen).toMatchObject({ stops: 1, said: [expect.stringContaining('stopped')] });
});

test('a machine refuses nothing', () => {
  const { seen, hear } = rig(true);
  hear('No recordings of this menu, please.');
  expect(seen).toEqual({ stops: 0, said: [] });
});
