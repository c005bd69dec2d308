import type { z } from 'zod';
import { type Environment, unreadableFiles } from './environment.ts';

/** The environment is wrong: one message that names every problem at once and how to mend each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}:\n` +
        problems.map((problem) => `  - ${problem}`).join('\n') +
        '\nSet these in the environment or in .env.local; .env.example lists every name.',
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Parses an environment with a schema whose keys are the variables' names.
 *
 * @throws ConfigError with one line per wrong or missing name.
 */
export const parseConfig = <T>(schema: z.ZodType<T>, env: Environment): T => {
  const parsed = schema.safeParse(env);
  const unread = unreadableFiles(env);
  if (parsed.success && unread.size === 0) return parsed.data;
  const issues = (parsed.error?.issues ?? []).flatMap((issue) => {
    const name = issue.path.join('.');
    const missing = issue.code === 'invalid_type' && name !== '' && env[name] === undefined;
    if (missing && unread.has(name)) return [];
    if (missing) return [`${name} is not set. ${descriptionOf(schema, name)}`.trim()];
    return [name === '' ? issue.message : `${name}: ${issue.message}`];
  });
  throw new ConfigError([...unread.values(), ...issues]);
};

const descriptionOf = (schema: z.ZodType, name: string): string => {
  const shape: unknown = 'shape' in schema ? schema.shape : undefined;
  const field = (shape as Record<string, z.ZodType | undefined> | undefined)?.[name];
  return field?.description ?? '';
};
