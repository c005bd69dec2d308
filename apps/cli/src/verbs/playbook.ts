import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type FilledPlaybook, fillPlaybook, findPlaybook } from '@outdial/playbooks';
import { listPlaybookFiles, openPlaybookFolder, parsePlaybook, problemLine } from '@outdial/playbooks/files';
import { type PlaybookSettings, readModelAccess, readPlaybookSettings } from '../config.ts';
import { CliError, codeOf } from '../errors.ts';
import { createModelClient } from '../talk/model-client.ts';
import { talk } from '../talk/talk.ts';
import { collectVariable, type Variables } from '../variables.ts';
import type { Verb, VerbDeps } from '../verb.ts';

type TalkOptions = {
  readonly var: Variables;
  readonly accountCode?: string;
  readonly callerName?: string;
  readonly destination: string;
};

const listFiles = async (dir: string): Promise<readonly string[]> => {
  try {
    return (await listPlaybookFiles(dir)).map((file) => join(dir, file));
  } catch (error) {
    throw new CliError(
      `There are no playbooks in ${dir} (${codeOf(error)}); name files, or set PLAYBOOKS_DIR.`,
    );
  }
};

const problemsIn = async (file: string, { defaultCountry }: PlaybookSettings): Promise<readonly string[]> => {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    return [`${file}:1: It cannot be read (${codeOf(error)}).`];
  }
  const parsed = parsePlaybook(content, { file, defaultCountry });
  return parsed.status === 'ok' ? [] : parsed.problems.map(problemLine);
};

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const check = async (deps: VerbDeps, named: readonly string[]): Promise<void> => {
  const settings = readPlaybookSettings(deps.environment());
  const files = named.length > 0 ? named : await listFiles(settings.dir);
  const found = await Promise.all(files.map((file) => problemsIn(file, settings)));
  for (const line of found.flat()) deps.print(line);
  const broken = found.filter((problems) => problems.length > 0).length;
  if (broken === 0) return deps.note(`${count(files.length, 'playbook')}, no problem`);
  deps.note(`${count(found.flat().length, 'problem')} in ${broken} of ${count(files.length, 'playbook')}`);
  deps.sayNo();
};

const choose = async (
  name: string,
  settings: PlaybookSettings,
  options: TalkOptions,
): Promise<FilledPlaybook> => {
  const { dir, defaultCountry, mustExist } = settings;
  const found = findPlaybook(await openPlaybookFolder(dir, { defaultCountry, mustExist }).read(), name);
  if (found.status === 'refused') throw new CliError(found.detail);
  const filled = fillPlaybook(found.playbook, {
    greeting: null,
    instructions: null,
    variables: options.var,
    builtIn: {
      account_code: options.accountCode ?? null,
      caller_name: options.callerName ?? null,
      destination: options.destination,
    },
  });
  if (filled.status === 'refused') throw new CliError(`${filled.detail} Give each as --var name=value.`);
  return filled.playbook;
};

const startTalk = async (deps: VerbDeps, name: string, options: TalkOptions): Promise<void> => {
  const env = deps.environment();
  const access = readModelAccess(env);
  const playbook = await choose(name, readPlaybookSettings(env), options);
  deps.note(
    `${playbook.name}, with the model ${access.model} at ${access.url}. An empty line says nothing; Ctrl-D hangs up.`,
  );
  const lines = createInterface({ input: deps.input });
  try {
    await talk({
      playbook,
      ask: createModelClient(access),
      lines,
      print: deps.print,
      prompt: () => deps.prompt('you    '),
    });
  } finally {
    lines.close();
  }
};

/** `outdial playbook`: checks playbooks, and lets one talk in the terminal. Neither needs a bridge. */
export const playbookVerb: Verb = (program, deps) => {
  const playbook = program
    .command('playbook')
    .description('check playbooks, or talk with one; no bridge is needed');
  playbook
    .command('check')
    .description('find every problem in playbooks; exit code 1 if there is one')
    .argument('[files...]', 'default: all in PLAYBOOKS_DIR')
    .action((files: readonly string[]) => check(deps, files));
  playbook
    .command('talk')
    .description('talk with a playbook, in writing, with the model of OPENAI_BASE_URL and LLM_MODEL')
    .argument('<name>', 'its file in PLAYBOOKS_DIR, without .md')
    .option('--var <name=value>', 'a variable, as often as needed', collectVariable, {})
    .option('--account-code <code>', 'the built-in variable account_code')
    .option('--caller-name <name>', 'the built-in variable caller_name')
    .option('--destination <number>', 'the built-in variable destination', '+61491570156')
    .action((name: string, options: TalkOptions) => startTalk(deps, name, options));
};
