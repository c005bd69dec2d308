import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaller, labDir } from './lab.testing.ts';
import { type Lab, startLab } from './lab.ts';
import { LAB_NUMBERS } from './phones/numbers.ts';

let lab: Lab;
let caller: ReturnType<typeof createCaller>;
beforeAll(async () => {
  lab = await startLab({ dir: labDir('transfer') });
  caller = createCaller(lab);
});
afterAll(() => lab.stop());

test('REFER leads to a leg to the target that carries the account code of the REFER', async () => {
  const { room } = await caller.dial('61491570156', { headers: { 'X-Account-Code': 'em-tech-01' } });
  await caller.transfer(room, 'tel:+61255500100', { 'X-Account-Code': 'em-tech-02' });
  const first = await caller.record(
    'the end of the referred call',
    ({ refer, endedAt }) => refer !== null && endedAt !== null,
  );
  expect(first.refer).toMatchObject({ referTo: 'tel:+61255500100', status: 202 });
  expect(first.refer?.headers['X-Account-Code']).toEqual(['em-tech-02']);
  expect(first.refer?.notifies.at(-1)).toBe('SIP/2.0 200 OK');

  const leg = await caller.record(
    'the leg to the target',
    ({ referredBy, answeredAt }) => referredBy !== null && answeredAt !== null,
  );
  expect(leg.referredBy).toBe(first.callId);
  expect(leg.headers['X-Account-Code']).toEqual(['em-tech-02']);
  expect(leg.requestUri).toMatch(/^sip:61255500100@/);
  const target = await lab.phones.callOf(leg.callId);
  expect(target.number).toBe(LAB_NUMBERS.transferTarget);
  expect(target.endedAt).toBeNull();
  expect(await lab.phones.hangUp(LAB_NUMBERS.transferTarget)).toBe(1);
});

test.each([
  ['0255500101', 'a refusing target', 603],
  ['0491570000', 'an unknown target', 404],
  ['0491570157', 'a busy target', 486],
])('a transfer to %s, %s, fails and the call goes on', async (target, _name, status) => {
  const { room } = await caller.dial('61491570156');
  const error = await caller.transfer(room, `tel:+61${target.slice(1)}`, {}).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ sipStatusCode: status });
  const call = await caller.record(
    `a REFER to ${target}`,
    ({ refer }) => refer?.referTo.includes(target.slice(1)) === true,
  );
  expect(call.endedAt).toBeNull();
  await caller.hangUp(room);
});

test('the account code is not copied when the carrier is so configured', async () => {
  const other = await startLab({
    dir: labDir('transfer-not-copied'),
    copyAccountCodeOnRefer: false,
    requireAccountCode: true,
  });
  try {
    const dialer = createCaller(other);
    expect((await dialer.dial('61491570156')).error).toMatchObject({
      status: 403,
      reason: 'Account code required',
    });
    const { room } = await dialer.dial('61491570156', { headers: { 'X-Account-Code': 'a' } });
    await dialer.transfer(room, 'tel:+61255500100', { 'X-Account-Code': 'a' });
    const leg = await dialer.record('the leg to the target', ({ referredBy }) => referredBy !== null);
    expect(leg.headers['X-Account-Code']).toBeUndefined();
  } finally {
    await other.stop();
  }
});
