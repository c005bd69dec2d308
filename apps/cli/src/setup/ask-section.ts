import type { Asker } from '../ask.ts';
import { CliError } from '../errors.ts';
import type { Tried } from './probes.ts';
import type { Answers, Question, Section } from './sections.ts';

/** How the answers of a run come about. */
export type Interview = {
  /** `null`: nobody is asked; what is there already, and the defaults, are the answers. */
  readonly ask: Asker | null;
  readonly note: (text: string) => void;
};

/** Typed to make a name unset again. */
const CLEAR = '-';

const wrongWith = (question: Question, value: string): string | null => {
  if (value === '') return question.optional ? null : 'It is needed.';
  return question.check?.(value) ?? null;
};

const hint = (question: Question, before: string): string => {
  if (before !== '') return question.secret ? ' [keep the one that is set]' : ` [${before}]`;
  return question.optional ? ' [none]' : '';
};

const unattended = (question: Question, before: string): string => {
  const problem = wrongWith(question, before);
  if (problem === null) return before;
  throw new CliError(
    `${question.name}: ${problem} Give it with --set ${question.name}=… or in the environment.`,
  );
};

const askOne = async ({ ask, note }: Interview, question: Question, answers: Answers): Promise<string> => {
  const present = answers[question.name] ?? '';
  const before = present === '' ? (question.fallback?.(answers) ?? '') : present;
  if (ask === null) return unattended(question, before);
  for (;;) {
    const secret = question.secret === true;
    const typed = await ask.line(`${question.text}${hint(question, before)}: `, { secret });
    const value = typed === '' ? before : typed === CLEAR ? '' : typed;
    const problem = wrongWith(question, value);
    if (problem === null) return value;
    note(`  ${problem}`);
  }
};

const askAll = async (interview: Interview, section: Section, before: Answers): Promise<Answers> => {
  let answers = before;
  for (const question of section.questions) {
    if (question.when?.(answers) === false) continue;
    answers = { ...answers, [question.name]: await askOne(interview, question, answers) };
  }
  return answers;
};

/** A section with its answers, and what trying them showed. */
export type Asked = { readonly answers: Answers; readonly tried: readonly Tried[] };

/** Asks a section and tries it; where that fails, a person is asked again or keeps the answers as they are. */
export const askSection = async (interview: Interview, section: Section, before: Answers): Promise<Asked> => {
  const { ask, note } = interview;
  note(`\n${section.title}\n${section.about}`);
  let answers = before;
  for (;;) {
    answers = await askAll(interview, section, answers);
    const tried = await section.attempt(answers);
    for (const { status, seen } of tried) note(`  ${status === 'ok' ? '✓' : '✗'} ${seen}`);
    const failed = tried.some(({ status }) => status === 'wrong');
    if (!failed || ask === null || !(await ask.yes('Answer these again?', true))) return { answers, tried };
  }
};
