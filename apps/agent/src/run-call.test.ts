import { DisconnectReason } from '@livekit/rtc-node';
import { DEFAULT_PLAYBOOK } from '@outdial/playbooks';
import { callOutcomeSchema, type GrantedPlaybook } from '@outdial/telephony';
import { describe, expect, test, vi } from 'vitest';
import { createCallRig } from '../test/call-rig.ts';

type Rig = ReturnType<typeof createCallRig>;

/** What LiveKit says of a ring time that is over, and of a leg that was taken out while it rang. */
const TIMED_OUT = 'canceled: sip request timed out';

const withTarget = (uri: string): GrantedPlaybook => ({
  ...DEFAULT_PLAYBOOK,
  transfer_targets: [{ name: 'accounts', description: null, uri }],
});

const onlyOutcome = (rig: Rig) => {
  expect(rig.seen.outcomes).toHaveLength(1);
  expect(rig.seen.hangUps).toBe(1);
  expect(rig.seen.held).toBe(0);
  expect(callOutcomeSchema.safeParse(rig.seen.outcomes[0])).toMatchObject({ success: true });
  return rig.seen.outcomes[0];
};

describe('before the INVITE', () => {
  test('without a grant nothing is dialled, told or deleted', async () => {
    const rig = createCallRig({ grant: { status: 'refused', reason: 'taken' } });
    await rig.done;
    expect(rig.seen).toEqual({
      steps: [],
      outcomes: [],
      invites: [],
      refers: [],
      said: [],
      hangUps: 0,
      listens: 0,
      follows: [],
      speech: [],
      kept: [],
      held: 0,
      asked: [],
      legs: [],
      removed: 0,
      acts: [],
    });
  });

  test('a job that was held up past its window dials nothing', async () => {
    const { testCall } = await import('../test/call.ts');
    const rig = createCallRig({
      grant: { status: 'granted', call: testCall(), dialBefore: performance.now() - 1 },
    });
    await rig.done;
    expect(rig.seen.invites).toEqual([]);
    expect(onlyOutcome(rig)).toMatchObject({ status: 'failed', end_reason: 'not_dialed' });
  });

  test.each([
    ['an emergency number', { destination: '000' }, {}],
    ['a country that is not allowed', { destination: '+15005550006' }, {}],
    ['a fictitious number outside the lab', {}, { ALLOW_FICTITIOUS_NUMBERS: 'false' }],
    ['a caller ID that is not allowed', {}, { CALLER_IDS_ALLOWED: '0255500199' }],
    ['a transfer target at a host of somebody else', { transfer_target: 'sip:99@evil.example.com' }, {}],
    ['an account code with a line break', { account_code: 'a\r\nX-Evil: 1' }, {}],
    ['an account code that is too long', { account_code: 'a'.repeat(65) }, {}],
    ['a premium transfer target', { transfer_target: 'tel:+61190012345' }, {}],
    ['a premium target of the playbook', { playbook: withTarget('tel:+61190012345') }, {}],
    ['no caller ID where one is demanded', { caller_id: null }, { CALLER_ID_FALLBACK: 'refuse' }],
  ])('%s is blocked by the agent itself', async (_case, call, env) => {
    const rig = createCallRig({ call, env });
    await rig.done;
    expect(rig.seen.invites).toEqual([]);
    expect(onlyOutcome(rig)).toMatchObject({
      status: 'canceled',
      end_reason: 'blocked',
      message: expect.any(String),
    });
  });
});

