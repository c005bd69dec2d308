import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
// Standard Webhooks specification, symmetric signatures.
const LEAST_BYTES = 24;

/**
 * A new secret for `CALLBACK_SIGNING_SECRET`: `whsec_` and the base64 of 32 characters that can be
 * typed. By the standard the key is what the base64 stands for, and n8n's Crypto node takes a key as
 * text only: of a secret made here, that text is the decoded one, 32 characters, and HMAC (SHA256,
 * base64) of `<webhook-id>.<webhook-timestamp>.<raw body>` with it is what follows `v1,` in
 * `webhook-signature`.
 */
export const newSigningSecret = (): string =>
  PREFIX + Buffer.from(randomBytes(LEAST_BYTES).toString('base64url')).toString('base64');

/** What is wrong with a signing secret, in a sentence without the secret; `null` when it is right. */
export const checkSigningSecret = (secret: string): string | null => {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; written again it shows.
  if (encoded !== '' && key.toString('base64') === encoded && key.length >= LEAST_BYTES) return null;
  return `A secret is not ${PREFIX} and the base64 of at least ${LEAST_BYTES} bytes (try: echo "${PREFIX}$(openssl rand -hex 16 | tr -d '\\n' | base64)").`;
};
