/** A variable as a playbook declares it. */
export type DeclaredVariable = {
  readonly name: string;
  readonly description: string | null;
  /** Used when a call does not give it; `null`: it must be given. */
  readonly default: string | null;
};

/** What every playbook may use without declaring it: facts of the request itself. */
export const BUILT_IN_VARIABLES = ['account_code', 'caller_name', 'destination'] as const;
export type BuiltInVariable = (typeof BUILT_IN_VARIABLES)[number];

/** True for the name of a built-in variable. */
export const isBuiltIn = (name: string): name is BuiltInVariable =>
  (BUILT_IN_VARIABLES as readonly string[]).includes(name);

/** Longest text of one variable. */
export const LONGEST_VALUE = 1000;

const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A value made ready to stand in a text, or why it cannot. */
export type VariableText =
  | { readonly status: 'ok'; readonly text: string }
  | { readonly status: 'invalid'; readonly reason: string };

/**
 * Reads the value of a variable: text, a number or a boolean. Line breaks and tabs become a space, so that
 * a value can never look like a paragraph of the instructions; other invisible characters are refused.
 */
export const variableText = (value: unknown): VariableText => {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    return { status: 'ok', text: String(value) };
  }
  if (typeof value !== 'string')
    return { status: 'invalid', reason: 'it must be text, a number or a boolean' };
  const text = value.replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (text.length > LONGEST_VALUE) {
    return { status: 'invalid', reason: `it is longer than ${LONGEST_VALUE} characters` };
  }
  return INVISIBLE.test(text)
    ? { status: 'invalid', reason: 'it holds a control or another invisible character' }
    : { status: 'ok', text };
};
