import { PLAYBOOK_NAME, toTransferUri } from '@outdial/telephony';
import type { z } from 'zod';
import { didYouMean } from '../closest.ts';
import type { Playbook } from '../playbook.ts';
import { variableText } from '../variables.ts';
import { checkPlaceholders } from './check-placeholders.ts';
import { type FrontMatter, readFrontMatter } from './front-matter.ts';
import { FRONT_MATTER_FIELDS, frontMatterSchema } from './playbook-schema.ts';
import type { PlaybookProblem } from './problem.ts';
import { resultSchemaProblem } from './result-schema.ts';

/** A playbook's file, read. */
export type ParsedPlaybook =
  | { readonly status: 'ok'; readonly playbook: Playbook }
  | { readonly status: 'invalid'; readonly problems: readonly PlaybookProblem[] };

export type ParseOptions = {
  /** The file as problems name it; its last part without `.md` is the playbook's name. */
  readonly file: string;
  /** The country in which national numbers of transfer targets are read. */
  readonly defaultCountry: string;
};

/** What is wrong at a place of the front matter. */
export type Complaint = { readonly path: readonly PropertyKey[]; readonly message: string };

const LONGEST_INSTRUCTIONS = 20_000;

const nameOf = (file: string): string => file.replace(/^.*[/\\]/, '').replace(/\.md$/, '');

const complaintsOf = (issue: z.core.$ZodIssue): readonly Complaint[] => {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 ? FRONT_MATTER_FIELDS : [];
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `There is no such field.${didYouMean(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message }];
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined && issue.path.length === 1;
  return [{ path: issue.path, message: missing ? `${String(issue.path[0])} is missing.` : issue.message }];
};

const toPlaybook = (name: string, front: z.output<typeof frontMatterSchema>, text: string): Playbook => ({
  name,
  description: front.description ?? null,
  language: front.language,
  voice: front.voice ?? null,
  greeting: front.greeting,
  instructions: text,
  tools: front.tools,
  transfer_targets: Object.entries(front.transfer_targets).map(([target, { target: uri, description }]) => ({
    name: target,
    description: description ?? null,
    target: uri,
  })),
  voicemail_message: front.voicemail_message ?? null,
  recording_notice: front.recording_notice ?? null,
  silence: front.silence,
  max_call_seconds: front.max_call_seconds ?? null,
  variables: Object.entries(front.variables).map(([variable, { description, required, default: value }]) => ({
    name: variable,
    description: description ?? null,
    default: value === undefined ? (required === false ? '' : null) : String(value),
  })),
  result_schema: front.result ?? null,
});

const checkTargets = (playbook: Playbook, defaultCountry: string): readonly Complaint[] => {
  const complaints: Complaint[] = [];
  for (const { name, target } of playbook.transfer_targets) {
    if (target.includes('{{')) continue;
    const read = toTransferUri(target, { defaultCountry });
    if (read.status === 'invalid') {
      complaints.push({ path: ['transfer_targets', name], message: read.reason });
    }
  }
  if (playbook.transfer_targets.length > 0 && !playbook.tools.includes('transfer_call')) {
    const message = 'It names transfer targets, but not the tool for them; add transfer_call.';
    complaints.push({ path: ['tools'], message });
  }
  return complaints;
};

const checkDefaults = (playbook: Playbook): readonly Complaint[] =>
  playbook.variables.flatMap(({ name, default: value }) => {
    const read = value === null ? null : variableText(value);
    return read?.status === 'invalid'
      ? [{ path: ['variables', name, 'default'], message: `It cannot be used: ${read.reason}.` }]
      : [];
  });

const read = (front: FrontMatter, name: string, options: ParseOptions): Playbook | readonly Complaint[] => {
  // "voice:" with nothing behind it says nothing.
  const said = Object.fromEntries(Object.entries(front.data).filter(([, value]) => value !== null));
  const parsed = frontMatterSchema.safeParse(said, { reportInput: true });
  if (!parsed.success) return parsed.error.issues.flatMap(complaintsOf);
  const { data } = parsed;
  const playbook = toPlaybook(name, data, front.text);
  const complaints: Complaint[] = [
    ...checkTargets(playbook, options.defaultCountry),
    ...checkDefaults(playbook),
  ];
  const wrong = data.result === undefined ? null : resultSchemaProblem(data.result);
  if (wrong !== null) complaints.push({ path: ['result', ...wrong.path], message: wrong.message });
  if (data.name !== undefined && data.name !== name) {
    complaints.push({
      path: ['name'],
      message: `The file is called ${name}.md, and that is its name: write "${name}", or leave this line out.`,
    });
  }
  return complaints.length > 0 ? complaints : playbook;
};

/** Reads a playbook's file and finds every problem in it. Never throws. */
export const parsePlaybook = (content: string, options: ParseOptions): ParsedPlaybook => {
  const { file } = options;
  const at = (line: number, field: string | null, message: string) => ({ file, line, field, message });
  const name = nameOf(file);
  if (!PLAYBOOK_NAME.test(name)) {
    const message =
      'The file’s name is the playbook’s: small letters, digits, "_" and "-", beginning with a letter, at most 40, then ".md".';
    return { status: 'invalid', problems: [at(1, null, message)] };
  }
  const split = readFrontMatter(content);
  if (split.status === 'invalid') {
    return {
      status: 'invalid',
      problems: split.problems.map(({ line, message }) => at(line, null, message)),
    };
  }
  const { front } = split;
  const result = read(front, name, options);
  const problems: PlaybookProblem[] = [];
  if ('name' in result)
    problems.push(...checkPlaceholders(result, front).map((found) => ({ file, ...found })));
  else {
    for (const { path, message } of result) {
      problems.push(at(front.lineOf(path), path.map(String).join('.') || null, message));
    }
  }
  if (front.text === '') {
    problems.push(
      at(
        front.textLine,
        'instructions',
        'The text below the settings is empty; it is what the agent is to do.',
      ),
    );
  }
  if (front.text.length > LONGEST_INSTRUCTIONS) {
    problems.push(
      at(front.textLine, 'instructions', `The text is longer than ${LONGEST_INSTRUCTIONS} characters.`),
    );
  }
  return problems.length === 0 && 'name' in result
    ? { status: 'ok', playbook: result }
    : { status: 'invalid', problems: problems.sort((left, right) => left.line - right.line) };
};
