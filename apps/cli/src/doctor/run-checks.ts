import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { type Check, type Finding, fail } from './check.ts';
import type { DoctorContext } from './context.ts';

/** A check with its finding. */
export type Result = Finding & { readonly id: string };

/** Several steps of `timeoutMs` each, with some to spare. */
const STEPS = 4;

const bounded = async (check: Check, context: DoctorContext): Promise<Finding> => {
  const limitMs = context.timeoutMs * STEPS;
  const timer = new AbortController();
  const late = delay(limitMs, null, { signal: timer.signal }).then(
    () =>
      fail(`This check did not end within ${limitMs / 1000} s.`, 'Run it again; if it stays so, tell us.'),
    () => fail('This check was given up.', 'Run it again.'),
  );
  const work = check.run(context).catch((error: unknown) => {
    // A check that breaks is a fault of ours; it must not hide what the others found.
    return fail(`This check broke: ${messageOf(error)}`, 'Please report it, with this output.');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
};

/**
 * Runs the checks side by side and tells each result in the checks' order, as soon as those before it are known.
 * Never rejects.
 */
export const runChecks = async (
  checks: readonly Check[],
  context: DoctorContext,
  tell: (result: Result) => void,
): Promise<readonly Result[]> => {
  const running = checks.map(async (check) => ({ id: check.id, ...(await bounded(check, context)) }));
  const results: Result[] = [];
  for (const one of running) {
    const result = await one;
    results.push(result);
    tell(result);
  }
  return results;
};
