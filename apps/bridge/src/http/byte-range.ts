/** What a `Range` header asks for; `whole` also for what need not be understood. */
export type ByteRange =
  | { readonly status: 'whole' }
  /** Both included. */
  | { readonly status: 'part'; readonly start: number; readonly end: number }
  | { readonly status: 'unsatisfiable' };

/** Reads a single range of bytes (RFC 9110 section 14.1.2); several at once are answered with the whole. */
export const parseByteRange = (header: string | undefined, size: number): ByteRange => {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return { status: 'whole' };
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0
      ? { status: 'unsatisfiable' }
      : { status: 'part', start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return { status: 'whole' };
  return start >= size ? { status: 'unsatisfiable' } : { status: 'part', start, end };
};
