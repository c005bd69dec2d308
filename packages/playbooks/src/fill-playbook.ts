import { didYouMean } from './closest.ts';
import { fillPlaceholders, holdsExpression, placeholdersIn, strayBraces } from './placeholders.ts';
import type { FilledPlaybook, Playbook } from './playbook.ts';
import { BUILT_IN_VARIABLES, type BuiltInVariable, isBuiltIn, variableText } from './variables.ts';

/** What a call says of its playbook's texts; `null` where it is silent. */
export type CallTexts = {
  readonly greeting: string | null;
  readonly instructions: string | null;
  /** As the request gave them: nothing about them is known yet. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly builtIn: Readonly<Record<BuiltInVariable, string | null>>;
};

/** A playbook ready for one call, or why it cannot be: `field` is the request's. Values are never named. */
export type FillResult =
  | { readonly status: 'filled'; readonly playbook: FilledPlaybook }
  | {
      readonly status: 'refused';
      readonly code: 'variables_missing' | 'variables_unknown' | 'variables_invalid';
      readonly field: 'variables' | 'greeting' | 'instructions';
      readonly detail: string;
    };

type Refusal = Extract<FillResult, { status: 'refused' }>;

const refuse = (code: Refusal['code'], field: Refusal['field'], detail: string): Refusal => ({
  status: 'refused',
  code,
  field,
  detail,
});

const NOT_EVALUATED = 'an n8n expression that was not evaluated; set its field to "Expression" in n8n';

const plural = (names: readonly string[]): string =>
  names.length === 1 ? `the variable ${names[0]}` : `the variables ${names.join(', ')}`;

// The fixed rules of every call tell the model what these marks mean.
const asData = (text: string): string =>
  `<data>${text.replace(/[<>]/g, (sign) => (sign === '<' ? '‹' : '›'))}</data>`;

const textsOf = (playbook: Playbook): readonly string[] => [
  playbook.greeting,
  playbook.instructions,
  playbook.voicemail_message ?? '',
  playbook.recording_notice ?? '',
  ...playbook.silence.prompts,
  ...playbook.transfer_targets.map(({ target }) => target),
];

/** Every value by its name, or the first reason why there are not all of them. */
const valuesFor = (playbook: Playbook, call: CallTexts): ReadonlyMap<string, string> | Refusal => {
  const used = new Set(textsOf(playbook).flatMap((text) => placeholdersIn(text).map(({ name }) => name)));
  const declared = new Map(playbook.variables.map((variable) => [variable.name, variable]));
  const known = new Set([...declared.keys(), ...used]);

  for (const name of Object.keys(call.variables)) {
    if (isBuiltIn(name)) {
      const detail = `The variable ${name} is taken from the request's own field ${name}; leave it out of variables.`;
      return refuse('variables_unknown', 'variables', detail);
    }
    if (known.has(name)) continue;
    const has = [...known].filter((candidate) => !isBuiltIn(candidate));
    const there = has.length === 0 ? 'It has none.' : `It has ${has.join(', ')}.`;
    const detail = `The playbook "${playbook.name}" has no variable ${name}.${didYouMean(name, has)} ${there}`;
    return refuse('variables_unknown', 'variables', detail);
  }

  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(call.variables)) {
    if (value === null) continue;
    const read = variableText(value);
    if (read.status === 'invalid') {
      return refuse('variables_invalid', 'variables', `The variable ${name} cannot be used: ${read.reason}.`);
    }
    if (holdsExpression(read.text)) {
      return refuse('variables_invalid', 'variables', `The variable ${name} holds ${NOT_EVALUATED}.`);
    }
    values.set(name, read.text);
  }
  for (const { name, default: value } of playbook.variables) {
    // What a workflow sends for an empty cell says nothing.
    if ((values.get(name) ?? '') === '' && value !== null) values.set(name, value);
  }
  for (const name of BUILT_IN_VARIABLES) values.set(name, call.builtIn[name] ?? '');

  const isNeeded = (name: string) => (declared.get(name)?.default ?? null) === null;
  const missing = [...known].filter((name) => isNeeded(name) && (values.get(name) ?? '') === '');
  if (missing.length === 0) return values;
  const where = missing.some(isBuiltIn) ? ' (built in: a field of the request of the same name)' : '';
  const detail = `The playbook "${playbook.name}" needs ${plural(missing)}${where}, which the request does not give.`;
  return refuse('variables_missing', 'variables', detail);
};

/**
 * Puts a call's variables into its playbook. The call's own greeting and instructions come in the place
 * of the playbook's and may use variables as well, declared or not. A missing variable, one that nothing
 * knows, and one of another kind than text, number and boolean are refused by name.
 *
 * In the instructions each value stands between `<data>` marks: it is information for the model, whatever
 * it says.
 */
export const fillPlaybook = (original: Playbook, call: CallTexts): FillResult => {
  for (const field of ['greeting', 'instructions'] as const) {
    if (call[field] === null || strayBraces(call[field]) === null) continue;
    const detail = holdsExpression(call[field])
      ? `${field} holds ${NOT_EVALUATED}.`
      : `${field} holds "{{" or "}}" that is no variable; a variable is written {{like_this}}, in small letters.`;
    return refuse('variables_invalid', field, detail);
  }
  const playbook: Playbook = {
    ...original,
    greeting: call.greeting ?? original.greeting,
    instructions: call.instructions ?? original.instructions,
  };
  const values = valuesFor(playbook, call);
  if ('status' in values) return values;
  const valueFor = (name: string) => values.get(name) ?? '';
  const fill = (text: string) => fillPlaceholders(text, valueFor);
  // A text that its variables leave empty is none.
  const fillOrNull = (text: string | null) => (text === null || fill(text).trim() === '' ? null : fill(text));
  const greeting = fill(playbook.greeting);
  if (greeting.trim() === '') {
    const detail = `The greeting of the playbook "${playbook.name}" is empty with these variables; something must be said.`;
    return refuse('variables_invalid', 'variables', detail);
  }
  const { description: _description, variables: _variables, ...rest } = playbook;
  return {
    status: 'filled',
    playbook: {
      ...rest,
      greeting,
      instructions: fillPlaceholders(playbook.instructions, (name) => asData(valueFor(name))),
      voicemail_message: fillOrNull(playbook.voicemail_message),
      recording_notice: fillOrNull(playbook.recording_notice),
      silence: {
        ...playbook.silence,
        prompts: playbook.silence.prompts.map(fill).filter((prompt) => prompt.trim() !== ''),
      },
      transfer_targets: playbook.transfer_targets.map((target) => ({
        ...target,
        target: fill(target.target),
      })),
    },
  };
};
