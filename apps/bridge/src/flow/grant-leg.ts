import type { LegAnswer, LegRequest } from '@outdial/telephony';
import { grantedLeg, judgeLeg, legRefused } from '../domain/bridged-leg.ts';
import type { DispatchLimits } from '../domain/claim-place.ts';
import { type DialSettings, DO_NOT_CALL } from '../domain/guard-rails.ts';
import { capRails } from '../domain/history-rails.ts';
import { pausedSentence } from '../domain/pause.ts';
import { refusalsOf } from '../domain/rail-verdict.ts';
import type { CallStore } from '../ports.ts';
import { advance } from './advance.ts';
import { countUsage } from './count-usage.ts';
import { playbookOf } from './grant-call.ts';

type Deps = {
  readonly calls: CallStore;
  readonly settings: DialSettings;
  readonly limits: DispatchLimits;
};

/** `not_granted`: the asker holds no grant for the call. */
export type LegResult =
  | { readonly status: 'not_found' | 'not_granted' }
  | { readonly status: 'answered'; readonly answer: LegAnswer };

const blocked = (message: string): LegResult => ({
  status: 'answered',
  answer: legRefused('blocked', { message }),
});

/**
 * Lets the job that holds a call dial one of its transfer targets as a second leg, once for each target:
 * claim, place and intent to dial in one change of a locked row.
 */
export const grantLeg = async (deps: Deps, id: string, request: LegRequest): Promise<LegResult> => {
  const found = await deps.calls.find(id);
  if (found === null) return { status: 'not_found' };
  return deps.calls.transaction(async (tx): Promise<LegResult> => {
    // The trunk before the call, as whoever starts calls does: so nobody waits in a circle.
    const load = await tx.lockTrunk(found.trunk);
    const locked = await tx.lockCall(id);
    if (locked === null) return { status: 'not_found' };
    const { call, now } = locked;
    if (call.grantToken !== request.token) return { status: 'not_granted' };
    const target = playbookOf(call).transfer_targets.find(({ name }) => name === request.target);
    const { limits, settings } = deps;
    const verdict = judgeLeg({ call, target, load, limits, settings, now });
    if (verdict.status === 'answer') return { status: 'answered', answer: verdict.answer };
    if ((await tx.findListed([verdict.leg.key])).length > 0) return blocked(DO_NOT_CALL);
    const pause = await tx.holdSwitch();
    if (pause !== null) return blocked(pausedSentence(pause));
    // It costs as much as a call. Hours and cool-down are the callee's: a target is called for whoever is on the line.
    const usage = await countUsage(tx, call, settings.caps, null, 'start');
    const [full] = refusalsOf(capRails(settings.caps, usage, call));
    if (full !== undefined) return blocked(full.detail);
    await advance(tx, locked, { type: 'leg_granted', leg: verdict.leg });
    return { status: 'answered', answer: grantedLeg(verdict.leg, now) };
  });
};
