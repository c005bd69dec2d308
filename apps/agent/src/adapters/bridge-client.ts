import { randomUUID } from 'node:crypto';
import { signReport } from '@outdial/runtime';
import { childTraceparent } from '@outdial/telephony';

const REQUEST_TIMEOUT_MS = 2_000;

/** Posts signed JSON about one call to the bridge: `/agent/calls/<callId>/<path>`. */
export type BridgeClient = (
  callId: string,
  path: 'grant' | 'legs' | 'reports',
  body: string,
  /** The trace of the call, once it is known. */
  traceparent?: string | null,
) => Promise<Response>;

/** The header that takes the call's trace on to the bridge; none without a trace. */
export const traceHeader = (traceparent: string | null): Readonly<Record<string, string>> =>
  traceparent === null ? {} : { traceparent: childTraceparent(traceparent) };

/**
 * A client of the bridge at `bridgeUrl`; rejects when the bridge cannot be reached in 2 s. The signed
 * id begins with the call's, so that a message to one call is no message to another.
 */
export const createBridgeClient =
  (bridgeUrl: string, secret: string): BridgeClient =>
  (callId, path, body, traceparent = null) =>
    fetch(`${bridgeUrl.replace(/\/$/, '')}/agent/calls/${encodeURIComponent(callId)}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...traceHeader(traceparent),
        ...signReport(secret, `${callId}.${randomUUID()}`, body),
      },
      body,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
