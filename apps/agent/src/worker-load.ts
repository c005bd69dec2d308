/** What a worker knows of how busy it is. */
export type WorkerLoad = {
  readonly jobs: number;
  /** Jobs that it may have at once. */
  readonly mostJobs: number;
  /** How late its timers fire of late, ms. */
  readonly lateMs: number;
};

/** livekit-server gives no job to a worker that reports this or more (its `agents.target_load`). */
export const FULL = 0.7;
/** Timers this late mean that the host has more to do than it can: sound would be late as well. */
export const TOO_LATE_MS = 200;

/**
 * The load to report, 0 to 1: below `FULL` there is room for a call, by the jobs and by how late the host is,
 * whichever is worse. Among several workers LiveKit prefers the lowest.
 */
export const workerLoad = ({ jobs, mostJobs, lateMs }: WorkerLoad): number => {
  const share = Math.max(jobs / mostJobs, lateMs / TOO_LATE_MS);
  return share >= 1 ? 1 : share * (FULL - 0.01);
};
