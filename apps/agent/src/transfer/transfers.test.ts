import { DisconnectReason } from '@livekit/rtc-node';
import { callOutcomeSchema } from '@outdial/telephony';
import { describe, expect, test, vi } from 'vitest';
import { testCall } from '../../test/call.ts';
import { createCallRig } from '../../test/call-rig.ts';

type Rig = ReturnType<typeof createCallRig>;
type RigOptions = Parameters<typeof createCallRig>[0];

const TARGET = 'tel:+61255500100';
const BUSY = { status: 'failed', sipStatus: 486, sipReason: 'Busy Here', errorText: '486' } as const;
const SILENT = { status: 'failed', sipStatus: null, sipReason: null, errorText: 'no answer' } as const;

/** An answered call whose agent transfers by a second leg at once. */
const bridging = async (options: RigOptions = {}) => {
  const rig = createCallRig({ ...options, env: { TRANSFER_MODE: 'bridge', ...options.env } });
  await rig.answer();
  return { rig, answer: rig.transfer('default') };
};

/** The same, and the target has answered. */
const bridged = async (options: RigOptions = {}) => {
  const { rig, answer } = await bridging(options);
  await rig.targetInvited;
  rig.targetRings();
  rig.targetAnswers();
  expect(await answer).toEqual({ status: 'done' });
  return rig;
};

const outcomeOf = async (rig: Rig) => {
  await rig.done;
  expect(rig.seen.outcomes).toHaveLength(1);
  expect(callOutcomeSchema.safeParse(rig.seen.outcomes[0])).toMatchObject({ success: true });
  return rig.seen.outcomes[0];
};

const hangUp = (rig: Rig) => rig.leave(DisconnectReason.CLIENT_INITIATED);
const resultsTold = (rig: Rig) =>
  rig.seen.steps.flatMap((step) => (step.type === 'transfer' ? [step.transfer] : []));

