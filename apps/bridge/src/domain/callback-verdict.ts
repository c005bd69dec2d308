/** What came of one attempt. `failed`: there was no answer; `refused`: the address may not be called. */
export type CallbackAnswer =
  | { readonly status: 'answered'; readonly httpStatus: number; readonly body: string }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'refused'; readonly reason: string };

/** What follows from it. `detail` is a sentence for the person who looks at the callback. */
export type CallbackVerdict =
  | { readonly status: 'delivered' }
  | { readonly status: 'retry'; readonly detail: string }
  | { readonly status: 'dead'; readonly detail: string };

const MOST_EXCERPT = 200;

/** Answers that no later attempt can change, and what they mean at n8n and elsewhere. */
const FINAL: Readonly<Record<number, string>> = {
  401: 'it wants a login that a callback does not carry, or did not accept the signature. In n8n, hand over the whole resume URL with its ?signature=…, set the authentication of the Wait or Webhook node to None and check the signature in the workflow.',
  404: 'nothing is there. In n8n: the execution waits no longer, the node’s method is not POST, the workflow is not active, or WEBHOOK_URL is wrong.',
  410: 'the address is gone for good.',
};
const FINISHED =
  'the execution has finished already, so it went on without this callback, unless an earlier attempt reached it. If it gave up waiting, raise the Wait node’s limit.';
const NOT_WAITING_YET = 'it is not ready for the callback yet (n8n: the Wait node has not been reached).';
const REDIRECT = 'redirects are not followed. Give the address that it leads to.';

// Foreign text: the database can store neither NUL nor half a surrogate pair.
const excerptOf = (body: string): string => {
  const text = body.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  if (text === '') return '';
  return ` It said: ${text.length > MOST_EXCERPT ? `${text.slice(0, MOST_EXCERPT).toWellFormed()}…` : text}`;
};

/**
 * Decides whether a callback is delivered, tried again or given up. The rules for 401, 404, 409 and 410
 * are those of n8n's Wait node: a 409 comes while the execution has not reached it, or has finished.
 */
export const judgeCallbackAnswer = (answer: CallbackAnswer): CallbackVerdict => {
  if (answer.status === 'refused') return { status: 'dead', detail: answer.reason };
  if (answer.status === 'failed') return { status: 'retry', detail: answer.reason };
  const { httpStatus, body } = answer;
  if (httpStatus >= 200 && httpStatus < 300) return { status: 'delivered' };
  const said = (meaning: string): string => `The receiver answered ${httpStatus}: ${meaning}`;
  if (httpStatus >= 300 && httpStatus < 400) return { status: 'retry', detail: said(REDIRECT) };
  if (httpStatus === 409) {
    return /\bfinished\b/i.test(body)
      ? { status: 'dead', detail: said(FINISHED) }
      : { status: 'retry', detail: said(NOT_WAITING_YET) };
  }
  const final = FINAL[httpStatus];
  if (final !== undefined) return { status: 'dead', detail: said(final) };
  return { status: 'retry', detail: `The receiver answered ${httpStatus}.${excerptOf(body)}` };
};
