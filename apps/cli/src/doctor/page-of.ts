import type { HttpAnswer } from './probes/http.ts';

/** The entries of a list of the bridge; `null` when the answer is none. */
export const pageOf = <T>(answer: HttpAnswer): readonly T[] | null =>
  answer.status === 'answered' &&
  answer.code === 200 &&
  typeof answer.body === 'object' &&
  answer.body !== null &&
  'data' in answer.body &&
  Array.isArray(answer.body.data)
    ? answer.body.data
    : null;
