import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Accepted } from '../answers.ts';
import { type Asker, NoAnswer } from '../ask.ts';
import { acceptedLine, callLines } from '../call-lines.ts';
import { CliError } from '../errors.ts';
import { askSection } from '../setup/ask-section.ts';
import { type EnvFile, openEnvFile, type Values } from '../setup/env-file.ts';
import { newSecrets } from '../setup/new-secrets.ts';
import { type Answers, SECTIONS } from '../setup/sections.ts';
import { planLines } from '../trunk/trunk-lines.ts';
import type { Verb, VerbDeps } from '../verb.ts';
import { waitForEnd } from '../wait-for-end.ts';

type Options = {
  readonly file: string;
  readonly set: Values;
  readonly yes?: true;
  readonly trunk?: true;
  readonly call?: string;
};

const NAMES = new Set(SECTIONS.flatMap(({ questions }) => questions.map(({ name }) => name)));

const collectValue = (text: string, before: Values): Values => {
  const [, name, value] = /^([A-Z_]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as NAME=value.');
  if (!NAMES.has(name)) throw new InvalidArgumentError(`It knows ${[...NAMES].join(', ')}.`);
  return { ...before, [name]: value };
};

const changed = (answers: Answers, before: Answers): Values =>
  Object.fromEntries(Object.entries(answers).filter(([name, value]) => (before[name] ?? '') !== value));

const save = async (deps: VerbDeps, file: EnvFile, values: Values): Promise<void> => {
  if (Object.keys(values).length === 0 || !(await file.save(values))) return;
  const names = Object.keys(values);
  deps.note(`  ${file.path}: ${names.join(', ')}`);
  const effective = deps.environment();
  const hidden = names.filter((name) => (effective[name] ?? '') !== values[name]);
  if (hidden.length > 0) {
    deps.note(
      `  ${hidden.join(', ')}: also set in the environment of this shell or in .env.local, and that value counts.`,
    );
  }
};

const setUpTrunk = async (deps: VerbDeps, file: EnvFile, ask: Asker | null, forced: boolean) => {
  deps.note(`
The trunk
The carrier's address and login go to LiveKit with each call. They can be kept in LiveKit instead, as a trunk.`);
  if (!forced && (ask === null || !(await ask.yes('Make that trunk, or bring it up to date?', false))))
    return;
  const { applyPlan, planFromEnvironment } = await import('../trunk/run-trunk.ts');
  const planned = await planFromEnvironment(deps, {});
  deps.note(planLines(planned.plan));
  const { trunk, changes } = planned.plan;
  const nothingToDo = trunk !== null && changes.length === 0;
  if (!nothingToDo && !forced && !(await ask?.yes('Apply it?', true))) return;
  await save(deps, file, { SIP_TRUNK_ID: nothingToDo ? trunk.id : await applyPlan(planned) });
};

const isBridgeUp = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}/readyz`, { signal: AbortSignal.timeout(3_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
};

// Docker Compose reads .env alone, npm start both files.
const howToCall = (file: string): string => `Start bridge and agent, then call your own phone:
  ${file === '.env' ? 'docker compose up -d   (or: npm start)' : 'npm start'}
  pnpm outdial call "<your number>" --wait`;

const firstCall = async (
  deps: VerbDeps,
  ask: Asker | null,
  { file, call: given }: Options,
): Promise<void> => {
  deps.note('\nThe first call');
  if (!(await isBridgeUp(deps.environment().BRIDGE_URL ?? 'http://127.0.0.1:8080')))
    return deps.note(howToCall(file));
  deps.note(
    'The bridge is running. It reads its settings when it starts: if they were changed here, start it anew.',
  );
  const number = given ?? (await ask?.line('Your own phone number, to be called now [not now]: ')) ?? '';
  if (number === '') return deps.note('To call your own phone: pnpm outdial call "<your number>" --wait');
  // From here on Ctrl-C ends the waiting at once.
  ask?.close();
  const bridge = deps.bridge();
  const accepted = (
    await bridge.post<Accepted>('/dispatch', {
      destination: number,
      idempotency_key: `setup-${randomUUID()}`,
    })
  ).body;
  deps.note(acceptedLine(accepted));
  const ended = (await waitForEnd(bridge, accepted.id, deps.note)).body;
  deps.print(callLines(ended));
  if (ended.status !== 'completed') deps.sayNo();
};

const interview = async (deps: VerbDeps, file: EnvFile, ask: Asker | null, options: Options) => {
  let saved: Answers = deps.environment();
  let answers: Answers = { ...saved, ...options.set };
  let failed = 0;
  for (const section of SECTIONS) {
    const asked = await askSection({ ask, note: deps.note }, section, answers);
    answers = asked.answers;
    failed += asked.tried.filter(({ status }) => status === 'wrong').length;
    // After each section: whoever stops here goes on from here.
    await save(deps, file, changed(answers, saved));
    saved = answers;
  }
  deps.note('\nSecrets');
  await save(deps, file, newSecrets(deps.environment()));
  deps.note('  Those that were missing are made; nobody has to know them but this file and your workflow.');
  return failed;
};

const setUp = async (deps: VerbDeps, options: Options): Promise<void> => {
  const ask = options.yes === true ? null : deps.ask();
  const file = openEnvFile(join(process.cwd(), options.file));
  deps.note(
    `This writes ${options.file}. Enter keeps what stands in [brackets], - makes it empty, Ctrl-C stops: what was
answered until then is kept, and the next run goes on with it.`,
  );
  try {
    const failed = await interview(deps, file, ask, options);
    await setUpTrunk(deps, file, ask, options.trunk === true);
    if (file.backup() !== null) deps.note(`\nThe file as it was: ${file.backup()}`);
    if (failed === 0) return await firstCall(deps, ask, options);
    // No call with settings that are known not to work.
    deps.note(`${failed} answer${failed === 1 ? '' : 's'} did not work, see ✗ above.`);
    deps.sayNo();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CliError(`\nStopped. What was answered is in ${file.path}; run it again to go on.`);
  } finally {
    ask?.close();
  }
};

/** `outdial setup`: from nothing to a first call. It asks, tries, and writes an environment file. */
export const setupVerb: Verb = (program, deps) => {
  program
    .command('setup')
    .description(
      'from nothing to a first call: asks, tries each answer, writes .env.local; no bridge is needed',
    )
    .addOption(
      new Option('--file <file>', 'the file to write; Docker Compose reads .env alone')
        .choices(['.env.local', '.env'])
        .default('.env.local'),
    )
    .option(
      '--set <NAME=value>',
      'an answer, as often as needed; it is still asked without --yes',
      collectValue,
      {},
    )
    .option('--yes', 'ask nothing: take what is set, --set and the defaults')
    .option('--trunk', 'make the trunk in LiveKit, or bring it up to date, without asking')
    .option('--call <number>', 'call this phone at the end, if the bridge runs')
    .action((options: Options) => setUp(deps, options));
};
