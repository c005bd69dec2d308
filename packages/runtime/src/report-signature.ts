import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The three Standard Webhooks headers that go with a signed body. */
export type SignatureHeaders = {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
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

/** Whether `body` was signed with `secret` within the last five minutes; false for anything else. */
export const verifyReport = (
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): boolean => {
  const single = (name: keyof SignatureHeaders): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  try {
    const signature = {
      'webhook-id': single('webhook-id'),
      'webhook-timestamp': single('webhook-timestamp'),
      'webhook-signature': single('webhook-signature'),
    };
    // What the body says is the reader's business; here only who signed it counts.
    webhook(secret).verify(body, signature, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
};
