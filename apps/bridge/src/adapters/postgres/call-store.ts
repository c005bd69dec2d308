import { type Kysely, sql } from 'kysely';
import type { CallStore, CallTransaction } from '../../ports.ts';
import * as accept from './accept-queries.ts';
import * as calls from './call-queries.ts';
import * as care from './care-queries.ts';
import * as dispatch from './dispatch-queries.ts';
import type { Database } from './schema.ts';
import { translateStoreErrors as translated } from './store-error.ts';

const transactionOn = (db: Kysely<Database>): CallTransaction => ({
  lockRequest: (request) => accept.lockRequest(db, request),
  findByKey: (apiKeyName, key) => accept.findByKey(db, apiKeyName, key),
  findDuplicate: (fingerprint, windowMs) => accept.findDuplicate(db, fingerprint, windowMs),
  insert: (call) => accept.insertCall(db, call),
  lockCall: (id) => calls.lockCall(db, id),
  save: (id, change) => calls.saveCall(db, id, change),
  insertReport: (callId, report) => calls.insertReport(db, callId, report),
});

/** The records of all calls, on PGlite or Postgres alike: one statement a function, no rules here. */
export const createCallStore = (db: Kysely<Database>): CallStore => ({
  transaction: (work) => translated(() => db.transaction().execute((tx) => work(transactionOn(tx)))),
  find: (id) => translated(() => calls.findCall(db, id)),
  list: (filter, position, limit) => translated(() => calls.listCalls(db, filter, position, limit)),
  ping: () =>
    translated(async () => {
      await sql`select 1`.execute(db);
    }),
  claimQueued: (limits, nextDispatchInMs) =>
    translated(() =>
      db.transaction().execute(async (tx) => {
        await dispatch.lockClaims(tx);
        return dispatch.claimQueued(tx, limits, nextDispatchInMs);
      }),
    ),
  claimRedispatch: (id, number, nextDispatchInMs) =>
    translated(() => dispatch.claimRedispatch(db, id, number, nextDispatchInMs)),
  saveDispatchId: (id, number, dispatchId) =>
    translated(() => dispatch.saveDispatchId(db, id, number, dispatchId)),
  grant: (request) => translated(() => dispatch.grantCall(db, request)),
  findWithGrantTime: (id) => translated(() => dispatch.findWithGrantTime(db, id)),
  findExpired: () => translated(() => care.findExpired(db)),
  findDueForRedispatch: () => translated(() => care.findDueForRedispatch(db)),
  findWithoutAgent: (afterMs) => translated(() => care.findWithoutAgent(db, afterMs)),
  findLeasesOver: (leaseMs) => translated(() => care.findLeasesOver(db, leaseMs)),
  findCancelsOverdue: (afterMs) => translated(() => care.findCancelsOverdue(db, afterMs)),
  findRoomsToClear: (graceMs) => translated(() => care.findRoomsToClear(db, graceMs)),
  saveRoomsCleared: (id) => translated(() => care.saveRoomsCleared(db, id)),
});
