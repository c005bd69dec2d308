import { isUtf8 } from 'node:buffer';

/**
 * The text that was signed, from the bytes that came; null when they are no UTF-8: decoding would make other bytes
 * of them than those that the signature is about.
 */
export const signedText = (body: string | Buffer): string | null => {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
};
