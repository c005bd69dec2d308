import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The three Standard Webhooks headers that go with a signed body. */
export type SignatureHeaders = {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
};

type SentHeaders = Readonly<Record<string, string | string[] | undefined>>;

// As the library judges it (Standard Webhooks).
const CLOCK_TOLERANCE_SECONDS = 5 * 60;

const single = (headers: SentHeaders, name: keyof SignatureHeaders): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

const webhook = (secret: string): Webhook => new Webhook(secret, { format: 'raw' });

/**
 * Signs what the agent says to the bridge: HMAC-SHA256 over `id.timestamp.body` with
 * `AGENT_REPORT_SECRET` as it is written (Standard Webhooks specification, symmetric signatures).
 */
export const signReport = (secret: string, id: string, body: string, now = new Date()): SignatureHeaders => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  'webhook-signature': webhook(secret).sign(id, now, body),
});

/** Whether these headers could go with a signed body, which `verifyReport` then judges; known before the body is. */
export const mayBeSigned = (headers: SentHeaders): boolean => {
  const at = single(headers, 'webhook-timestamp');
  return (
    /^\d{1,12}$/.test(at) &&
    // The library counts whole seconds.
    Math.abs(Date.now() / 1000 - Number(at)) <= CLOCK_TOLERANCE_SECONDS + 1 &&
    single(headers, 'webhook-signature') !== ''
  );
};

/** Whether `body` was signed with `secret` within the last five minutes; false for anything else. */
export const verifyReport = (secret: string, headers: SentHeaders, body: string): boolean => {
  try {
    const signature = {
      'webhook-id': single(headers, 'webhook-id'),
      'webhook-timestamp': single(headers, 'webhook-timestamp'),
      'webhook-signature': single(headers, 'webhook-signature'),
    };
    // What the body says is the reader's business; here only who signed it counts.
    webhook(secret).verify(body, signature, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
};
