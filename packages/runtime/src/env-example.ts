import type { z } from 'zod';

/** A part of `.env.example`: a heading and the variables under it, by name. */
export type EnvSection = {
  readonly title: string;
  readonly fields: Readonly<Record<string, z.ZodType>>;
};

const defaultOf = (field: z.ZodType): string => {
  const value: unknown = field.meta()?.default;
  return typeof value === 'string' ? value : '';
};

const isRequired = (field: z.ZodType): boolean => !field.safeParse(undefined).success;

const entry = ([name, field]: [string, z.ZodType]): string => {
  const line = `${name}=${defaultOf(field)}`;
  return [`# ${field.description ?? ''}`, isRequired(field) ? line : `# ${line}`].join('\n');
};

/** `.env.example` from the schemas that read it: a variable that must be set stands without `#`. */
export const renderEnvExample = (intro: string, sections: readonly EnvSection[]): string =>
  `${[
    intro.trim(),
    ...sections.map(({ title, fields }) =>
      [`# --- ${title} ---`, ...Object.entries(fields).map(entry)].join('\n\n'),
    ),
  ].join('\n\n')}\n`;
