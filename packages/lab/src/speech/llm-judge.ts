import type { LlmRule } from './llm-script.ts';

const ASKED =
  /^Check if the following message fulfills the given intent\.\n\nIntent:\n(.*)\n\nMessage:\n(.*)$/s;

/**
 * The part of the model that agents-js asks to judge (`.judge(llm, { intent })`): `verdict` gives the reason why
 * the message does not fulfil the intent, or `null` when it does.
 */
export const judgeBy = (verdict: (intent: string, message: string) => string | null): LlmRule => ({
  on: 'user',
  match: ASKED,
  reply: ({ user }) => {
    const [, intent = '', message = ''] = ASKED.exec(user) ?? [];
    const reason = verdict(intent, message);
    const judged = { success: reason === null, reason: reason ?? 'It does what it should.' };
    return { calls: [{ name: 'check_intent', arguments: judged }] };
  },
});