describe('the dial', () => {
  test('a refusal ends the call with the words of the carrier and the caller ID to change', async () => {
    const rig = createCallRig();
    rig.dialResult({ status: 'failed', sipStatus: 403, sipReason: 'Forbidden auth ID', errorText: '403' });
    await rig.done;
    const outcome = onlyOutcome(rig);
    expect(outcome).toMatchObject({
      status: 'failed',
      end_reason: 'caller_id_rejected',
      retry: 'after_fix',
      sip: { status: 403, reason: 'Forbidden auth ID' },
    });
    expect(outcome?.message).toContain('LiveKitNehosHosted');
    expect(outcome?.message).toContain('SIP_FROM_NUMBER');
  });

  test('a lost connection is no outcome: the leg that turns active goes on', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.dialResult({ status: 'lost', errorText: 'socket hang up' });
    rig.join();
    rig.status('ringing');
    rig.status('active');
    await rig.sessionStarted;
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'completed', end_reason: 'callee_hangup', rang: true });
  });

  test('a lost connection and a leg that goes is unknown, never a refusal', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.dialResult({ status: 'lost', errorText: 'socket hang up' });
    rig.join();
    rig.leave(DisconnectReason.USER_REJECTED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'unknown', end_reason: 'outcome_unknown' });
  });

  test('an answer of LiveKit that decides nothing is looked into like a lost one', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.status('ringing');
    rig.dialResult({ status: 'failed', sipStatus: null, sipReason: null, errorText: 'request timed out' });
    rig.status('active');
    await rig.sessionStarted;
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'completed', end_reason: 'callee_hangup' });
  });

  test.each([
    ['the leg was taken out', (rig: Rig) => rig.leave(DisconnectReason.PARTICIPANT_REMOVED, 'ringing')],
    ['the room was deleted', (rig: Rig) => rig.loseRoom(DisconnectReason.ROOM_DELETED)],
  ])('a dial that ends like a ring time because %s is no unanswered call', async (_why, takeOut) => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.status('ringing');
    rig.dialResult({ status: 'failed', sipStatus: null, sipReason: null, errorText: TIMED_OUT });
    setTimeout(() => takeOut(rig), 50);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({
      status: 'canceled',
      end_reason: 'canceled_by_api',
      hung_up_by: 'api',
      rang: true,
    });
  });

  test('a dial whose answer was lost and whose leg was taken out is canceled, not unknown', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.dialResult({ status: 'lost', errorText: 'socket hang up' });
    rig.join();
    rig.leave(DisconnectReason.PARTICIPANT_REMOVED, 'dialing');
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'canceled', end_reason: 'canceled_by_api' });
  });

  test('a ring time that is over is no answer, and waits for no other news', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.status('ringing');
    rig.leave(DisconnectReason.USER_UNAVAILABLE, 'ringing');
    rig.dialResult({ status: 'failed', sipStatus: null, sipReason: null, errorText: TIMED_OUT });
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'no_answer', end_reason: 'no_answer' });
  });

  test('a cancel that crosses the answer is a completed call', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.cancel();
    rig.status('active');
    rig.dialResult({ status: 'answered' });
    await rig.done;
    expect(rig.seen.outcomes[0]).toMatchObject({
      status: 'completed',
      end_reason: 'canceled_by_api',
      talk_ms: expect.any(Number),
    });
  });

  test('a cancel while it rings hangs up and is told as such, whatever LiveKit answers then', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.status('ringing');
    rig.cancel();
    rig.dialResult({ status: 'failed', sipStatus: null, sipReason: null, errorText: 'canceled' });
    rig.loseRoom(DisconnectReason.ROOM_DELETED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({
      status: 'canceled',
      end_reason: 'canceled_by_api',
      hung_up_by: 'api',
    });
  });
});

test('an end that comes before the dial dials nothing', async () => {
  const rig = createCallRig();
  rig.end.decide({ reason: 'agent_error', hungUpBy: 'platform' });
  await rig.done;
  expect(rig.seen.invites).toEqual([]);
  expect(onlyOutcome(rig)).toMatchObject({ status: 'failed', end_reason: 'agent_error' });
});

test('a job that has to end before it asks for the call leaves it to another', async () => {
  const rig = createCallRig({ ended: true });
  await rig.done;
  expect(rig.seen).toMatchObject({ invites: [], outcomes: [], hangUps: 0, held: 0 });
});

test('a dial in flight when the call ends is taken down until it is over', async () => {
  const rig = createCallRig();
  await rig.invited;
  rig.cancel();
  await expect.poll(() => rig.seen.hangUps).toBeGreaterThan(1);
  rig.dialResult({ status: 'answered' });
  await rig.done;
  expect(rig.seen.outcomes[0]).toMatchObject({ status: 'canceled', end_reason: 'canceled_by_api' });
});

