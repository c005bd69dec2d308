import { causeOf } from '../../errors.ts';

/** An HTTP answer, or why there is none. */
export type HttpAnswer =
  | {
      readonly status: 'answered';
      readonly code: number;
      readonly headers: Headers;
      /** Parsed JSON, else the text. */
      readonly body: unknown;
      /** Wall clock of this machine in the middle of the request, ms since 1970. */
      readonly at: number;
    }
  | { readonly status: 'away'; readonly reason: string };

/** A field of the object that was answered; `undefined` without an answer, an object or that field. */
export const fieldOf = (answer: HttpAnswer, name: string): unknown =>
  answer.status === 'answered' && typeof answer.body === 'object' && answer.body !== null
    ? Object.entries(answer.body).find(([key]) => key === name)?.[1]
    : undefined;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : causeOf(error);

/** Asks once, follows nothing. Never rejects. */
export const askHttp = async (
  url: string,
  timeoutMs: number,
  init: RequestInit = {},
): Promise<HttpAnswer> => {
  const asked = Date.now();
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answered = Date.now();
    return {
      status: 'answered',
      code: response.status,
      headers: response.headers,
      body: parse(await response.text()),
      at: (asked + answered) / 2,
    };
  } catch (error) {
    return { status: 'away', reason: reasonOf(error) };
  }
};
