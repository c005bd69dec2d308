import { EventEmitter } from 'node:events';
import { voice } from '@livekit/agents';
import { createLogger } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { sentencesFor } from '../talk/sentences.ts';
import { recordWithConsent } from './record-call.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

const rig = (options: { isMachine?: boolean; language?: string } = {}) => {
  const stopped = Promise.withResolvers<boolean>();
  const said: string[] = [];
  let isOn = true;
  const session = Object.assign(new EventEmitter(), { say: (text: string) => void said.push(text) });
  const consent = recordWithConsent(
    {
      isOn: () => isOn,
      stop: () => {
        isOn = false;
        return stopped.promise;
      },
      finish: async () => null,
    },
    sentencesFor(options.language ?? 'en'),
    log,
  );
  consent.listenTo(session as unknown as voice.AgentSession, () => options.isMachine ?? false);
  const hear = (transcript: string) =>
    session.emit(voice.AgentSessionEventTypes.UserInputTranscribed, { transcript, isFinal: true });
  const { stop_recording } = consent.tools;
  const use = () => stop_recording?.execute({}, undefined as never);
  return { said, hear, use, isOn: () => isOn, stopped: stopped.resolve };
};

const REFUSAL = 'Please do not record this.';

test('a person who refuses stops the recording, and hears so when it is true', async () => {
  const { said, hear, isOn, stopped } = rig();
  hear(REFUSAL);
  expect(isOn()).toBe(false);
  await Promise.resolve();
  expect(said).toEqual([]);
  stopped(true);
  await expect.poll(() => said).toEqual(['All right, the recording is stopped and deleted.']);
});

test('nobody is told that it is deleted when it is not', async () => {
  const { said, hear, use, stopped } = rig();
  hear(REFUSAL);
  stopped(false);
  await expect.poll(() => said).toEqual(['All right, the recording is stopped.']);
  expect(await use()).toContain('could not be deleted');
});

test('the model is told what became of it', async () => {
  const { use, stopped } = rig();
  stopped(true);
  expect(await use()).toMatch(/^The recording is stopped and deleted/);
});

test('it is told in the language of the playbook', async () => {
  const { said, hear, stopped } = rig({ language: 'de-AT' });
  hear(REFUSAL);
  stopped(true);
  await expect.poll(() => said).toEqual([expect.stringContaining('gelöscht')]);
});

test('a machine refuses nothing', () => {
  const { hear, isOn } = rig({ isMachine: true });
  hear('No recordings of this menu, please.');
  expect(isOn()).toBe(true);
});
