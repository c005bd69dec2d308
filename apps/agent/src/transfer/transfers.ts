import { bridgedTarget, type TransferResult, type TransferTarget } from '@outdial/telephony';
import { sentencesFor } from '../talk/sentences.ts';
import type { TransferAnswer } from '../tools/transfer-call.ts';
import { dialTarget } from './bridge.ts';
import type { TransferDeps } from './ports.ts';
import { refer } from './refer.ts';
import { failed, TOLD } from './words.ts';

const DONE: TransferAnswer = { status: 'done' };

/** The results of a transfer by this way to this target. */
const resultBy =
  (mode: TransferResult['mode'], target: string) =>
  (result: TransferResult['result']): TransferResult => ({ target, mode, result });

/** The transfers of one call: one at a time, named targets only, each target's phone tried at most once. */
export type Transfers = {
  readonly targets: readonly TransferTarget[];
  transfer(targetName: string): Promise<TransferAnswer>;
  /** The last result, `null` when none was tried; `unknown` while nobody knows. */
  result(): TransferResult | null;
  /** Whether callee and target talk with each other: the agent only watches. */
  bridged(): boolean;
  /** The dial of a target that may still be under way, for whoever takes the call down. */
  pending(): Promise<unknown> | null;
  /** Resolves when no transfer is running. */
  settled(): Promise<void>;
};

/**
 * Makes the call's transfers. The ladder of TRANSFER_MODE `auto`: REFER, and only after a refusal that leaves
 * nobody ringing a second leg of our own. A transfer that succeeds decides the call's end.
 */
export const createTransfers = (deps: TransferDeps): Transfers => {
  const { call, config, watch, ledger, end } = deps;
  const targets = call.playbook.transfer_targets;
  let result: TransferResult | null = null;
  let running: Promise<unknown> | null = null;
  let pending: Promise<unknown> | null = null;
  let ringing = false;
  let bridged = false;
  const tried = new Set<string>();

  const phoneOf = ({ uri }: TransferTarget): string => {
    const where = bridgedTarget(uri, {
      format: config.SIP_DIAL_FORMAT,
      country: config.DEFAULT_COUNTRY,
      trunkHost: config.SIP_TRUNK_HOST,
    });
    return where.status === 'ok' ? where.key : uri;
  };
  const isOver = () => end.current() !== null || watch.facts().gone !== null;
  const settle = (next: TransferResult) => {
    result = next;
    ledger.note({ type: 'transfer', transfer: next });
  };

  const byRefer = async (target: TransferTarget): Promise<TransferAnswer | 'bridge'> => {
    const { uri } = target;
    const became = resultBy('refer', uri);
    // A call that ends before the answer comes leaves a target that may be ringing.
    result = became('unknown');
    tried.add(phoneOf(target));
    const answer = await refer(deps, uri);
    switch (answer.status) {
      case 'transferred':
        settle(became(answer.result));
        end.decide({ reason: 'transferred', hungUpBy: 'agent' });
        return DONE;
      case 'cut':
        settle(became('unknown'));
        return DONE;
      case 'refused':
        if (config.TRANSFER_MODE === 'auto' && answer.mayBridge && !isOver()) {
          result = became('failed');
          return 'bridge';
        }
        settle(became('failed'));
        return failed('refused');
      case 'unknown':
        settle(became('unknown'));
        return { status: 'failed', tell: TOLD.unknown };
    }
  };

  const byBridge = async (target: TransferTarget): Promise<TransferAnswer> => {
    const became = resultBy('bridge', target.uri);
    const answer = await dialTarget(deps, target, isOver, (dialing) => {
      pending = dialing;
      tried.add(phoneOf(target));
      ringing = true;
      result = became('unknown');
    });
    ringing = false;
    switch (answer.status) {
      case 'answered':
        bridged = true;
        settle(became('confirmed'));
        return DONE;
      case 'over':
        settle(became('failed'));
        return DONE;
      case 'failed':
        settle(became('failed'));
        return failed(answer.why);
      case 'unknown':
        settle(became('unknown'));
        return { status: 'failed', tell: TOLD.unknown };
    }
  };

  const attempt = async (target: TransferTarget): Promise<TransferAnswer> => {
    await deps.voice().say(sentencesFor(call.playbook.language).transfer);
    // Whoever hung up while it was announced is not transferred.
    if (isOver()) return DONE;
    const referred = config.TRANSFER_MODE === 'bridge' ? 'bridge' : await byRefer(target);
    return referred === 'bridge' ? byBridge(target) : referred;
  };

  return {
    targets,
    transfer: async (targetName) => {
      const target = targets.find(({ name }) => name === targetName);
      if (target === undefined)
        return { status: 'failed', tell: `There is no transfer target ${targetName}.` };
      if (watch.facts().activeAt === null) return { status: 'failed', tell: 'The call is not answered yet.' };
      if (bridged) return DONE;
      if (running !== null) return { status: 'failed', tell: 'A transfer is already running. Wait.' };
      if (result?.result === 'unknown') return { status: 'failed', tell: TOLD.mayRing };
      if (tried.has(phoneOf(target))) return { status: 'failed', tell: TOLD.tried };
      const attempted = attempt(target);
      running = attempted;
      try {
        return await attempted;
      } finally {
        running = null;
      }
    },
    // Nobody was connected when the call ended while the target was still ringing.
    result: () =>
      ringing && result !== null && end.current() !== null ? { ...result, result: 'failed' } : result,
    bridged: () => bridged,
    pending: () => pending,
    settled: async () => {
      await running?.catch(() => {});
    },
  };
};
