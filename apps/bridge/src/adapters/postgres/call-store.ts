import type { Kysely } from 'kysely';
import type { Alarm, CallStore, CallTransaction } from '../../ports.ts';
import * as accept from './accept-queries.ts';
import * as calls from './call-queries.ts';
import * as callbacks from './callback-queries.ts';
import * as caps from './cap-queries.ts';
import * as care from './care-queries.ts';
import * as dispatch from './dispatch-queries.ts';
import * as doNotCall from './do-not-call-queries.ts';
import * as events from './event-queries.ts';
import * as keepsakes from './keepsake-queries.ts';
import * as killSwitch from './kill-switch-queries.ts';
import { measure } from './measure-queries.ts';
import { readQueue } from './queue-queries.ts';
import type { Database } from './schema.ts';
import { translateStoreErrors as translated } from './store-error.ts';

/** Sets an alarm inside a transaction. */
export type SetAlarm = (tx: Kysely<Database>, alarm: Alarm, at: Date | null) => Promise<void>;

/** What may be done inside a transaction `db`. */
export const transactionOn = (db: Kysely<Database>, setAlarm: SetAlarm): CallTransaction => ({
  lockRequest: (request) => accept.lockRequest(db, request),
  findByKey: (apiKeyName, key) => accept.findByKey(db, apiKeyName, key),
  findDuplicate: (fingerprint, windowMs) => accept.findDuplicate(db, fingerprint, windowMs),
  countCalls: (call, limits, at, phase) => caps.countCalls(db, call, limits, at, phase),
  insert: (call) => accept.insertCall(db, call),
  findRepetitions: (id) => calls.findRepetitions(db, id),
  lockCall: (id) => calls.lockCall(db, id),
  lockTrunk: (trunk) => dispatch.lockTrunk(db, trunk),
  lockNextQueued: (trunk) => dispatch.lockNextQueued(db, trunk),
  save: (id, change) => calls.saveCall(db, id, change),
  lastEndReasons: (trunk, limit) => calls.lastEndReasons(db, trunk, limit),
  insertReport: (callId, report) => calls.insertReport(db, callId, report),
  findListed: (numbers) => doNotCall.findListed(db, numbers),
  addOptOut: (number, callId) => doNotCall.addOptOut(db, number, callId),
  holdSwitch: () => killSwitch.holdSwitch(db),
  savePause: (pause) => killSwitch.savePause(db, pause),
  endPause: () => killSwitch.endPause(db),
  tell: async (callId, told, at, callbacksFor, endDueAt) => {
    if (told.length > 0) await events.insertEvents(db, callId, told, at);
    return callbacksFor.length === 0 ? [] : events.insertCallbacks(db, callId, callbacksFor, at, endDueAt);
  },
  addRecipient: (callId, recipient) => events.insertRecipient(db, callId, recipient),
  copyRecipients: (from, to) => events.copyRecipients(db, from, to),
  findCallbacksOf: (ids) => callbacks.findCallbacksOf(db, ids),
  claimCallback: (id, claimMs) => callbacks.claimCallback(db, id, claimMs),
  endAttempt: (claimed, changes) => callbacks.endAttempt(db, claimed, changes),
  saveCallback: (id, change) => callbacks.saveCallback(db, id, change),
  hurryCallbacks: (callId, event) => keepsakes.hurryCallbacks(db, callId, event),
  saveTranscript: (callId, turns) => keepsakes.saveTranscript(db, callId, turns),
  deleteTranscript: (callId) => keepsakes.deleteTranscript(db, callId),
  deleteTraces: (callId) => keepsakes.deleteTraces(db, callId),
  readNow: () => calls.readNow(db),
  setAlarm: (alarm, at) => setAlarm(db, alarm, at),
});

/**
 * The records of all calls, on PGlite or Postgres alike: one statement a function, no rules here.
 * `checkSpace` throws when nothing may be written; reading goes on.
 */
export const createCallStore = (
  db: Kysely<Database>,
  setAlarm: SetAlarm,
  checkSpace: () => void = () => {},
): CallStore => ({
  transaction: (work) =>
    translated(() => {
      checkSpace();
      return db.transaction().execute((tx) => work(transactionOn(tx, setAlarm)));
    }),
  find: (id) => translated(() => calls.findCall(db, id)),
  list: (filter, position, limit) => translated(() => calls.listCalls(db, filter, position, limit)),
  now: () =>
    translated(() => {
      checkSpace();
      return calls.readNow(db);
    }),
  saveDispatchId: (id, number, dispatchId) =>
    translated(() => dispatch.saveDispatchId(db, id, number, dispatchId)),
  findExpired: () => translated(() => care.findExpired(db)),
  findDueForRedispatch: (trunk) => translated(() => care.findDueForRedispatch(db, trunk)),
  findWithoutAgent: (afterMs) => translated(() => care.findWithoutAgent(db, afterMs)),
  findLeasesOver: (leaseMs) => translated(() => care.findLeasesOver(db, leaseMs)),
  mendTimes: () => translated(() => care.mendTimes(db)),
  adoptCalls: (trunk) => translated(() => care.adoptCalls(db, trunk)),
  findLegsToEnd: (graceMs) => translated(() => care.findLegsToEnd(db, graceMs)),
  findRoomsToClear: (graceMs) => translated(() => care.findRoomsToClear(db, graceMs)),
  saveRoomsCleared: (id) => translated(() => care.saveRoomsCleared(db, id)),
  findEndedBetween: (from, to) => translated(() => care.findEndedBetween(db, from, to)),
  findOpen: () => translated(() => care.findOpen(db)),
  findLive: () => translated(() => care.findLive(db)),
  readPause: () => translated(() => killSwitch.readPause(db)),
  readQueue: (trunk, limit) => translated(() => readQueue(db, trunk, limit)),
  findTranscript: (id) => translated(() => keepsakes.findTranscript(db, id)),
  findResultsOverdue: (limit) => translated(() => keepsakes.findResultsOverdue(db, limit)),
  findKept: (days, limit, except) => translated(() => keepsakes.findKept(db, days, limit, except)),
  findToPurge: (filter, settled, limit) =>
    translated(() => keepsakes.findToPurge(db, filter, settled, limit)),
  listEvents: (after, callId, limit) => translated(() => events.listEvents(db, after, callId, limit)),
  lastEventId: () => translated(() => events.lastEventId(db)),
  callbacksOf: (ids) => translated(() => callbacks.findCallbacksOf(db, ids)),
  listCallbacks: (filter, position, limit) =>
    translated(() => callbacks.listCallbacks(db, filter, position, limit)),
  findDueCallbacks: () => translated(() => callbacks.findDueCallbacks(db)),
  setStandingEndpoint: (id, recipient) => translated(() => events.setStandingEndpoint(db, id, recipient)),
  measure: () => translated(() => measure(db)),
});
