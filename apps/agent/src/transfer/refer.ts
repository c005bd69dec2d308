import { setTimeout as pause } from 'node:timers/promises';
import { type TransferResult, toReferTo } from '@outdial/telephony';
import { accountCodeHeaders } from '../invite.ts';
import type { TransferDeps } from './ports.ts';

/**
 * livekit-sip counts any end of the leg after a 2xx to REFER as success and hangs up itself 1 s
 * after a true one (outbound.go, transferCall): a leg still there after this long was transferred.
 */
const CONFIRM_AFTER_MS = 250;

/**
 * Statuses after which no second leg is dialled. 408 and 504 tell of a time that is over, on some way that nobody
 * sees: the target may be ringing. The others come from the target's own phone, in a NOTIFY: it was rung already.
 */
const NO_SECOND_LEG: readonly number[] = [408, 504, 480, 487, 600, 607, 608];
const UNDECIDED: readonly number[] = [408, 504];

/**
 * What became of a REFER. `cut`: our own end of the leg came first. `refused`: by a status to the REFER or in the
 * final NOTIFY; `mayBridge` when that leaves nobody ringing.
 */
export type Referred =
  | { readonly status: 'transferred'; readonly result: TransferResult['result'] }
  | { readonly status: 'refused'; readonly mayBridge: boolean }
  | { readonly status: 'cut' | 'unknown' };

/** Sends the REFER, once, and waits for its final NOTIFY. */
export const refer = async (deps: TransferDeps, target: string): Promise<Referred> => {
  const { config, watch } = deps;
  const referTo = toReferTo(target, {
    form: config.TRANSFER_URI,
    host: config.TRANSFER_HOST ?? config.SIP_TRUNK_HOST,
    format: config.SIP_DIAL_FORMAT,
    homeCountry: config.DEFAULT_COUNTRY,
  });
  const answer = await deps.leg.refer(referTo, accountCodeHeaders(deps.call, config));
  switch (answer.status) {
    case 'accepted': {
      const gone = await Promise.race([watch.gone, pause(CONFIRM_AFTER_MS, null)]);
      // Our own end of the leg, which a cancel leads to, is no word of the carrier.
      if (gone?.cause === 'removed') return { status: 'cut' };
      return { status: 'transferred', result: gone === null ? 'confirmed' : 'accepted_unconfirmed' };
    }
    case 'refused':
      return UNDECIDED.includes(answer.sipStatus)
        ? { status: 'unknown' }
        : { status: 'refused', mayBridge: !NO_SECOND_LEG.includes(answer.sipStatus) };
    case 'unknown':
      return { status: 'unknown' };
  }
};
