import { initializeLogger, voice } from '@livekit/agents';
import { Room } from '@livekit/rtc-node';
import { createLogger } from '@outdial/runtime';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { testCall } from '../test/call.ts';
import { createConversation } from './conversation.ts';
import type { Models } from './models.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
afterEach(() => vi.restoreAllMocks());

/** A conversation without a voice: what would be spoken is kept, and whether it may be cut. */
const startConversation = async (
  options: { readonly record?: boolean; readonly silentAfterMs?: number } = {},
) => {
  const said: { text: string; mayBeCut: boolean }[] = [];
  vi.spyOn(voice.AgentSession.prototype, 'say').mockImplementation((text, given) => {
    said.push({ text: String(text), mayBeCut: given?.allowInterruptions !== false });
    return {
      addDoneCallback: () => {},
      interrupt: () => {},
      done: () => false,
    } as unknown as voice.SpeechHandle;
  });
  const { playbook } = testCall();
  const model = new voice.testing.FakeLLM();
  const classifier = new voice.testing.FakeLLM();
  const onOptOut = vi.fn();
  const onProviderError = vi.fn();
  let session: voice.AgentSession | undefined;
  const conversation = createConversation({
    room: new Room(),
    models: { llm: model } as unknown as Models,
    classifier,
    turnDetection: 'stt',
    silentAfterMs: options.silentAfterMs ?? 6_000,
    call: { ...testCall(), playbook: { ...playbook, greeting: 'Hello.', recording_notice: 'We record.' } },
    tools: {},
    onProviderError,
    onEnd: () => {},
    onOptOut,
    optOutIsListed: true,
    record: options.record ?? false,
    onSession: (made) => {
      session = made;
    },
    log: createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} }),
  });
  await conversation.start();
  const hear = (transcript: string) => {
    const type = voice.AgentSessionEventTypes.UserInputTranscribed;
    session?.emit(type, {
      type,
      transcript,
      isFinal: true,
      speakerId: null,
      createdAt: 0,
      language: null,
      itemId: null,
    });
  };
  return { ...conversation, said, hear, onOptOut, onProviderError, model, classifier };
};

test('a recorded call begins with its notice, which nothing cuts, and greets behind it', async () => {
  const { said, leave } = await startConversation({ record: true });
  expect(said).toEqual([
    { text: 'We record.', mayBeCut: false },
    { text: 'Hello.', mayBeCut: false },
  ]);
  await leave();
});

test('a call that is not recorded says nothing of it', async () => {
  const { said, leave } = await startConversation();
  expect(said.map(({ text }) => text)).toEqual(['Hello.']);
  await leave();
});

test('plain words end the calls behind a menu’s keys, and not those of the menu', async () => {
  const { hear, onOptOut, press, leave } = await startConversation();
  hear('For sales, press one. To stop, say: do not call me again.');
  expect(onOptOut).not.toHaveBeenCalled();
  // Nobody is in the room to press them.
  await press('1').catch(() => {});
  hear('Do not call me again.');
  expect(onOptOut).toHaveBeenCalledOnce();
  await leave();
});

test('a voice that makes no sound in its time after the answer has failed', async () => {
  const { listen, onProviderError, leave } = await startConversation({ silentAfterMs: 1 });
  expect(onProviderError).not.toHaveBeenCalled();
  listen();
  await expect.poll(() => onProviderError.mock.calls).toEqual([[expect.stringContaining('no sound')]]);
  await leave();
});

test('a side question that fails is no failure of the call’s own model', async () => {
  const { hear, model, classifier, onProviderError, leave } = await startConversation();
  const askedAside = vi.spyOn(classifier, 'chat');
  const asked = vi.spyOn(model, 'chat');
  hear('I cannot take your call right now.');
  expect(askedAside).toHaveBeenCalledOnce();
  expect(asked).not.toHaveBeenCalled();
  const error = new Error('401 no such key');
  classifier.emit('error', { type: 'llm_error', label: '', timestamp: 0, error, recoverable: false });
  expect(onProviderError).not.toHaveBeenCalled();
  await leave();
});
