export type { Backup, Backups } from './ports/backups.ts';
export type { CallStore } from './ports/call-store.ts';
export type { Alarm, CallTransaction, LockedCall } from './ports/call-transaction.ts';
export type { ChangeFeed } from './ports/change-feed.ts';
export type { DoNotCallFilter, DoNotCallStore } from './ports/do-not-call-store.ts';
export {
  type LiveKit,
  type LiveKitHint,
  LiveKitRejected,
  LiveKitUnavailable,
  type ReadLiveKitWebhook,
} from './ports/livekit.ts';
export type { Playbooks } from './ports/playbooks.ts';
export type { RecordingReceipt, RecordingStore } from './ports/recording-store.ts';
export { StoreUnavailable } from './ports/store-unavailable.ts';
export type {
  CallbackFilter,
  CallFilter,
  Position,
  PurgeFilter,
  QueueState,
  StoredEvent,
  StoreMeasure,
} from './ports/store-views.ts';
