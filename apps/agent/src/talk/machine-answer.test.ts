import { expect, test } from 'vitest';
import { testLog } from '../../test/log.ts';
import { createMachineAnswer } from './machine-answer.ts';
import type { MessageMoment } from './message-moment.ts';
import type { Answerer } from './signs.ts';

const answered = (answerer: Answerer, message: string | null, moment: MessageMoment | null) => {
  const done: string[] = [];
  createMachineAnswer({
    message,
    hush: () => done.push('hush'),
    awaitMoment: (tell) => {
      done.push('wait');
      if (moment !== null) tell(moment);
    },
    leaveMessage: (text) => done.push(text),
    end: () => done.push('end'),
    log: testLog().log,
  })(answerer);
  return done;
};

test.each<[Answerer, string | null, MessageMoment | null, readonly string[]]>([
  ['human', 'Call us.', 'after_beep', []],
  ['voicemail', null, 'after_beep', ['hush', 'end']],
  ['mailbox_full', 'Call us.', 'after_beep', ['hush', 'end']],
  ['voicemail', 'Call us.', null, ['hush', 'wait']],
  ['voicemail', 'Call us.', 'after_beep', ['hush', 'wait', 'Call us.']],
  ['voicemail', 'Call us.', 'after_quiet', ['hush', 'wait', 'Call us.']],
  ['voicemail', 'Call us.', 'give_up', ['hush', 'wait', 'end']],
])('%s, message %j, %s', (answerer, message, moment, done) => {
  expect(answered(answerer, message, moment)).toEqual(done);
});
