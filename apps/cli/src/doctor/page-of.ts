import { fieldOf, type HttpAnswer } from './probes/http.ts';

/** The entries of a list of the bridge; `null` when the answer is none. */
export const pageOf = <T>(answer: HttpAnswer): readonly T[] | null => {
  const data = fieldOf(answer, 'data');
  return answer.status === 'answered' && answer.code === 200 && Array.isArray(data) ? data : null;
};
