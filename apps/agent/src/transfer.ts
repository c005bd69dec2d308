import { setTimeout as pause } from 'node:timers/promises';
import { type GrantedCall, type TransferResult, toReferTo } from '@outdial/telephony';
import type { LegWatch } from './adapters/leg-watch.ts';
import type { CallEndLatch } from './call-end.ts';
import type { AgentConfig } from './config.ts';
import { accountCodeHeaders } from './invite.ts';
import type { CallLedger, SipLeg } from './ports.ts';
import type { TransferAnswer } from './tools/transfer-call.ts';

const ANNOUNCEMENT = 'One moment please, I am transferring you now.';

/**
 * livekit-sip counts any end of the leg after a 2xx to REFER as success and hangs up itself 1 s
 * after a true one (outbound.go, transferCall): a leg still there after this long was transferred.
 */
const CONFIRM_AFTER_MS = 250;

/** The transfers of one call: one at a time, named targets only. */
export type Transfers = {
  readonly targetNames: readonly string[];
  transfer(targetName: string): Promise<TransferAnswer>;
  /** The last result, `null` when none was tried; `unknown` while one is running. */
  result(): TransferResult | null;
  /** Resolves when no transfer is running. */
  settled(): Promise<void>;
};

/** Makes the call's transfers; on success it decides the call's end. */
export const createTransfers = (options: {
  readonly call: GrantedCall;
  readonly config: AgentConfig;
  readonly leg: SipLeg;
  readonly watch: LegWatch;
  readonly ledger: CallLedger;
  readonly end: CallEndLatch;
  readonly say: (text: string) => Promise<void>;
}): Transfers => {
  const { call, config, leg, watch, ledger, end } = options;
  const targets = new Map(call.playbook.transfer_targets.map(({ name, uri }) => [name, uri]));
  let result: TransferResult | null = null;
  let running: Promise<unknown> | null = null;

  const refer = async (target: string): Promise<TransferAnswer> => {
    await options.say(ANNOUNCEMENT);
    // Whoever hung up while it was announced is not transferred.
    if (end.current() !== null || watch.facts().gone !== null) return { status: 'done' };
    const referTo = toReferTo(target, {
      form: config.TRANSFER_URI,
      host: config.TRANSFER_HOST ?? config.SIP_TRUNK_HOST,
      format: config.SIP_DIAL_FORMAT,
      homeCountry: config.DEFAULT_COUNTRY,
    });
    // A call that ends before the answer comes leaves a target that may be ringing.
    result = { target, mode: 'refer', result: 'unknown' };
    const answer = await leg.refer(referTo, accountCodeHeaders(call, config));
    const settle = (outcome: TransferResult['result']) => {
      result = { target, mode: 'refer', result: outcome };
      ledger.note({ type: 'transfer', transfer: result });
    };
    switch (answer.status) {
      case 'accepted': {
        const gone = await Promise.race([watch.gone, pause(CONFIRM_AFTER_MS, null)]);
        if (gone?.cause === 'removed') {
          // Our own end of the leg, which a cancel leads to, is no word of the carrier.
          settle('unknown');
          return { status: 'done' };
        }
        settle(gone === null ? 'confirmed' : 'accepted_unconfirmed');
        end.decide({ reason: 'transferred', hungUpBy: 'agent' });
        return { status: 'done' };
      }
      case 'refused':
        settle('failed');
        return {
          status: 'failed',
          tell: 'The transfer was refused. Say so, and offer to take a message or to end the call.',
        };
      case 'unknown':
        settle('unknown');
        return {
          status: 'failed',
          tell: 'Nobody knows whether the transfer works. Do not try it again; offer to take a message.',
        };
    }
  };

  return {
    targetNames: [...targets.keys()],
    transfer: async (targetName) => {
      const target = targets.get(targetName);
      if (target === undefined)
        return { status: 'failed', tell: `There is no transfer target ${targetName}.` };
      if (watch.facts().activeAt === null) return { status: 'failed', tell: 'The call is not answered yet.' };
      if (running !== null) return { status: 'failed', tell: 'A transfer is already running. Wait.' };
      if (result?.result === 'unknown') {
        return { status: 'failed', tell: 'A transfer was tried and may still ring. Do not try another.' };
      }
      const attempt = refer(target);
      running = attempt;
      try {
        return await attempt;
      } finally {
        running = null;
      }
    },
    result: () => result,
    settled: async () => {
      await running?.catch(() => {});
    },
  };
};
