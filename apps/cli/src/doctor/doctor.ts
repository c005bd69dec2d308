import { ConfigError } from '@outdial/runtime';
import packageJson from '../../package.json' with { type: 'json' };
import { confirm } from '../ask.ts';
import { CliError } from '../errors.ts';
import type { VerbDeps } from '../verb.ts';
import { type Check, fail, skipped } from './check.ts';
import { CHECKS } from './checks.ts';
import { createContext } from './context.ts';
import { redactor } from './redact.ts';
import { countsOf, resultLines, summaryLine } from './report.ts';
import { type Result, runChecks } from './run-checks.ts';
import { placeTestCall } from './test-call.ts';

/** The options of the verb, as commander gives them. */
export type DoctorOptions = {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly livekitSip?: string;
  readonly call?: string;
  readonly yes?: true;
};

const CALL_ID = 'call';
const ID_WIDTH = Math.max(...CHECKS.map(({ id }) => id.length));

/** The names that are no check's, as a sentence; `null` when each is one. */
export const strangeChecks = ({ only = [], skip = [] }: DoctorOptions): string | null => {
  const strange = [...only, ...skip].filter((id) => !CHECKS.some((check) => check.id === id));
  return strange.length === 0
    ? null
    : `${strange.map((id) => `"${id}"`).join(', ')} is no check; ${CHECKS.map(({ id }) => id).join(', ')} are.`;
};

const chosen = ({ only, skip = [] }: DoctorOptions): readonly Check[] =>
  CHECKS.filter(({ id }) => (only === undefined || only.includes(id)) && !skip.includes(id));

const testCall = async (deps: VerbDeps, number: string, options: DoctorOptions): Promise<Result> => {
  const question = `${number} will ring now, and the call costs what calls cost. Place it?`;
  if (options.yes !== true && (await confirm(deps.ask(), question)) !== true) {
    return {
      id: CALL_ID,
      ...skipped('No call was placed: it was not agreed to.', 'Answer yes, or give --yes.'),
    };
  }
  try {
    return { id: CALL_ID, ...(await placeTestCall(deps.bridge(), number, deps.note)) };
  } catch (error) {
    // What the checks found is still to be shown.
    if (!(error instanceof CliError || error instanceof ConfigError)) throw error;
    return { id: CALL_ID, ...fail(error.message, 'See bridge and bridge-key.') };
  }
};

/** Runs the checks and, where it is asked for and agreed to, the test call; prints what was found. */
export const doctor = async (deps: VerbDeps, options: DoctorOptions): Promise<void> => {
  const env = deps.environment();
  const clean = redactor(env);
  const cleaned = (result: Result): Result => ({
    ...result,
    seen: clean(result.seen),
    mend: result.mend === null ? null : clean(result.mend),
  });
  const tell = (result: Result) => {
    if (!options.json) deps.print(resultLines(cleaned(result), ID_WIDTH));
  };
  const checks = chosen(options);
  if (!options.json) deps.note(`Looking at ${checks.length} things, side by side.`);
  const context = createContext({ env, dir: process.cwd(), livekitSip: options.livekitSip });
  const results: Result[] = [...(await runChecks(checks, context, tell))];
  if (options.call !== undefined) {
    const result = await testCall(deps, options.call, options);
    results.push(result);
    tell(result);
  }
  const ok = results.every(({ verdict }) => verdict !== 'fail');
  if (options.json) {
    const counts = countsOf(results);
    const { version } = packageJson;
    deps.print(JSON.stringify({ ok, version, counts, checks: results.map(cleaned) }, null, 2));
  } else {
    deps.print(summaryLine(results));
  }
  if (!ok) deps.sayNo();
};
