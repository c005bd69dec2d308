import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { DoNotCallEntry, ImportReport, LineRemark, Page } from '../answers.ts';
import { CliError, messageOf } from '../errors.ts';
import { facts, printable, table } from '../layout.ts';
import { show, type Verb, type VerbDeps, wholeNumber, withJson } from '../verb.ts';

type Json = { readonly json?: true };
type ListOptions = Json & { readonly source?: string; readonly limit?: number; readonly cursor?: string };
type Note = Json & { readonly note?: string };

const pathOf = (number: string): string => `/do-not-call/${encodeURIComponent(number)}`;

const entryTable = (entries: readonly DoNotCallEntry[]): string =>
  table(
    ['NUMBER', 'SOURCE', 'SINCE', 'CALL', 'NOTE'],
    entries.map(({ number, source, created_at, call_id, note }) => [
      number,
      source,
      created_at,
      call_id,
      note,
    ]),
  );

const entryLines = (entry: DoNotCallEntry): string =>
  facts([
    ['number', entry.number],
    ['source', entry.source],
    ['since', entry.created_at],
    ['call', entry.call_id],
    ['note', entry.note],
  ]);

const remark = ({ line, value, detail }: LineRemark): string =>
  printable(`line ${line}: ${value === '' ? '(empty)' : value}: ${detail}`);

const importLines = ({ added, already_there, blocked, bad, doubtful }: ImportReport): string =>
  [
    ...doubtful.map(remark),
    ...bad.map(remark),
    `${added} added, ${already_there} there already, ${doubtful.length} doubtful, ${bad.length} not read.`,
    ...(blocked === 0 ? [] : [`${blocked} waiting calls ended canceled / blocked.`]),
  ].join('\n');

const readList = async (file: string): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${messageOf(cause)}.`, { cause });
  }
};

const listAction =
  (deps: VerbDeps) =>
  async ({ source, limit, cursor, ...options }: ListOptions): Promise<void> => {
    const query = { source, limit, cursor };
    const answer = await deps.bridge().get<Page<DoNotCallEntry>>('/do-not-call', query);
    show(deps, options, answer, ({ data }) => (data.length === 0 ? 'The list is empty.' : entryTable(data)));
    if (answer.body.next !== null && !options.json) deps.note(`There are more: --cursor ${answer.body.next}`);
  };

const addList = (parent: Command, deps: VerbDeps): void => {
  withJson(
    parent
      .command('list')
      .description('numbers that are never dialled, newest first')
      .addOption(new Option('--source <source>', 'only these').choices(['callee', 'api', 'import']))
      .option('--limit <n>', 'at most so many', wholeNumber)
      .option('--cursor <cursor>', 'go on where the list before ended'),
  ).action(listAction(deps));
};

const addCheck = (parent: Command, deps: VerbDeps): void => {
  withJson(
    parent
      .command('check')
      .description('whether a number is on the list; the exit code is 1 when it is')
      .argument('<number>', 'any spelling'),
  ).action(async (number: string, options: Json) => {
    const answer = await deps.bridge().get<Page<DoNotCallEntry>>('/do-not-call', { number });
    show(deps, options, answer, ({ data: [entry] }) =>
      entry === undefined ? 'The number is not on the list.' : entryLines(entry),
    );
    if (answer.body.data.length > 0) deps.sayNo();
  });
};

const addChanges = (parent: Command, deps: VerbDeps): void => {
  withJson(
    parent
      .command('add')
      .description('never dial this number again; needs a key with the scope admin')
      .argument('<number>', 'any spelling')
      .option('--note <text>', 'why'),
  ).action(async (number: string, { note, ...options }: Note) => {
    const body = note === undefined ? {} : { note };
    show(deps, options, await deps.bridge().put<DoNotCallEntry>(pathOf(number), body), entryLines);
  });
  withJson(
    parent
      .command('remove')
      .description('take a number off the list; needs a key with the scope admin')
      .argument('<number>', 'any spelling'),
  ).action(async (number: string, options: Json) => {
    const answer = await deps.bridge().delete<DoNotCallEntry>(pathOf(number));
    show(deps, options, answer, (entry) => `Taken off the list:\n${entryLines(entry)}`);
  });
};

const addImport = (parent: Command, deps: VerbDeps): void => {
  withJson(
    parent
      .command('import')
      .description('put the numbers of a file on the list; needs a key with the scope admin')
      .argument('<file>', 'CSV as a spreadsheet saves it, or a JSON list (.json)')
      .option('--note <text>', 'why, for lines without a note of their own'),
  ).action(async (file: string, { note, ...options }: Note) => {
    const type = /\.json$/i.test(file) ? 'application/json' : 'text/csv';
    const answer = await deps
      .bridge()
      .upload<ImportReport>('/do-not-call/import', { note }, await readList(file), type);
    show(deps, options, answer, importLines);
    if (answer.body.bad.length > 0) deps.sayNo();
  });
};

/** `outdial do-not-call`: the numbers that are never dialled. */
export const doNotCallVerb: Verb = (program, deps) => {
  const parent = program.command('do-not-call').description('the numbers that are never dialled');
  for (const add of [addList, addCheck, addChanges, addImport]) add(parent, deps);
};
