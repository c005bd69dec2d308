import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAB_NUMBERS, readWav } from '@outdial/lab';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { expectHeardWhole, phoneCallOf, untilHeard } from '../src/heard.ts';
import { only, placeCall, useStack } from '../src/stack.ts';

const { answers, voicemail } = LAB_NUMBERS;
const GREETING = 'Hello, this is the automated assistant of Harbour Dental.';
const MESSAGE = 'This is Harbour Dental. I am sorry that I missed you. Goodbye.';

const playbooks = mkdtempSync(join(tmpdir(), 'outdial-machines-'));
const playbook = (name: string, tools: string) =>
  writeFileSync(
    join(playbooks, `${name}.md`),
    `---\ndescription: Test.\ngreeting: ${GREETING}\nvoicemail_message: ${MESSAGE}\ntools: [${tools}]\n---\nHelp.\n`,
  );
playbook('default', 'end_call');
playbook('menu', 'end_call, send_dtmf');
afterAll(() => rmSync(playbooks, { recursive: true }));

const stack = useStack(() => ({ PLAYBOOKS_DIR: playbooks }));
afterEach(async () => {
  stack.lab.speech.llm.script(null);
  await stack.lab.phones.say(answers, null);
});

/** Where the last loud sound of a WAV ends, ms. */
const endOfSound = async (file: string): Promise<number> => {
  const { rate, samples } = await readWav(file);
  return (samples.findLastIndex((sample) => Math.abs(sample) > 2_000) / rate) * 1000;
};

describe('a voicemail', () => {
  test('is hung up on at once, unless a message is asked for', async () => {
    const call = await placeCall(stack, {
      destination: voicemail,
      account_code: 'hang-up',
    });
    expect(call.record.outcome).toMatchObject({
      status: 'completed',
      end_reason: 'voicemail_detected',
      answered_by: 'voicemail',
      hung_up_by: 'agent',
    });
    const phone = await phoneCallOf(stack, only(call.dialed));
    // Its announcement alone is longer.
    expect((phone.endedAt ?? 0) - phone.answeredAt).toBeLessThan(7_000);
  });

  test('gets its message whole and after the beep', async () => {
    const call = await placeCall(stack, {
      destination: voicemail,
      account_code: 'message',
      voicemail: 'leave_message',
    });
    expect(call.record.outcome).toMatchObject({
      status: 'completed',
      end_reason: 'voicemail_left',
      answered_by: 'voicemail',
      hung_up_by: 'agent',
    });
    const phone = await phoneCallOf(stack, only(call.dialed));
    const message = await expectHeardWhole(stack, phone, /sorry that I missed you/);
    // The beep is the last sound that the phone made.
    expect(message.startMs).toBeGreaterThan(await endOfSound(phone.said ?? ''));
    expect(stack.outdial.log('agent')).toContain('"moment":"after_beep"');
    // Nothing else was said to it.
    const said = stack.lab.speech.tts.spoken().map(({ text }) => text);
    expect(said.at(-1)).toMatch(/sorry that I missed you/);
    expect(said.filter((text) => !/automated assistant|sorry that I missed you/.test(text))).toEqual([]);
  });
});

test('a menu is told apart and gets its key', async () => {
  stack.lab.speech.llm.script([
    {
      on: 'user',
      match: /press one/i,
      reply: { calls: [{ name: 'send_dtmf', arguments: { keys: '1' } }] },
    },
  ]);
  await stack.lab.phones.say(answers, [300, 'menu']);
  const call = await placeCall(
    stack,
    { destination: answers, playbook: 'menu', account_code: 'menu' },
    async () => {
      await expect.poll(() => stack.lab.phones.calls(answers).at(-1)?.pressed, { timeout: 30_000 }).toBe('1');
      await stack.lab.phones.hangUp(answers);
    },
  );
  expect(call.record.outcome).toMatchObject({ end_reason: 'callee_hangup', answered_by: 'ivr' });
});

test('a service that asks who is calling is answered, and the person behind it is a human', async () => {
  stack.lab.speech.llm.script([
    { on: 'user', match: /name and why/i, reply: 'It is Harbour Dental about your appointment.' },
    { on: 'user', match: /(?:)/, reply: 'Good morning, do you have a minute for me?' },
  ]);
  await stack.lab.phones.say(answers, [300, 'screening', 7_000, 'answer']);
  const call = await placeCall(stack, { destination: answers, account_code: 'screening' }, async () => {
    await untilHeard(stack, answers, /a minute for me/);
    await stack.lab.phones.hangUp(answers);
  });
  expect(call.record.outcome).toMatchObject({ end_reason: 'callee_hangup', answered_by: 'human' });
  await expectHeardWhole(stack, await phoneCallOf(stack, only(call.dialed)), /about your appointment/);
});

test('the speech servers had nothing to object to', () => {
  expect(stack.lab.speech.violations).toEqual([]);
});