describe('the ladder', () => {
  test.each([403, 405, 486, 500, 503, 603])(
    'a REFER that is refused with %i leads to a second leg',
    async (sipStatus) => {
      const rig = createCallRig();
      await rig.answer();
      const answer = rig.transfer('default');
      rig.referResult({ status: 'refused', sipStatus, errorText: 'refused' });
      await rig.targetInvited;
      rig.targetRings();
      rig.targetAnswers();
      expect(await answer).toEqual({ status: 'done' });
      expect(resultsTold(rig)).toEqual([{ target: TARGET, mode: 'bridge', result: 'confirmed' }]);
      hangUp(rig);
      expect(await outcomeOf(rig)).toMatchObject({
        end_reason: 'transferred',
        hung_up_by: 'callee',
        transfer: { target: TARGET, mode: 'bridge', result: 'confirmed' },
      });
      expect([rig.seen.refers.length, rig.seen.legs.length]).toEqual([1, 1]);
    },
  );

  test.each([
    ['no final NOTIFY', { status: 'unknown', errorText: 'canceled' }, 'unknown'],
    ['408', { status: 'refused', sipStatus: 408, errorText: 'Request Timeout' }, 'unknown'],
    ['504', { status: 'refused', sipStatus: 504, errorText: 'Server Time-out' }, 'unknown'],
    ['480 of its phone', { status: 'refused', sipStatus: 480, errorText: 'Unavailable' }, 'failed'],
    ['487 of its phone', { status: 'refused', sipStatus: 487, errorText: 'Terminated' }, 'failed'],
    ['607 of its owner', { status: 'refused', sipStatus: 607, errorText: 'Unwanted' }, 'failed'],
  ] as const)(
    '%s: the target may ring, or has rung, and is not dialled again',
    async (_what, answer, result) => {
      const rig = createCallRig();
      await rig.answer();
      const transfer = rig.transfer('default');
      rig.referResult(answer);
      expect(await transfer).toMatchObject({ status: 'failed' });
      hangUp(rig);
      expect(await outcomeOf(rig)).toMatchObject({ transfer: { mode: 'refer', result } });
      expect([rig.seen.asked, rig.seen.legs]).toEqual([[], []]);
    },
  );

  test.each([
    ['its phone rang by REFER', { status: 'refused', sipStatus: 480, errorText: 'Unavailable' } as const],
    ['the carrier refused the REFER', { status: 'refused', sipStatus: 403, errorText: 'No' } as const],
  ])('%s: the same phone is not tried again, by whatever name', async (_what, referred) => {
    const { playbook } = testCall();
    const transfer_targets = ['default', 'sales'].map((name) => ({ name, description: null, uri: TARGET }));
    const rig = createCallRig({
      call: { playbook: { ...playbook, transfer_targets } },
      legGrant: { status: 'refused', reason: 'full' },
    });
    await rig.answer();
    const first = rig.transfer('default');
    rig.referResult(referred);
    expect(await first).toMatchObject({ status: 'failed' });
    for (const name of ['default', 'sales'])
      expect(await rig.transfer(name)).toMatchObject({ tell: expect.stringContaining('tried only once') });
    expect(rig.seen.refers).toHaveLength(1);
    hangUp(rig);
    await rig.done;
  });

  test.each([
    ['busy', BUSY],
    ['too late', { status: 'too_late' }],
  ] as const)('a second leg that was %s is not tried again', async (_what, dialed) => {
    const { rig, answer } = await bridging();
    await rig.targetInvited;
    rig.targetResult(dialed);
    await answer;
    expect(await rig.transfer('default')).toMatchObject({ tell: expect.stringContaining('tried only once') });
    expect([rig.seen.asked.length, rig.seen.legs.length]).toEqual([1, 1]);
    hangUp(rig);
    await rig.done;
  });

  test('a target that nobody dialled, since no line was free, may be tried later', async () => {
    const { rig, answer } = await bridging({ legGrant: { status: 'refused', reason: 'full' } });
    await answer;
    await rig.transfer('default');
    expect(rig.seen.asked).toHaveLength(2);
    hangUp(rig);
    await rig.done;
  });

  test('mode refer never dials a second leg', async () => {
    const rig = createCallRig({ env: { TRANSFER_MODE: 'refer' } });
    await rig.answer();
    const answer = rig.transfer('default');
    rig.referResult({ status: 'refused', sipStatus: 403, errorText: 'Forbidden' });
    expect(await answer).toMatchObject({ status: 'failed', tell: expect.stringContaining('refused') });
    hangUp(rig);
    expect(await outcomeOf(rig)).toMatchObject({ transfer: { mode: 'refer', result: 'failed' } });
    expect(rig.seen.asked).toEqual([]);
  });

  test('a callee who hangs up on the refusal is transferred to nobody', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    await rig.referred;
    hangUp(rig);
    rig.referResult({ status: 'refused', sipStatus: 403, errorText: 'Forbidden' });
    await answer;
    expect(await outcomeOf(rig)).toMatchObject({
      end_reason: 'callee_hangup',
      transfer: { mode: 'refer', result: 'failed' },
    });
    expect(rig.seen.asked).toEqual([]);
  });
});

