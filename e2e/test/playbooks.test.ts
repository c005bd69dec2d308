import { HEARD_WHOLE, similarity } from '@outdial/lab';
import { beforeAll, describe, expect, test } from 'vitest';
import { only, type PlacedCall, placeCall, useStack } from '../src/stack.ts';

const ANSWERS = '0491 570 156';

describe('one real call with a playbook, to a phone that answers and asks to be transferred', () => {
  const stack = useStack();
  let call: PlacedCall;

  beforeAll(async () => {
    call = await placeCall(stack, {
      destination: ANSWERS,
      account_code: 'playbook',
      playbook: 'payment-reminder',
      variables: {
        business_name: 'Acme Power',
        customer_name: 'Kim Lee',
        invoice_number: 4711,
        amount: '12 dollars',
        due_date: 'last Monday',
        accounts_number: '02 5550 0100',
      },
    });
  }, 90_000);

  test('the phone heard the greeting of the playbook, filled in and whole', async () => {
    const greeting = stack.lab.speech.tts.spoken()[0];
    const { heard } = await stack.lab.phones.callOf(only(call.dialed).callId);
    if (greeting === undefined || heard === null) throw new Error('No greeting or no recording.');
    expect(greeting.text).toContain('automated assistant of Acme Power');
    expect((await similarity(heard, greeting.file)).score).toBeGreaterThan(HEARD_WHOLE);
  });

  test('the model was given the instructions with the values as data, and no number', () => {
    const [asked] = stack.lab.speech.llm.requests;
    const request = JSON.stringify(asked?.request);
    expect(request).toContain('invoice <data>4711</data>: <data>12 dollars</data>');
    expect(request).toContain('Say that you are an AI');
    expect(request).not.toMatch(/5550/);
  });

  test('it was transferred to the named target, whose number came by a variable', () => {
    expect(call.record).toMatchObject({
      playbook: 'payment-reminder',
      outcome: { end_reason: 'transferred', transfer: { target: 'tel:+61255500100' } },
    });
    expect(only(call.dialed).refer?.referTo).toBe('tel:+61255500100');
  });

  test('no value of a variable is in the logs', () => {
    for (const app of ['bridge', 'agent'] as const) {
      expect(stack.outdial.log(app)).not.toMatch(/Acme Power|Kim Lee|last Monday/);
    }
  });
});
