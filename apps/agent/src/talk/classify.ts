import { llm } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';
import { z } from 'zod';
import type { Answerer } from './signs.ts';

const KINDS = ['human', 'voicemail', 'mailbox_full', 'ivr', 'screening', 'unsure'] as const;

const TASK = `These are the first words that somebody or something said after a phone call was answered.
Say what answered by calling the tool:
human: a person, also a chatty one.
voicemail: an announcement after which a message can be left.
mailbox_full: an announcement that no message can be left.
ivr: a menu that asks to press keys or to name a department.
screening: a service that asks who is calling before it puts the call through.
unsure: too little was said to tell.`;

const LIMIT_MS = 3_000;

/** The answer of a model that ignores tools is looked for in its words. */
const namedIn = (text: string): string | undefined => KINDS.find((kind) => text.includes(kind));

const kindOf = (args: string): string | undefined => {
  try {
    return (JSON.parse(args) as { kind?: string }).kind;
  } catch {
    return namedIn(args);
  }
};

/**
 * Asks a model what answered. Beside the conversation, and with any model that can call tools: `voice.AMD` of
 * agents-js holds every sentence of the agent until it has decided. The model is this question's alone: a model
 * tells of its failures by events, and a session would take one of these for its own and end the call.
 */
export const createClassifier = (model: llm.LLM, log: Logger) => {
  // Without a listener the event would be thrown.
  model.on('error', ({ error }) =>
    log.warn({ reason: String(error) }, 'the model could not say what answered'),
  );
  return async (words: string): Promise<Answerer | null> => {
    const chatCtx = new llm.ChatContext();
    chatCtx.addMessage({ role: 'system', content: TASK });
    chatCtx.addMessage({ role: 'user', content: words });
    const what_answered = llm.tool({
      description: 'Tells what answered the call.',
      parameters: z.object({ kind: z.enum(KINDS) }),
      execute: async () => undefined,
    });
    const startedAt = performance.now();
    const stream = model.chat({
      chatCtx,
      toolCtx: { what_answered },
      toolChoice: 'required',
    });
    const limit = setTimeout(() => stream.close(), LIMIT_MS);
    try {
      let text = '';
      let kind: string | undefined;
      for await (const { delta } of stream) {
        text += delta?.content ?? '';
        for (const call of delta?.toolCalls ?? []) kind ??= kindOf(call.args);
      }
      kind ??= namedIn(text);
      log.debug({ kind, ms: Math.round(performance.now() - startedAt) }, 'the model was asked what answered');
      const known = KINDS.find((candidate) => candidate === kind);
      return known === undefined || known === 'unsure' ? null : known;
    } catch (error) {
      log.warn({ reason: String(error) }, 'the model could not say what answered');
      return null;
    } finally {
      clearTimeout(limit);
    }
  };
};