describe('the second leg', () => {
  test('carries caller ID, name, account code and identity header like the first', async () => {
    const { rig } = await bridging({
      call: { caller_id: '0255500199' },
      env: {
        SIP_IDENTITY_HEADER: 'P-Asserted-Identity',
        SIP_FROM_IDENTITY: 'pai-user',
        SIP_FROM_NUMBER: '0255500199',
        TRANSFER_RING_SECONDS: '12',
      },
    });
    const invite = await rig.targetInvited;
    const first = await rig.invited;
    expect(invite).toEqual({ ...first, dialString: '61255500100', ringTimeoutSeconds: 12 });
    expect(invite.headers).toMatchObject({
      'X-Account-Code': 'em-tech-01',
      'P-Asserted-Identity': expect.stringContaining('0255500199'),
    });
    expect(rig.seen.refers).toEqual([]);
    hangUp(rig);
    rig.targetResult(SILENT);
    await rig.done;
  });

  test('the agent is deaf while it rings, and gone when it is answered', async () => {
    const rig = await bridged();
    await expect
      .poll(() => rig.seen.acts)
      .toEqual(['pause', 'ring', 'bridged', 'quiet', 'leave', 'withdraw']);
    expect(rig.end.current()).toBeNull();
    hangUp(rig);
    await rig.done;
  });

  test('its evidence is told: who, which Call-ID, which answer', async () => {
    const rig = await bridged();
    const legs = rig.seen.steps.flatMap((step) =>
      step.type === 'leg' && step.leg.identity === 'target' ? [step.leg] : [],
    );
    expect(legs).toEqual([
      expect.objectContaining({ participant_sid: 'PA_2', sip_status: null }),
      expect.objectContaining({ participant_sid: 'PA_2', sip_status: 200, sip_reason: 'OK' }),
    ]);
    hangUp(rig);
    await rig.done;
  });

  test.each([
    ['busy', BUSY, 'busy'],
    ['declined', { ...BUSY, sipStatus: 603, sipReason: 'Decline' }, 'do not take'],
    ['not answered', { ...SILENT, errorText: 'canceled: sip request timed out' }, 'nobody answered'],
    ['not there', { ...BUSY, sipStatus: 404, sipReason: 'Not Found' }, 'number does not work'],
    ['refused by the carrier', { ...BUSY, sipStatus: 403, sipReason: 'Forbidden' }, 'not possible'],
    ['too late', { status: 'too_late' }, 'not possible'],
  ] as const)('%s: the agent listens again and says why', async (_what, dialed, words) => {
    const { rig, answer } = await bridging();
    await rig.targetInvited;
    rig.targetRings();
    rig.targetResult(dialed);
    expect(await answer).toEqual({ status: 'failed', tell: expect.stringContaining(words) });
    expect(rig.seen.acts).toEqual(['pause', 'ring', 'quiet', 'resume']);
    expect(rig.end.current()).toBeNull();
    hangUp(rig);
    expect(await outcomeOf(rig)).toMatchObject({
      end_reason: 'callee_hangup',
      transfer: { mode: 'bridge', result: 'failed' },
    });
  });

  test.each([
    ['taken', 'tried in this call before'],
    ['full', 'lines are in use'],
    ['later', 'lines are in use'],
    ['blocked', 'not possible'],
    ['unreachable', 'not possible'],
    ['canceled', 'not possible'],
  ] as const)('without a grant (%s) nobody is dialled', async (reason, words) => {
    const { rig, answer } = await bridging({ legGrant: { status: 'refused', reason } });
    expect(await answer).toEqual({ status: 'failed', tell: expect.stringContaining(words) });
    expect([rig.seen.legs, rig.seen.acts]).toEqual([[], []]);
    hangUp(rig);
    expect(await outcomeOf(rig)).toMatchObject({ transfer: { mode: 'bridge', result: 'failed' } });
  });

  test('a job that was held up past its window dials nobody', async () => {
    const { rig, answer } = await bridging({
      legGrant: { status: 'granted', dialBefore: performance.now() - 1 },
    });
    expect(await answer).toMatchObject({ status: 'failed' });
    expect(rig.seen.legs).toEqual([]);
    hangUp(rig);
    await rig.done;
  });

  test('a name at a host that the trunk is not at is not dialled, and asks for no grant', async () => {
    const uri = 'sip:accounts@other.example.com';
    const { playbook } = testCall();
    const targets = [{ name: 'default', description: null, uri }];
    const { rig, answer } = await bridging({
      call: { transfer_target: uri, playbook: { ...playbook, transfer_targets: targets } },
      env: { TRANSFER_HOST: 'other.example.com' },
    });
    expect(await answer).toMatchObject({ status: 'failed' });
    expect([rig.seen.asked, rig.seen.legs]).toEqual([[], []]);
    hangUp(rig);
    await rig.done;
  });

  test('one whose answer is lost may ring: it is removed, and nobody is dialled again', async () => {
    const { rig, answer } = await bridging();
    await rig.targetInvited;
    rig.targetRings();
    rig.targetResult({ status: 'lost', errorText: 'socket hang up' });
    rig.targetLeaves(undefined, 'ringing');
    expect(await answer).toMatchObject({ status: 'failed', tell: expect.stringContaining('Nobody knows') });
    expect(rig.seen.removed).toBe(1);
    expect(await rig.transfer('default')).toMatchObject({ status: 'failed' });
    expect(rig.seen.legs).toHaveLength(1);
    hangUp(rig);
    expect(await outcomeOf(rig)).toMatchObject({ transfer: { mode: 'bridge', result: 'unknown' } });
  });

  test.each([
    ['the callee hangs up', hangUp, 'callee_hangup'],
    ['the call is canceled', (rig: Rig) => rig.cancel(), 'canceled_by_api'],
    ['the agent is in trouble', (rig: Rig) => rig.loseRoom(DisconnectReason.STATE_MISMATCH), 'agent_error'],
  ] as const)('%s while the target rings: its leg goes with the room', async (_what, happens, end_reason) => {
    const { rig, answer } = await bridging();
    await rig.targetInvited;
    rig.targetRings();
    happens(rig);
    expect(await answer).toEqual({ status: 'done' });
    await expect.poll(() => rig.seen.hangUps).toBeGreaterThan(1);
    rig.targetResult(SILENT);
    expect(await outcomeOf(rig)).toMatchObject({
      end_reason,
      transfer: { mode: 'bridge', result: 'failed' },
    });
    expect(rig.seen.acts).not.toContain('resume');
    expect(rig.seen.held).toBe(0);
  });
});

