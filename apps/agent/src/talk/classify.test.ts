import { initializeLogger, type llm, voice } from '@livekit/agents';
import { createLogger } from '@outdial/runtime';
import { beforeAll, expect, test } from 'vitest';
import { createClassifier } from './classify.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

const WORDS = 'You have reached Robin.';

/** A model whose server refuses the question, as agents-js tells it: by an event on the model alone. */
class RefusedModel extends voice.testing.FakeLLM {
  override chat(chat: Parameters<voice.testing.FakeLLM['chat']>[0]) {
    const stream = super.chat(chat);
    Object.assign(stream, {
      run: async () => {
        throw new Error('401 no such key');
      },
    });
    return stream;
  }
}

test('the model’s tool call is the answer', async () => {
  const toolCalls = [{ name: 'what_answered', args: { kind: 'voicemail' } }];
  const model: llm.LLM = new voice.testing.FakeLLM([{ input: WORDS, toolCalls }]);
  expect(await createClassifier(model, log)(WORDS)).toBe('voicemail');
});

test('a model that fails says nothing, and its failure reaches nobody else', async () => {
  const model: llm.LLM = new RefusedModel();
  const classify = createClassifier(model, log);
  expect(model.listenerCount('error')).toBe(1);
  expect(await classify(WORDS)).toBeNull();
});
