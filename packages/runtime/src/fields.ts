import { z } from 'zod';

/** Adds a problem to a field and gives nothing; for use in transforms. */
export const refuse = (context: z.RefinementCtx, message: string): typeof z.NEVER => {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
};

/** What is wrong with a text, as a sentence; `null` when it is right. */
export type Check = (text: string) => string | null;

const anything: Check = () => null;

const checked = (check: Check) => (text: string, context: z.RefinementCtx) => {
  const problem = check(text);
  return problem === null ? text : refuse(context, problem);
};

/** A check by pattern. */
export const matching =
  (pattern: RegExp, problem: string): Check =>
  (text) =>
    pattern.test(text) ? null : problem;

/** A variable that must be set. `meaning` is its line in `.env.example`. */
export const required = (meaning: string, check: Check = anything) =>
  z.string().transform(checked(check)).describe(meaning);

/** A variable that may be left out: `null` then. */
export const optional = (meaning: string, check: Check = anything) =>
  z
    .string()
    .transform(checked(check))
    .optional()
    .transform((value) => value ?? null)
    .describe(meaning);

/** A text with a default. */
export const withDefault = (value: string, meaning: string, check: Check = anything) =>
  z.string().default(value).transform(checked(check)).describe(meaning).meta({ default: value });

/** A number within limits, whole unless told otherwise. */
export const number = (
  options: { min: number; max: number; default: number; whole?: boolean },
  meaning: string,
) =>
  z
    .string()
    .default(String(options.default))
    .transform((text, context) => {
      const value = Number(text);
      const fits = text.trim() !== '' && value >= options.min && value <= options.max;
      if (fits && (options.whole === false || Number.isInteger(value))) return value;
      const kind = options.whole === false ? 'a number' : 'a whole number';
      return refuse(context, `"${text}" is not ${kind} from ${options.min} to ${options.max}.`);
    })
    .describe(meaning)
    .meta({ default: String(options.default) });

/** One of some words, in any case. */
export const choice = <const T extends readonly [string, ...string[]]>(
  names: T,
  fallback: T[number],
  meaning: string,
) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const found: T[number] | undefined = names.find(
        (name) => name.toLowerCase() === text.trim().toLowerCase(),
      );
      return found ?? refuse(context, `"${text}" is not one of ${names.join(', ')}.`);
    })
    .describe(meaning)
    .meta({ default: fallback });

/** `true` or `false`, in any case; false when unset. */
export const flag = (meaning: string) =>
  choice(['false', 'true'], 'false', meaning)
    .transform((word) => word === 'true')
    .describe(meaning)
    .meta({ default: 'false' });

/** The words of a text with a comma between them, without space around them; empty ones are left out. */
export const entriesOf = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Words with a comma between them, each checked. */
export const list = (meaning: string, fallback = '', check: Check = anything) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const entries = entriesOf(text);
      for (const problem of entries.map(check)) if (problem !== null) return refuse(context, problem);
      return entries;
    })
    .describe(meaning)
    .meta({ default: fallback });
