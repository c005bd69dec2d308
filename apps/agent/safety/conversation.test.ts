import { initializeLogger, llm, voice } from '@livekit/agents';
import { Room } from '@livekit/rtc-node';
import { createLogger } from '@outdial/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { createConversation } from '../src/conversation.ts';
import type { Models } from '../src/models.ts';
import type { ToolSet } from '../src/tools/tool-budget.ts';
import { testCall } from '../test/call.ts';
import { modelThatCalls } from './scripted-model.ts';

afterEach(() => vi.restoreAllMocks());

const startIn = async (room: Room, options: { readonly model?: llm.LLM; readonly tools?: ToolSet } = {}) => {
  initializeLogger({ pretty: false, level: 'silent' });
  // Nothing is spoken here: there is no voice.
  const spoken = { addDoneCallback: () => {} } as unknown as voice.SpeechHandle;
  vi.spyOn(voice.AgentSession.prototype, 'say').mockReturnValue(spoken);
  let session: voice.AgentSession | undefined;
  const conversation = createConversation({
    room,
    models: { llm: options.model ?? new voice.testing.FakeLLM() } as unknown as Models,
    classifier: new voice.testing.FakeLLM(),
    turnDetection: 'stt',
    silentAfterMs: 6_000,
    call: testCall(),
    tools: options.tools ?? {},
    onProviderError: () => {},
    onEnd: () => {},
    onOptOut: () => {},
    optOutIsListed: true,
    record: false,
    onSession: (started) => {
      session = started;
    },
    log: createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} }),
  });
  await conversation.start();
  return { ...conversation, hear: (userInput: string) => session?.run({ userInput }).wait() };
};

test('members of the room can neither type to the agent nor ask it for its instructions', async () => {
  const room = new Room();
  const registered: string[] = [];
  const text = vi.spyOn(room, 'registerTextStreamHandler');
  vi.spyOn(room, 'registerByteStreamHandler').mockImplementationOnce((topic) => {
    registered.push(topic);
  });
  const closed = vi.spyOn(room, 'unregisterByteStreamHandler');
  const conversation = await startIn(room);
  // Each door that agents-js opened is shut again; there is none for text.
  expect(registered).toEqual(['lk.agent.session']);
  expect(closed.mock.calls.map(([topic]) => topic)).toEqual(registered);
  expect(text).not.toHaveBeenCalled();
  await conversation.leave();
});

test('the tools of a real conversation have their budget', async () => {
  let uses = 0;
  const look_up = llm.tool({
    description: 'Looks something up.',
    execute: async () => {
      uses += 1;
      return 'Nothing found.';
    },
  });
  const again = Array.from({ length: 9 }, () => ({ name: 'look_up', args: {} }));
  const conversation = await startIn(new Room(), {
    model: modelThatCalls({ 'Go.': again }),
    tools: { look_up },
  });
  await conversation.hear('Go.');
  expect(uses).toBe(5);
  await conversation.leave();
});