describe('the call', () => {
  test('leg, ringing and answer are told in order', async () => {
    const rig = createCallRig();
    await rig.answer();
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(rig.seen.steps.map((step) => step.type)).toEqual(['leg', 'ringing', 'answered']);
    expect(onlyOutcome(rig)?.sip.call_id).toEqual(expect.any(String));
  });

  test.each([
    ['CLIENT_INITIATED', 'callee_hangup', 'callee'],
    ['PARTICIPANT_REMOVED', 'canceled_by_api', 'api'],
    ['ROOM_DELETED', 'canceled_by_api', 'api'],
    ['ROOM_CLOSED', 'agent_error', 'platform'],
    ['MEDIA_FAILURE', 'media_timeout', 'carrier'],
    ['SERVER_SHUTDOWN', 'agent_error', 'platform'],
    ['CONNECTION_TIMEOUT', 'agent_error', 'platform'],
  ] as const)('a leg that leaves with %s ends the call once: %s', async (reason, end_reason, hung_up_by) => {
    const rig = createCallRig();
    await rig.answer();
    rig.leave(DisconnectReason[reason]);
    rig.loseRoom(DisconnectReason.ROOM_DELETED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'completed', end_reason, hung_up_by });
  });

  test('a leg that LiveKit dropped without a hang-up is a media timeout', async () => {
    const rig = createCallRig();
    await rig.answer();
    rig.leave(DisconnectReason.CLIENT_INITIATED, 'active');
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ end_reason: 'media_timeout', blame: 'carrier' });
  });

  test.each([
    [undefined, 'no reason given'],
    [DisconnectReason.UNKNOWN_REASON, 'UNKNOWN_REASON'],
  ])(
    'a leg that is gone after LiveKit was away (%s) is not blamed on the carrier',
    async (reason, detail) => {
      const rig = createCallRig();
      await rig.answer();
      rig.leave(reason, 'active');
      await rig.done;
      expect(onlyOutcome(rig)).toMatchObject({
        end_reason: 'agent_error',
        blame: 'platform',
        message: expect.stringContaining(detail),
      });
    },
  );

  test.each([undefined, DisconnectReason.UNKNOWN_REASON])(
    'a leg that comes back from a full reconnect of ours (%s) was never gone',
    async (reason) => {
      const rig = createCallRig();
      await rig.answer();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        rig.reconnects(true);
        rig.leave(reason, 'active');
        await vi.advanceTimersByTimeAsync(10_000);
        rig.reconnects(false);
        rig.join();
        await vi.advanceTimersByTimeAsync(10_000);
      } finally {
        vi.useRealTimers();
      }
      expect(rig.end.current()).toBeNull();
      rig.leave(DisconnectReason.CLIENT_INITIATED);
      await rig.done;
      expect(onlyOutcome(rig)).toMatchObject({ end_reason: 'callee_hangup' });
    },
  );

  test('a room that LiveKit closed before the dial is no wish of anybody, and nothing is dialled', async () => {
    const rig = createCallRig();
    rig.loseRoom(DisconnectReason.ROOM_CLOSED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'failed', end_reason: 'not_dialed', blame: 'platform' });
    expect(rig.seen.invites).toEqual([]);
  });

  test('an answer of the carrier that comes just behind the loss of the room is the outcome', async () => {
    const rig = createCallRig();
    await rig.invited;
    rig.join();
    rig.loseRoom(DisconnectReason.STATE_MISMATCH);
    setTimeout(
      () => rig.dialResult({ status: 'failed', sipStatus: 486, sipReason: 'Busy Here', errorText: '' }),
      20,
    );
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'busy', end_reason: 'busy' });
  });

  test('a room that was deleted before the dial was canceled', async () => {
    const rig = createCallRig();
    rig.loseRoom(DisconnectReason.ROOM_DELETED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ status: 'canceled', end_reason: 'canceled_by_api' });
    expect(rig.seen.invites).toEqual([]);
  });

  test('losing the room is our own fault and hangs up the leg', async () => {
    const rig = createCallRig();
    await rig.answer();
    rig.loseRoom(DisconnectReason.STATE_MISMATCH);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ end_reason: 'agent_error', hung_up_by: 'platform' });
  });
});

