import type { TranscriptTurn } from '@outdial/telephony';

/** A message of the session's history, as far as a transcript reads it. Times in seconds since 1970. */
export type SpokenItem = {
  readonly type: string;
  readonly role?: string;
  readonly textContent?: string | undefined;
  readonly interrupted?: boolean;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly metrics?: { readonly startedSpeakingAt?: number };
};

/** U+0000 and halves of characters can be stored nowhere. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed().trim();

/**
 * What was really said, in order, with times since `answeredAt` (epoch ms). The history holds what the
 * agent's voice reached before it was interrupted; a sentence that never began to sound (agents-js adds
 * it all the same) was not said and is left out.
 */
export const transcriptOf = (items: readonly SpokenItem[], answeredAt: number): TranscriptTurn[] =>
  items
    .flatMap((item) => {
      if (item.type !== 'message' || (item.role !== 'assistant' && item.role !== 'user')) return [];
      const text = storable(item.textContent ?? '');
      const startedAt = item.metrics?.startedSpeakingAt;
      const isAgent = item.role === 'assistant';
      if (text === '' || (isAgent && startedAt === undefined)) return [];
      const at = startedAt === undefined ? item.createdAt : startedAt * 1000;
      return [
        {
          at_ms: Math.max(0, Math.round(at - answeredAt)),
          speaker: isAgent ? ('agent' as const) : ('callee' as const),
          text,
          interrupted: item.interrupted === true,
        },
      ];
    })
    .sort((a, b) => a.at_ms - b.at_ms);

/** Whether the callee said anything at all. */
export const heardCallee = (turns: readonly TranscriptTurn[]): boolean =>
  turns.some(({ speaker }) => speaker === 'callee');
