import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { signReport } from '@outdial/runtime';
import { type CallResult, recordingClaimText } from '@outdial/telephony';
import { traceHeader } from './bridge-client.ts';

const RESULT_TIMEOUT_MS = 10_000;
const RECORDING_TIMEOUT_MS = 10 * 60 * 1000;

/**
 * Hands the words and the sound of ended calls to the bridge, `traceparent` the call's trace. Both give the HTTP
 * status, and reject when there is none.
 */
export type KeepsakeClient = {
  sendResult(callId: string, result: CallResult, traceparent: string | null): Promise<number>;
  /** Streams the file at `path`; its digest is signed in its place. */
  sendRecording(callId: string, token: string, path: string, traceparent: string | null): Promise<number>;
};

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** A client of the bridge at `bridgeUrl`, which signs as `createBridgeClient` does. */
export const createKeepsakeClient = (bridgeUrl: string, secret: string): KeepsakeClient => {
  const urlOf = (callId: string, what: 'result' | 'recording'): string =>
    `${bridgeUrl.replace(/\/$/, '')}/agent/calls/${encodeURIComponent(callId)}/${what}`;
  const statusOf = async (answer: Promise<Response>): Promise<number> => {
    const response = await answer;
    await response.body?.cancel();
    return response.status;
  };
  return {
    sendResult: (callId, result, traceparent) => {
      const body = JSON.stringify(result);
      return statusOf(
        fetch(urlOf(callId, 'result'), {
          method: 'PUT',
          headers: {
            'content-type': 'application/json',
            ...traceHeader(traceparent),
            ...signReport(secret, `${callId}.${randomUUID()}`, body),
          },
          body,
          signal: AbortSignal.timeout(RESULT_TIMEOUT_MS),
        }),
      );
    },
    sendRecording: async (callId, token, path, traceparent) => {
      const { size: bytes } = await stat(path);
      const sha256 = await sha256Of(path);
      const signed = recordingClaimText({ token, bytes, sha256 });
      return statusOf(
        fetch(urlOf(callId, 'recording'), {
          method: 'PUT',
          headers: {
            'content-type': 'audio/ogg',
            ...traceHeader(traceparent),
            'x-outdial-token': token,
            'x-outdial-bytes': String(bytes),
            'x-outdial-sha256': sha256,
            ...signReport(secret, `${callId}.${randomUUID()}`, signed),
          },
          body: Readable.toWeb(createReadStream(path)) as ReadableStream,
          duplex: 'half',
          signal: AbortSignal.timeout(RECORDING_TIMEOUT_MS),
        }),
      );
    },
  };
};
