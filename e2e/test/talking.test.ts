import { join } from 'node:path';
import {
  answerAfterEarlyMedia,
  HEARD_WHOLE,
  LAB_NUMBERS,
  SPARE_NUMBERS,
  similarity,
  startRtpEar,
} from '@outdial/lab';
import { afterEach, describe, expect, test } from 'vitest';
import { expectHeardWhole, hearing, phoneCallOf, spokenFile, untilHeard } from '../src/heard.ts';
import { expectQuiet, only, placeCall, useStack } from '../src/stack.ts';
import { until } from '../src/watched-calls.ts';

const { answers, refusesRefer } = LAB_NUMBERS;
const stack = useStack();
afterEach(async () => {
  stack.lab.speech.llm.script(null);
  for (const number of [answers, refusesRefer]) await stack.lab.phones.say(number, null);
});

const callTo = (number: string, greeting: string, fields = {}, during?: () => Promise<unknown>) =>
  placeCall(stack, { destination: number, greeting, ...fields }, during);
const hangUp = (number: string) => stack.lab.phones.hangUp(number);

describe('the greeting', () => {
  test('is heard whole by a callee who says nothing, who is asked twice and then let go', async () => {
    await stack.lab.phones.say(answers, [1_000]);
    const call = await callTo(answers, 'Hello, this is the first greeting of the agent.');
    expect(call.record.outcome).toMatchObject({
      end_reason: 'silence_timeout',
      hung_up_by: 'agent',
      answered_by: 'unknown',
    });
    const phone = await phoneCallOf(stack, only(call.dialed));
    const order = [];
    for (const words of [
      /first greeting/,
      /Are you still there/,
      /I cannot hear you/,
      /I cannot hear anybody/,
    ])
      order.push((await expectHeardWhole(stack, phone, words)).startMs);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('is not cut by a good morning at the answer, which is heard all the same', async () => {
    await stack.lab.phones.say(answers, ['answer', 6_000, 'question']);
    const call = await callTo(answers, 'Hello, this is the second greeting of the agent.', {}, async () => {
      await untilHeard(stack, answers, /good question/);
      await hangUp(answers);
    });
    await expectHeardWhole(stack, await phoneCallOf(stack, only(call.dialed)), /second greeting/);
    expect(call.record.outcome).toMatchObject({ end_reason: 'callee_hangup', answered_by: 'human' });
    const asked = stack.lab.speech.llm.requests.at(-1)?.request.messages;
    expect(JSON.stringify(asked)).toMatch(/Robin speaking.*opening hours/);
  });

  test('is cut by a question in its first second, which is answered', async () => {
    await stack.lab.phones.say(answers, [700, 'question']);
    const long =
      'Hello, this is the third greeting, and it goes on and on about many things that nobody wants to hear at this time of the day, in all their detail, one after the other.';
    const call = await callTo(answers, long, {}, async () => {
      await untilHeard(stack, answers, /good question/);
      await hangUp(answers);
    });
    const heard = await hearing(stack, await phoneCallOf(stack, only(call.dialed)), /third greeting/);
    expect(heard.covered).toBeGreaterThan(0.05);
    expect(heard.covered).toBeLessThan(0.7);
    expect(call.record.outcome).toMatchObject({ end_reason: 'callee_hangup', answered_by: 'human' });
  });

  test('waits for the answer, also when media are up before it', async () => {
    const ear = await startRtpEar();
    const [number] = SPARE_NUMBERS;
    const scenario = answerAfterEarlyMedia({ rtpPort: ear.port, earlyMs: 2_000, talkMs: 6_000 });
    const phone = await stack.lab.phones.add(number, { scenario });
    try {
      const call = await callTo(number, 'Hello, this is the fourth greeting of the agent.');
      const { events, answeredAt } = only(call.dialed);
      expect(events.map(({ status }) => status)).toContain(183);
      expect(ear.firstSoundAt()).toBeGreaterThan(answeredAt ?? Infinity);
      const heard = join(stack.lab.dir, 'early.wav');
      await ear.save(heard);
      expect((await similarity(heard, await spokenFile(stack, /fourth greeting/))).score).toBeGreaterThan(
        HEARD_WHOLE,
      );
    } finally {
      await phone.remove();
      ear.close();
    }
  });
});

describe('keys', () => {
  test('that the callee presses reach the model', async () => {
    await stack.lab.phones.say(answers, [1_000]);
    await callTo(answers, 'Hello, please enter the number of your order.', {}, async () => {
      await untilHeard(stack, answers, /number of your order/);
      await stack.lab.phones.press(answers, '4711#');
      await untilHeard(stack, answers, /anything else I can do/);
      await hangUp(answers);
    });
    const users = stack.lab.speech.llm.requests.map(({ request }) => JSON.stringify(request.messages));
    expect(users.some((messages) => messages.includes('[pressed 4711#]'))).toBe(true);
  });
});

describe('the end', () => {
  test('at the maximum duration is told before, and not in the middle of a word', async () => {
    await stack.lab.phones.say(answers, [1_000]);
    const call = await callTo(answers, 'Hello, this is a short call.', { max_call_seconds: 20 });
    expect(call.record.outcome).toMatchObject({ end_reason: 'max_duration', hung_up_by: 'agent' });
    const phone = await phoneCallOf(stack, only(call.dialed));
    await expectHeardWhole(stack, phone, /about 5 seconds left/);
    await expectHeardWhole(stack, phone, /Our time is up/);
  });

  test('a callee who hangs up in the middle of a sentence leaves nothing behind', async () => {
    const call = await callTo(answers, 'Hello, you will not hear the end of this.', {}, async () => {
      await until('the answer', () =>
        stack.lab.phones.calls(answers).some(({ endedAt }) => endedAt === null),
      );
      await hangUp(answers);
    });
    expect(call.record.outcome).toMatchObject({ end_reason: 'callee_hangup', hung_up_by: 'callee' });
    expect(
      (await hearing(stack, await phoneCallOf(stack, only(call.dialed)), /end of this/)).covered,
    ).toBeLessThan(0.9);
    await expectQuiet(stack);
  });
});

describe('a callee who wants no more calls', () => {
  test('is told so, and the number is refused from then on', async () => {
    stack.lab.speech.llm.script([
      { on: 'tool', match: /do-not-call list/, reply: 'You will not be called again. Goodbye.' },
      { on: 'user', match: /do not call me/i, reply: { calls: [{ name: 'opt_out', arguments: {} }] } },
    ]);
    await stack.lab.phones.say(refusesRefer, [6_500, 'optOut']);
    const call = await callTo(refusesRefer, 'Hello, do you want to buy something?', {}, async () => {
      await untilHeard(stack, refusesRefer, /will not be called again/);
      await hangUp(refusesRefer);
    });
    expect(call.record.opted_out_at).toEqual(expect.any(String));
    const again = await stack.outdial.request('/dispatch?allow_duplicate=true', {
      method: 'POST',
      body: JSON.stringify({ destination: refusesRefer }),
    });
    expect(again).toMatchObject({ status: 403, body: { code: 'do_not_call' } });
  });
});

test('the speech servers had nothing to object to', () => {
  expect(stack.lab.speech.violations).toEqual([]);
});