describe('the transfer', () => {
  test('sends one REFER to the named target with the account code and ends the call', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    rig.referResult({ status: 'accepted' });
    expect(await answer).toEqual({ status: 'done' });
    await rig.done;
    expect(rig.seen.refers).toEqual([
      { referTo: 'tel:+61255500100', headers: { 'X-Account-Code': 'em-tech-01' } },
    ]);
    expect(onlyOutcome(rig)).toMatchObject({
      end_reason: 'transferred',
      transfer: { target: 'tel:+61255500100', mode: 'refer', result: 'confirmed' },
    });
  });

  test('a target of the model’s own making reaches nobody', async () => {
    const rig = createCallRig();
    await rig.answer();
    expect(await rig.transfer('+61190012345')).toMatchObject({ status: 'failed' });
    expect(rig.seen.refers).toEqual([]);
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
  });

  test('two at once send one REFER', async () => {
    const rig = createCallRig();
    await rig.answer();
    const first = rig.transfer('default');
    expect(await rig.transfer('default')).toMatchObject({ status: 'failed' });
    rig.referResult({ status: 'accepted' });
    await first;
    await rig.done;
    expect(rig.seen.refers).toHaveLength(1);
  });

  test('a refusal goes back to the conversation and stays in the outcome', async () => {
    const rig = createCallRig({ env: { TRANSFER_MODE: 'refer' } });
    await rig.answer();
    const answer = rig.transfer('default');
    rig.referResult({ status: 'refused', sipStatus: 603, errorText: 'Decline' });
    expect(await answer).toMatchObject({ status: 'failed' });
    expect(rig.end.current()).toBeNull();
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({ end_reason: 'callee_hangup', transfer: { result: 'failed' } });
  });

  test('after an undecided one no second is tried', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    rig.referResult({ status: 'unknown', errorText: 'timeout' });
    await answer;
    expect(await rig.transfer('default')).toMatchObject({ status: 'failed' });
    expect(rig.seen.refers).toHaveLength(1);
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(onlyOutcome(rig)?.transfer?.result).toBe('unknown');
  });

  test('one that is cut short by a cancel may have reached its target', async () => {
    const rig = createCallRig({ call: { transfer_target: 'tel:+61255500100' } });
    await rig.answer();
    const answer = rig.transfer('default');
    await rig.referred;
    rig.cancel();
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({
      status: 'completed',
      end_reason: 'canceled_by_api',
      transfer: { mode: 'refer', result: 'unknown' },
    });
    rig.referResult({ status: 'unknown', errorText: 'the leg is gone' });
    await answer;
  });

  test('whoever hangs up while it is announced is not transferred', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    expect(await answer).toEqual({ status: 'done' });
    await rig.done;
    expect(rig.seen.refers).toEqual([]);
    expect(onlyOutcome(rig)).toMatchObject({ end_reason: 'callee_hangup', transfer: null });
  });

  test('a leg that is taken out during the transfer was canceled, whatever LiveKit says of the transfer', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    await rig.referred;
    rig.leave(DisconnectReason.PARTICIPANT_REMOVED);
    rig.referResult({ status: 'accepted' });
    await answer;
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({
      end_reason: 'canceled_by_api',
      transfer: { result: 'unknown' },
    });
  });

  test('a leg that goes during the transfer waits for its result', async () => {
    const rig = createCallRig();
    await rig.answer();
    const answer = rig.transfer('default');
    await rig.referred;
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    rig.referResult({ status: 'accepted' });
    await answer;
    await rig.done;
    expect(onlyOutcome(rig)).toMatchObject({
      end_reason: 'transferred',
      transfer: { result: 'accepted_unconfirmed' },
    });
  });
});

describe('what was said', () => {
  test('is announced with the end and finished after the leg is gone', async () => {
    const rig = createCallRig({ keeps: true });
    await rig.answer();
    rig.leave(DisconnectReason.CLIENT_INITIATED);
    await rig.done;
    expect(rig.seen.follows).toEqual([{ result: true, recording: false }]);
    expect(rig.seen.kept.toSorted()).toEqual(['draft', 'finish', 'hang up']);
    expect(rig.seen.kept.at(-1)).toBe('finish');
  });

  test('is nothing where nobody answered', async () => {
    const rig = createCallRig({ keeps: true });
    await rig.invited;
    rig.dialResult({ status: 'failed', sipStatus: 486, sipReason: 'Busy Here', errorText: 'busy' });
    await rig.done;
    expect(rig.seen.follows).toEqual([{ result: false, recording: false }]);
    expect(rig.seen.kept).toEqual(['hang up']);
  });
});

test('every line from the grant on names the trace; how speech went is told with the end', async () => {
  const logged: string[] = [];
  const speech = {
    vad_late_windows: 0,
    vad_max_lag_ms: 0,
    voice_retries: 2,
    voice_fallbacks: 0,
    voice_lost: 0,
    loop_delay_ms: 4,
  };
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const rig = createCallRig({
    logged,
    speech,
    call: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  });
  await rig.answer();
  rig.leave(DisconnectReason.CLIENT_INITIATED);
  await rig.done;
  const lines = logged.map((line) => JSON.parse(line));
  expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['answered', 'call over']));
  expect(lines.filter(({ traceId }) => traceId !== trace)).toEqual([]);
  expect(rig.seen.speech).toEqual([speech]);
});
