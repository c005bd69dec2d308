import { EventEmitter } from 'node:events';
import type { Room } from '@livekit/rtc-node';
import { createLogger } from '@outdial/runtime';
import type { CallOutcome, GrantedCall } from '@outdial/telephony';
import { createCallEnd } from '../src/call-end.ts';
import type { CallStep, DialResult, Grant, Invite, ReferResult } from '../src/ports.ts';
import { type CallJob, runCall } from '../src/run-call.ts';
import type { Transfers } from '../src/transfer.ts';
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
    /** The job is told to end before it begins. */
    ended?: boolean;
  } = {},
) => {
  const room = Object.assign(new EventEmitter(), { remoteParticipants: new Map() });
  const dialed = Promise.withResolvers<DialResult>();
  const referred = Promise.withResolvers<ReferResult>();
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
      note: (step) => seen.steps.push(step),
      onCancel: (listener) => {
        cancel = listener;
      },
      close: async (outcome) => {
        seen.outcomes.push(outcome);
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
      };
    },
    end: createCallEnd(),
    hold: () => {
      seen.held += 1;
      return async () => {
        seen.held -= 1;
      };
    },
    log: createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} }),
  };
  if (options.ended === true) job.end.decide({ reason: 'agent_error', hungUpBy: 'platform' });
  const status = (value: string) => {
    leg.attributes = { ...leg.attributes, 'sip.callStatus': value };
    room.emit('participantAttributesChanged', {}, leg);
  };
  return {
    seen,
    done: runCall(job),
    end: job.end,
    invited: invited.promise,
    sessionStarted: started.promise,
    cancel: () => cancel(),
    join: () => room.emit('participantConnected', leg),
    status,
    leave: (disconnectReason: number | undefined, last = 'hangup') => {
      leg.attributes = { ...leg.attributes, 'sip.callStatus': last };
      leg.disconnectReason = disconnectReason;
      room.emit('participantDisconnected', leg);
    },
    loseRoom: (reason: number) => room.emit('disconnected', reason),
    dialResult: dialed.resolve,
    referResult: referred.resolve,
    referred: asked.promise,
    /** Answers the call the way LiveKit does: ringing, active, then the request returns. */
    answer: async () => {
      await invited.promise;
      room.emit('participantConnected', leg);
      status('ringing');
      status('active');
      dialed.resolve({ status: 'answered' });
      await started.promise;
    },
    transfer: (name: string) => transfers?.transfer(name),
    transfers: () => transfers,
  };
};
