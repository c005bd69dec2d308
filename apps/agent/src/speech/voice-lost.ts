import type { Logger } from '@outdial/runtime';
import type { CallEndLatch } from '../call-end.ts';
import type { Conversation } from '../conversation.ts';
import type { Transfers } from '../transfer.ts';
import type { VoiceLost } from './failure.ts';
import { LAST_WORDS, lastWords } from './last-words.ts';

/**
 * Ends a call whose voice is gone in order: a recorded sentence, then a person if the call may be transferred, else the
 * end. The sentence waits for the answer as all speech does; whatever ends the call before wins.
 */
export const leaveWithoutVoice = async (options: {
  readonly lost: VoiceLost;
  readonly conversation: Pick<Conversation, 'play'>;
  readonly transfers: Pick<Transfers, 'targetNames' | 'transfer'>;
  readonly end: CallEndLatch;
  readonly log: Logger;
}): Promise<void> => {
  const { lost, conversation, transfers, end, log } = options;
  const [target] = transfers.targetNames;
  const which = target === undefined ? 'end' : 'transfer';
  try {
    await Promise.race([conversation.play(LAST_WORDS[which], lastWords(which)), end.decided]);
    if (end.current() !== null) return;
    if (target !== undefined && (await transfers.transfer(target)).status === 'done') return;
  } catch (error) {
    log.error({ err: error }, 'the recorded sentence could not be played');
  }
  end.decide({ reason: 'provider_error', hungUpBy: 'agent', message: lost.message });
};
