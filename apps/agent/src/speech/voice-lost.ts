import type { Logger } from '@outdial/runtime';
import type { CallEndLatch } from '../call-end.ts';
import type { Conversation } from '../conversation.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { VoiceLost } from './failure.ts';
import { LAST_WORDS, lastWords } from './last-words.ts';

/**
 * Ends a call whose voice is gone in order: a recorded sentence, then a person if the call may be transferred, else the
 * end. The sentence waits for the answer as all speech does; whatever ends the call before wins, and callee and target
 * who talk with each other already need no voice.
 */
export const leaveWithoutVoice = async (options: {
  readonly lost: VoiceLost;
  readonly conversation: Pick<Conversation, 'play'>;
  readonly transfers: Pick<Transfers, 'targets' | 'transfer' | 'settled' | 'result' | 'bridged'>;
  readonly end: CallEndLatch;
  readonly log: Logger;
}): Promise<void> => {
  const { lost, conversation, transfers, end, log } = options;
  const isSettled = () => end.current() !== null || transfers.bridged();
  const [target] = transfers.targets;
  const which = target === undefined ? 'end' : 'transfer';
  if (isSettled()) return;
  try {
    await Promise.race([conversation.play(LAST_WORDS[which], lastWords(which)), end.decided]);
    // The voice may have been lost while a transfer was announced.
    await transfers.settled();
    if (isSettled()) return;
    if (target !== undefined && transfers.result() === null) {
      const answer = await transfers.transfer(target.name);
      if (answer.status === 'done') return;
    }
  } catch (error) {
    log.error({ err: error }, 'the call could not be handed over without a voice');
  }
  if (isSettled()) return;
  end.decide({ reason: 'provider_error', hungUpBy: 'agent', message: lost.message });
};
