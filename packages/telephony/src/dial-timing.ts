/** How long a grant to dial is good for, on the job's own monotonic clock, in milliseconds. */
export const DIAL_WITHIN_MS = 3_000;
/** How often a running call tells the bridge that it is alive, in milliseconds. */
export const ALIVE_EVERY_MS = 2_000;
/** Without a sign of life for this long the bridge asks what became of the call, in milliseconds. */
export const LEASE_MS = 8_000;

/** The bounds and the default of `ring_timeout_seconds`. */
export const RING_TIMEOUT_SECONDS = { min: 5, max: 75, default: 45 } as const;

// livekit-server answers a waiting dial after 80 s at the latest (pkg/service/sip.go) and the SDK wants
// the request to outlast ringing by 2 s (dialTimeout.ts). 4 s leave room for the SIP service to join
// the room, which it does before ringing starts to count; 75 + 4 stays below 80.
const REQUEST_MARGIN_SECONDS = 4;
// A dial whose connection was lost is watched for this long after the ring time.
const WATCHDOG_MARGIN_SECONDS = 5;

export type DialTiming = {
  /** For `ringingTimeout` of CreateSIPParticipant; a fraction would make the SDK throw. */
  ringingTimeoutSeconds: number;
  /** For the SDK's `timeout`. */
  requestTimeoutSeconds: number;
  /** After this long the dial is given up whatever LiveKit says. */
  watchdogMs: number;
};

/**
 * The three clocks of one dial, each longer than the one before, so that the most telling one fires
 * first. Seconds in, whole seconds and milliseconds out; the ring time is cut to 5–75 s, a fraction is
 * dropped, and something that is not a number becomes the default.
 */
export const dialTiming = (ringTimeoutSeconds: number): DialTiming => {
  const { min, max, default: fallback } = RING_TIMEOUT_SECONDS;
  const asked = Number.isNaN(ringTimeoutSeconds) ? fallback : ringTimeoutSeconds;
  const ring = Math.floor(Math.min(max, Math.max(min, asked)));
  return {
    ringingTimeoutSeconds: ring,
    requestTimeoutSeconds: ring + REQUEST_MARGIN_SECONDS,
    watchdogMs: (ring + WATCHDOG_MARGIN_SECONDS) * 1_000,
  };
};
