import { createInterface } from 'node:readline';
import { ConfigError } from '@outdial/runtime';
import { InvalidArgumentError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { type Check, fail, skipped } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { createContext } from '../doctor/context.ts';
import { redactor } from '../doctor/redact.ts';
import { countsOf, resultLines, summaryLine } from '../doctor/report.ts';
import { type Result, runChecks } from '../doctor/run-checks.ts';
import { placeTestCall } from '../doctor/test-call.ts';
import { CliError } from '../errors.ts';
import type { Verb, VerbDeps } from '../verb.ts';

type Options = {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly livekitSip?: string;
  readonly call?: string;
  readonly yes?: true;
};

const CALL_ID = 'call';
const ID_WIDTH = Math.max(...CHECKS.map(({ id }) => id.length));

const checkIds = (text: string): readonly string[] => {
  const ids = text.split(',').map((id) => id.trim());
  const strange = ids.filter((id) => !CHECKS.some((check) => check.id === id));
  if (strange.length === 0) return ids;
  throw new InvalidArgumentError(
    `${strange.join(', ')} is no check; ${CHECKS.map(({ id }) => id).join(', ')} are.`,
  );
};

const chosen = ({ only, skip = [] }: Options): readonly Check[] =>
  CHECKS.filter(({ id }) => (only === undefined || only.includes(id)) && !skip.includes(id));

const says = async (deps: VerbDeps, question: string): Promise<string> => {
  deps.note(question);
  deps.prompt('> ');
  const lines = createInterface({ input: deps.input });
  try {
    for await (const line of lines) return line.trim().toLowerCase();
    return '';
  } finally {
    lines.close();
  }
};

const testCall = async (deps: VerbDeps, number: string, options: Options): Promise<Result> => {
  const agreed =
    options.yes === true ||
    (await says(
      deps,
      `${number} will ring now, and the call costs what calls cost. Type yes to place it.`,
    )) === 'yes';
  if (!agreed) {
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

const doctor = async (deps: VerbDeps, options: Options): Promise<void> => {
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

/** `outdial doctor`: looks at everything that a call needs, and says how to mend what is wrong. It needs no bridge. */
export const doctorVerb: Verb = (program, deps) => {
  program
    .command('doctor')
    .description(
      'look at everything that a call needs, and say how to mend what is wrong; no bridge is needed',
    )
    .option('--json', 'print the findings as JSON')
    .option('--only <checks>', 'only these, a comma between them', checkIds)
    .option('--skip <checks>', 'all but these', checkIds)
    .option('--livekit-sip <path>', 'the livekit-sip program of this machine, to see its version')
    .option(
      '--call <number>',
      'place a test call through the bridge, and say what it proves of SIP and sound',
    )
    .option('--yes', 'place it without asking')
    .action((options: Options) => doctor(deps, options));
};
