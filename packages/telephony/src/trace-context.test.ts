import { describe, expect, test } from 'vitest';
import { acceptTraceparent, childTraceparent, traceFacts, traceparentSchema } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent that can be read is kept', () => {
  test.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-00`],
    ['without flags that we do not know', `00-${TRACE}-${SPAN}-ff`, `00-${TRACE}-${SPAN}-01`],
    ['of a later version', `cc-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`],
    ['of a later version that says more', `cc-${TRACE}-${SPAN}-01-what-comes`, `00-${TRACE}-${SPAN}-01`],
  ])('%s', (_name, header, kept) => expect(acceptTraceparent(header)).toBe(kept));
});

describe('anything else begins a new trace, which nobody sampled', () => {
  test.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['two headers', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['a list', [`00-${TRACE}-${SPAN}-01`]],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['version 00 that says more', `00-${TRACE}-${SPAN}-01-x`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['something behind it', `00-${TRACE}-${SPAN}-01\n+61491570156`],
  ])('%s', (_name, header) => {
    const traceparent = acceptTraceparent(header);
    expect(traceparent).toMatch(/-00$/);
    expect(traceparentSchema.safeParse(traceparent).success).toBe(true);
    expect(traceparent).not.toContain(TRACE);
    expect(acceptTraceparent(header)).not.toBe(traceparent);
  });
});

test.each(['00', '01'])(
  'what goes out has the same trace and flags %s, and a parent id of its own',
  (flags) => {
    const given = `00-${TRACE}-${SPAN}-${flags}`;
    const [one, other] = [childTraceparent(given), childTraceparent(given)];
    for (const child of [one, other]) {
      expect(traceparentSchema.safeParse(child).success).toBe(true);
      expect(child).toMatch(new RegExp(`^00-${TRACE}-.+-${flags}$`));
      expect(child).not.toContain(SPAN);
    }
    expect(one).not.toBe(other);
  },
);

test('a log line names the trace by its id, and no trace by nothing', () => {
  expect(traceFacts(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE });
  expect(traceFacts(null)).toEqual({});
});
