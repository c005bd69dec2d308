import { answerThen } from './scenario.ts';
import { ask, hangUp, pause, replyInDialog, send } from './scenario-parts.ts';

const notify = (cseq: number, statusLine: string, state: string): string =>
  ask('NOTIFY', cseq, 200, [
    'Event: refer',
    `Subscription-State: ${state}`,
    'Content-Type: message/sipfrag;version=2.0',
    'Content-Length: [len]',
    '',
    `SIP/2.0 ${statusLine}`,
  ]);

/** What the phone does after its 202. Times in ms. */
export type AfterAccept =
  | { readonly does: 'notify'; readonly status: string; readonly hangUpAfterMs?: number }
  | { readonly does: 'hang_up'; readonly afterMs: number }
  | { readonly does: 'nothing'; readonly hangUpAfterMs: number };

const stepsAfter = (after: AfterAccept): string[] => {
  switch (after.does) {
    case 'notify':
      return [
        notify(1, '100 Trying', 'active;expires=60'),
        notify(2, after.status, 'terminated;reason=noresource'),
        ...(after.hangUpAfterMs === undefined
          ? ['<recv request="BYE"/>', send(replyInDialog('200 OK'))]
          : [pause(after.hangUpAfterMs), hangUp(3)]),
      ];
    case 'hang_up':
      return [pause(after.afterMs), hangUp(1)];
    case 'nothing':
      return [pause(after.hangUpAfterMs), hangUp(1)];
  }
};

/** Answers, speaks, takes a REFER with 202 and places no call; what it tells of the transfer is `after`. */
export const acceptRefer = (after: AfterAccept): string =>
  answerThen(`takes a transfer, then ${after.does}`, [
    '<recv request="REFER"/>',
    send(replyInDialog('202 Accepted')),
    ...stepsAfter(after),
  ]);

/** Answers, speaks, refuses a REFER with this status and hangs up `hangUpAfterMs` later. */
export const refuseRefer = (status: number, phrase: string, hangUpAfterMs: number): string =>
  answerThen(`refuses a transfer with ${status}`, [
    '<recv request="REFER"/>',
    send(replyInDialog(`${status} ${phrase}`)),
    pause(hangUpAfterMs),
    hangUp(1),
  ]);
