import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { Agent, type Dispatcher, request } from 'undici';
import {
  type AllowedHosts,
  checkCallbackUrl,
  isAllowedAddress,
  notAllowed,
} from '../../domain/callback-target.ts';
import type { CallbackAnswer } from '../../domain/callback-verdict.ts';
import { type CallbackLimits, explainFailure } from './explain-failure.ts';

/** One attempt: where to, the event's id (the same on every attempt) and the JSON text. */
export type CallbackRequest = {
  readonly url: string;
  readonly id: string;
  readonly body: string;
  /** W3C Trace Context; goes out as it is. */
  readonly traceparent?: string | null;
  readonly now?: Date;
};

export type CallbackSenderOptions = {
  /** `whsec_…`, as `checkSigningSecret` wants them; one signature each. None: callbacks are not signed. */
  readonly secrets: readonly string[];
  readonly allowedHosts: AllowedHosts;
  /** `Outdial/<version>` */
  readonly userAgent: string;
  readonly limits?: CallbackLimits;
  /** Every address of a name. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
};

export type CallbackSender = {
  /** Makes one attempt. Never throws: what goes wrong is in the answer. */
  readonly send: (callback: CallbackRequest) => Promise<CallbackAnswer>;
  /** Waits `patienceMs` for the attempts that are under way, then breaks them off: they count as failed. */
  readonly close: (patienceMs: number) => Promise<void>;
};

const LIMITS: CallbackLimits = { totalMs: 15_000, connectMs: 5_000 };
// Only the words of a refusal are of interest.
const MOST_ANSWER_BYTES = 4_096;

const resolveBySystem = (host: string) => promisify(systemLookup)(host, { all: true });

class AddressRefused extends Error {}

/** Gives the connection only addresses that were checked, so that no second look-up can lead elsewhere. */
const checkedLookup =
  (resolve: (host: string) => Promise<readonly LookupAddress[]>, allowed: AllowedHosts): LookupFunction =>
  (host, _options, callback) => {
    const checked = async (): Promise<LookupAddress[]> => {
      const addresses = (await resolve(host)).filter(({ address }) =>
        isAllowedAddress(address, host, allowed),
      );
      if (addresses.length === 0) throw new AddressRefused(notAllowed(host));
      return addresses;
    };
    checked().then(
      (addresses) => callback(null, addresses),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

/** The first bytes of an answer; what a receiver that breaks off had said until then. */
const beginningOf = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= MOST_ANSWER_BYTES) break;
    }
  } catch {
    // The status has come, and it decides.
  }
  return Buffer.concat(parts).subarray(0, MOST_ANSWER_BYTES).toString('utf8');
};

/**
 * Sends callbacks as Standard Webhooks: `webhook-id`, `webhook-timestamp` (seconds) and, with secrets,
 * one `v1,<base64>` per secret in `webhook-signature`, a space between them. The signature is HMAC-SHA256
 * over `id.timestamp.body` with the bytes that the secret's base64 stands for.
 */
export const createCallbackSender = (options: CallbackSenderOptions): CallbackSender => {
  const limits = options.limits ?? LIMITS;
  const signers = options.secrets.map((secret) => new Webhook(secret));
  const agent = new Agent({
    // A connection of its own for each attempt: one that was kept may be closed by the receiver just
    // as it is used again, and a callback is too rare to gain from it.
    pipelining: 0,
    allowH2: false,
    connect: {
      timeout: limits.connectMs,
      autoSelectFamily: true,
      lookup: checkedLookup(options.resolve ?? resolveBySystem, options.allowedHosts),
    },
  });

  const headersOf = ({
    id,
    body,
    traceparent = null,
    now = new Date(),
  }: CallbackRequest): Record<string, string> => ({
    'content-type': 'application/json',
    'user-agent': options.userAgent,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    ...(traceparent !== null && { traceparent }),
    ...(signers.length > 0 && {
      'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
    }),
  });

  const attempt = async (callback: CallbackRequest): Promise<CallbackAnswer> => {
    const answer = await request(callback.url, {
      method: 'POST',
      headers: headersOf(callback),
      body: callback.body,
      signal: AbortSignal.timeout(limits.totalMs),
      dispatcher: agent,
    });
    return { status: 'answered', httpStatus: answer.statusCode, body: await beginningOf(answer.body) };
  };

  return {
    send: async (callback) => {
      // Again, though the door did: the list may have changed since, and an address is not looked up.
      const verdict = checkCallbackUrl(callback.url, options.allowedHosts);
      if (verdict.status === 'refused') return verdict;
      try {
        return await attempt(callback);
      } catch (error) {
        if (error instanceof AddressRefused) return { status: 'refused', reason: error.message };
        const { host } = new URL(callback.url);
        return { status: 'failed', reason: explainFailure(error, host, limits) };
      }
    },
    close: async (patienceMs) => {
      const timer = setTimeout(() => void agent.destroy(), patienceMs);
      await agent.close();
      clearTimeout(timer);
    },
  };
};
