import type { Logger } from '@outdial/runtime';
import type { MessageMoment } from './message-moment.ts';
import type { Answerer } from './signs.ts';

/** What the conversation does about a voicemail, when it is known that one answered. */
export type MachineAnswer = {
  /** What is left on it; null: nothing, the call ends. */
  readonly message: string | null;
  /** Nothing is said any more, what is being said stops. */
  readonly hush: () => void;
  /** Waits for the moment to speak. */
  readonly awaitMoment: (onMoment: (moment: MessageMoment) => void) => void;
  readonly leaveMessage: (text: string) => void;
  /** Ends the call without a message. */
  readonly end: () => void;
  readonly log: Logger;
};

/** Gives what is to be done on a verdict; only of a voicemail is anything done. */
export const createMachineAnswer =
  ({ message, hush, awaitMoment, leaveMessage, end, log }: MachineAnswer) =>
  (answerer: Answerer): void => {
    if (answerer !== 'voicemail' && answerer !== 'mailbox_full') return;
    hush();
    if (message === null || answerer === 'mailbox_full') {
      end();
      return;
    }
    awaitMoment((moment) => {
      log.info({ moment }, 'the voicemail was waited for');
      if (moment === 'give_up') end();
      else leaveMessage(message);
    });
  };
