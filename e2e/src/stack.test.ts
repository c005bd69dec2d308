import { expect, test } from 'vitest';
import { expectQuiet, inviteCounter, placeCall, useStack } from './stack.ts';

const LIMIT_MS = 90_000;
const BUSY = '0491570157';

const stack = useStack();

test(
  'calls are counted from a mark on, transfers left out, and all is quiet after them',
  async () => {
    const invites = await inviteCounter(stack);
    expect(await invites()).toBe(0);
    await placeCall(stack, { destination: BUSY, account_code: 'one' });
    const later = await inviteCounter(stack);
    const { transferred } = await placeCall(stack, {
      destination: '0491570156',
      transfer_target: '0255500100',
    });
    expect(transferred).toHaveLength(1);
    expect([await invites(), await later()]).toEqual([2, 1]);
    await stack.lab.phones.hangUp('0255500100');
    await expectQuiet(stack);
  },
  LIMIT_MS,
);

test(
  'a call that is up is not quiet, and an open port is named',
  async () => {
    const { lab, outdial } = stack;
    await expect(expectQuiet({ lab, outdial, openPorts: [] }, 100)).rejects.toMatchObject({
      actual: { newPorts: expect.arrayContaining([expect.stringMatching(/^redis-server tcp \d+$/)]) },
    });
    await placeCall(stack, { destination: '0491570158', ring_timeout_seconds: 5 }, async (id) => {
      await expect.poll(async () => (await outdial.call(id)).ringing_at, { timeout: 20_000 }).not.toBeNull();
      const { room } = await outdial.call(id);
      await expect(expectQuiet(stack, 100)).rejects.toMatchObject({
        actual: { rooms: [room], jobs: [{ room }] },
      });
    });
    await expectQuiet(stack);
  },
  LIMIT_MS,
);

test('LiveKit’s webhooks are on their way to the bridge', () => {
  expect(new Set(stack.lab.webhooks.received().map(({ event }) => event))).toContain('participant_joined');
});
