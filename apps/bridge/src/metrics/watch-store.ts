import { type CallReport, isFinal } from '@outdial/telephony';
import type { CallStore, CallTransaction } from '../ports.ts';
import type { BridgeMetrics } from './bridge-metrics.ts';

type Told = 'accepted' | 'dispatched' | 'granted' | 'ended' | 'lateLeg' | 'callbackTried' | 'agentSaid';

/** What is counted here. */
export type StoreFigures = Pick<BridgeMetrics, Told>;

const speechOf = (report: CallReport) => (report.type === 'ended' ? report.speech : undefined);

const watched = (
  tx: CallTransaction,
  figures: StoreFigures,
  later: (count: () => void) => void,
): CallTransaction => ({
  ...tx,
  insert: async (call) => {
    later(figures.accepted);
    return tx.insert(call);
  },
  save: async (id, change) => {
    const call = await tx.save(id, change);
    const { dispatchNumber, dialingAt, status, lateLeg } = change;
    if (dispatchNumber !== undefined) later(() => figures.dispatched(dispatchNumber));
    if (dialingAt !== undefined) later(() => figures.granted(call));
    // A final status is written once, and never changes.
    if (status !== undefined && isFinal(status)) later(() => figures.ended(call));
    if (lateLeg === true) later(figures.lateLeg);
    return call;
  },
  insertReport: async (callId, report) => {
    const isNew = await tx.insertReport(callId, report);
    const speech = speechOf(report);
    if (isNew && speech !== undefined) later(() => figures.agentSaid(speech));
    return isNew;
  },
  endAttempt: async (claimed, change) => {
    const callback = await tx.endAttempt(claimed, change);
    // A claim that is only let go was no attempt.
    if (callback !== null && change.status !== undefined) later(() => figures.callbackTried(callback));
    return callback;
  },
});

/**
 * Counts what becomes of calls where all of it passes by: in what is written. Only what was committed counts; a
 * commit whose answer got lost does not.
 */
export const watchStore = (calls: CallStore, figures: StoreFigures): CallStore => ({
  ...calls,
  transaction: async (work) => {
    const counts: (() => void)[] = [];
    const done = await calls.transaction((tx) => work(watched(tx, figures, (count) => counts.push(count))));
    for (const count of counts) count();
    return done;
  },
});
