import { EventEmitter } from 'node:events';
import { ConnectionState, type Room } from '@livekit/rtc-node';
import { createLogger } from '@outdial/runtime';
import type { CallOutcome, Follows, GrantedCall, SpeechFacts } from '@outdial/telephony';
import { createCallEnd } from '../src/call-end.ts';
import type { CallStep, DialResult, Grant, Invite, LegGrant, ReferResult } from '../src/ports.ts';
import { type CallJob, runCall } from '../src/run-call.ts';
import type { Transfers } from '../src/transfer/transfers.ts';
import { testCall } from './call.ts';
import { testConfig } from './config.ts';

/** What a participant event of the room carries, as far as the leg watch reads it. */
type Leg = {
  identity: string;
  sid: string;
  attributes: Record<string, string>;
  disconnectReason?: number | undefined;
};

/** One call run against ports that record what was asked of them; a test plays LiveKit. */
export const createCallRig = (
  options: {
    grant?: Grant;
    call?: Partial<GrantedCall>;
    env?: Record<string, string>;
    /** Whether what is said is kept; default false, as for a dispatch without the bridge. */
    keeps?: boolean;
    /** What the bridge says to the question for a second leg. */
    legGrant?: LegGrant;
    /** Somebody watches over two people who talk without an agent; default true. */
    watchesOver?: boolean;
    speech?: SpeechFacts;
    /** What the job logs. */
    logged?: string[];
    /** The job is told to end before it begins. */
    ended?: boolean;
  } = {},
) => {
  const room = Object.assign(new EventEmitter(), {
    remoteParticipants: new Map(),
    connectionState: ConnectionState.CONN_CONNECTED,
  });
  const dialed = Promise.withResolvers<DialResult>();
  const referred = Promise.withResolvers<ReferResult>();
  const targetDialed = Promise.withResolvers<DialResult>();
  const targetInvited = Promise.withResolvers<Invite>();
  const started = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const invited = Promise.withResolvers<Invite>();
  const seen = {
    steps: [] as CallStep[],
    outcomes: [] as CallOutcome[],
    invites: [] as Invite[],
    refers: [] as { referTo: string; headers: Readonly<Record<string, string>> }[],
    said: [] as string[],
    hangUps: 0,
    listens: 0,
    held: 0,
    follows: [] as Follows[],
    speech: [] as (SpeechFacts | null)[],
    /** `draft`, `hang up`, `finish`, in order. */
    kept: [] as string[],
    /** Of second legs: what was asked of the bridge, dialled, and what the callee heard and did not hear. */
    asked: [] as { name: string; key: string }[],
    legs: [] as Invite[],
    removed: 0,
    /** `pause`, `ring`, `quiet`, `resume`, `leave`, `withdraw`, `bridged`, in order. */
    acts: [] as string[],
  };
  let cancel = () => {};
  let transfers: Transfers | undefined;
  const leg: Leg = { identity: 'callee', sid: 'PA_1', attributes: { 'sip.callID': 'SCL_1' } };
  const job: CallJob = {
    config: testConfig(options.env),
    room: room as unknown as Room,
    connect: async () => {},
    ledger: {
      grant: async () =>
        options.grant ?? {
          status: 'granted',
          call: testCall(options.call),
          dialBefore: performance.now() + 3_000,
        },
      grantLeg: async (target) => {
        seen.asked.push(target);
        return options.legGrant ?? { status: 'granted', dialBefore: performance.now() + 3_000 };
      },
      watchesOver: options.watchesOver ?? true,
      note: (step) => seen.steps.push(step),
      onCancel: (listener) => {
        cancel = listener;
      },
      close: async (outcome, follows, speech) => {
        seen.outcomes.push(outcome);
        seen.speech.push(speech);
        seen.follows.push(follows);
        return async () => {};
      },
    },
    leg: {
      dial: async (invite, before) => {
        if (performance.now() >= before) return { status: 'too_late' };
        seen.invites.push(invite);
        invited.resolve(invite);
        return dialed.promise;
      },
      refer: (referTo, headers) => {
        seen.refers.push({ referTo, headers });
        asked.resolve();
        return referred.promise;
      },
      hangUp: async () => {
        seen.hangUps += 1;
        seen.kept.push('hang up');
      },
    },
    targetLeg: {
      dial: async (invite, before) => {
        if (performance.now() >= before) return { status: 'too_late' };
        seen.legs.push(invite);
        targetInvited.resolve(invite);
        return targetDialed.promise;
      },
      remove: async () => {
        seen.removed += 1;
      },
    },
    media: {
      ring: () => {
        seen.acts.push('ring');
        return async () => {
          seen.acts.push('quiet');
        };
      },
      withdraw: async () => {
        seen.acts.push('withdraw');
      },
    },
    converse: (_call, made) => {
      transfers = made;
      return {
        start: async () => started.resolve(),
        say: async (text) => {
          seen.said.push(text);
        },
        listen: () => {
          seen.listens += 1;
        },
        timeLeft: () => {},
        farewell: async (why) => {
          seen.said.push(why);
        },
        press: async () => {},
        during: (work) => work(),
        optOut: () => {},
        answeredBy: () => 'human',
        pause: () => seen.acts.push('pause'),
        resume: () => seen.acts.push('resume'),
        leave: async () => {
          seen.acts.push('leave');
        },
      };
    },
    afterCall:
      options.keeps === true
        ? {
            attach: () => {},
            of: () => ({
              follows: { result: true, recording: false },
              draft: async () => void seen.kept.push('draft'),
              finish: async () => void seen.kept.push('finish'),
            }),
          }
        : null,
    speechFacts: () => options.speech ?? null,
    end: createCallEnd(),
    hold: () => {
      seen.held += 1;
      return {
        bridged: () => seen.acts.push('bridged'),
        release: async () => {
          seen.held -= 1;
        },
      };
    },
    log: createLogger(
      { name: 'test', level: 'info', logPii: false },
      {
        write: (line) => options.logged?.push(line),
      },
    ),
  };
  if (options.ended === true) job.end.decide({ reason: 'agent_error', hungUpBy: 'platform' });
  const statusOf = (of: Leg, value: string) => {
    of.attributes = { ...of.attributes, 'sip.callStatus': value };
    room.emit('participantAttributesChanged', {}, of);
  };
  const leaves = (of: Leg, disconnectReason: number | undefined, last: string) => {
    of.attributes = { ...of.attributes, 'sip.callStatus': last };
    of.disconnectReason = disconnectReason;
    room.emit('participantDisconnected', of);
  };
  const target: Leg = { identity: 'target', sid: 'PA_2', attributes: { 'sip.callID': 'SCL_2' } };
  return {
    seen,
    done: runCall(job),
    end: job.end,
    invited: invited.promise,
    sessionStarted: started.promise,
    cancel: () => cancel(),
    join: () => room.emit('participantConnected', leg),
    status: (value: string) => statusOf(leg, value),
    leave: (disconnectReason: number | undefined, last = 'hangup') => leaves(leg, disconnectReason, last),
    /** Our own connection to the room: in the middle of a full reconnect, or there. */
    reconnects: (isUnderWay: boolean) => {
      room.connectionState = isUnderWay ? ConnectionState.CONN_RECONNECTING : ConnectionState.CONN_CONNECTED;
    },
    loseRoom: (reason: number) => room.emit('disconnected', reason),
    dialResult: dialed.resolve,
    referResult: referred.resolve,
    referred: asked.promise,
    /** Answers the call the way LiveKit does: ringing, active, then the request returns. */
    answer: async () => {
      await invited.promise;
      room.emit('participantConnected', leg);
      statusOf(leg, 'ringing');
      statusOf(leg, 'active');
      dialed.resolve({ status: 'answered' });
      await started.promise;
    },
    transfer: (name: string) => transfers?.transfer(name),
    transfers: () => transfers,
    targetInvited: targetInvited.promise,
    targetResult: targetDialed.resolve,
    /** The target's phone rings, and answers. */
    targetRings: () => {
      room.emit('participantConnected', target);
      statusOf(target, 'ringing');
    },
    targetAnswers: () => {
      statusOf(target, 'active');
      targetDialed.resolve({ status: 'answered' });
    },
    /** A leg of an earlier attempt, under the same identity. */
    staleTargetLeaves: () => leaves({ ...target, sid: 'PA_0' }, 1, 'hangup'),
    targetJoins: () => room.emit('participantConnected', target),
    targetLeaves: (reason: number | undefined, last = 'hangup') => leaves(target, reason, last),
  };
};
