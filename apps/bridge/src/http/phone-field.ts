import { parsePhoneNumber } from '@outdial/telephony';
import { HttpError } from '../errors.ts';

/**
 * The number (E.164) that a parameter names, in any spelling that POST /dispatch takes.
 *
 * @throws HttpError `validation_failed` when it is none.
 */
export const phoneField = (field: string, text: string, country: string): string => {
  const parsed = parsePhoneNumber(text, country);
  if (parsed.status === 'ok') return parsed.number.e164;
  const { reason: detail } = parsed;
  throw new HttpError('validation_failed', `${field}: ${detail}`, {
    errors: [{ pointer: `/${field}`, detail }],
  });
};