test('a target of before that leaves late is none of the next one', async () => {
  const rig = await bridged();
  rig.staleTargetLeaves();
  expect(rig.end.current()).toBeNull();
  hangUp(rig);
  expect(await outcomeOf(rig)).toMatchObject({ hung_up_by: 'callee' });
});

describe('two people who talk without the agent', () => {
  test.each([
    ['the callee hangs up', hangUp, { end_reason: 'transferred', hung_up_by: 'callee' }],
    [
      'the target hangs up',
      (rig: Rig) => rig.targetLeaves(DisconnectReason.CLIENT_INITIATED),
      { end_reason: 'transferred', hung_up_by: 'target' },
    ],
    [
      'LiveKit loses a leg',
      (rig: Rig) => rig.targetLeaves(DisconnectReason.CONNECTION_TIMEOUT, 'active'),
      { end_reason: 'transferred', hung_up_by: 'platform' },
    ],
    [
      'a leg is taken out',
      (rig: Rig) => rig.leave(DisconnectReason.PARTICIPANT_REMOVED, 'active'),
      { end_reason: 'canceled_by_api', hung_up_by: 'api' },
    ],
    [
      'the call is canceled',
      (rig: Rig) => rig.cancel(),
      { end_reason: 'canceled_by_api', hung_up_by: 'api' },
    ],
    [
      'the time is up',
      (rig: Rig) => rig.end.decide({ reason: 'max_duration', hungUpBy: 'agent' }),
      { end_reason: 'max_duration', hung_up_by: 'agent' },
    ],
  ] as const)('%s: the other is hung up and the end is told', async (_what, happens, outcome) => {
    const rig = await bridged();
    happens(rig);
    expect(await outcomeOf(rig)).toMatchObject({
      status: 'completed',
      ...outcome,
      transfer: { mode: 'bridge', result: 'confirmed' },
    });
    expect(rig.seen).toMatchObject({ hangUps: 1, held: 0 });
  });

  test.each([
    ['the connection to the room', (rig: Rig) => rig.loseRoom(DisconnectReason.STATE_MISMATCH)],
    ['sight of the callee', (rig: Rig) => rig.leave(undefined, 'active')],
    ['sight of the target', (rig: Rig) => rig.targetLeaves(DisconnectReason.UNKNOWN_REASON, 'active')],
    ['its worker', (rig: Rig) => rig.end.decide({ reason: 'agent_error', hungUpBy: 'platform' })],
  ])('the agent loses %s: nothing is cut, and the bridge watches on', async (_what, happens) => {
    const rig = await bridged();
    happens(rig);
    await rig.done;
    expect(rig.seen).toMatchObject({ hangUps: 0, outcomes: [], held: 1 });
    expect(rig.seen.acts).toContain('bridged');
  });

  test('without a bridge nobody would watch: they end with their agent, and no mark says otherwise', async () => {
    const rig = await bridged({ watchesOver: false });
    rig.end.decide({ reason: 'agent_error', hungUpBy: 'platform' });
    expect(await outcomeOf(rig)).toMatchObject({
      end_reason: 'agent_error',
      transfer: { result: 'confirmed' },
    });
    expect(rig.seen).toMatchObject({ hangUps: 1, held: 0 });
    expect(rig.seen.acts).not.toContain('bridged');
  });

  test('are not cut by a full reconnect of the agent, which brings both back', async () => {
    const rig = await bridged();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      rig.leave(undefined, 'active');
      rig.targetLeaves(undefined, 'active');
      rig.join();
      rig.targetJoins();
      await vi.advanceTimersByTimeAsync(10_000);
    } finally {
      vi.useRealTimers();
    }
    expect(rig.end.current()).toBeNull();
    hangUp(rig);
    expect(await outcomeOf(rig)).toMatchObject({ end_reason: 'transferred', hung_up_by: 'callee' });
  });

  test('are not transferred again', async () => {
    const rig = await bridged();
    expect(await rig.transfer('default')).toEqual({ status: 'done' });
    expect(rig.seen.legs).toHaveLength(1);
    hangUp(rig);
    await rig.done;
  });
});
