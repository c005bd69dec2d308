import { InvalidArgumentError } from 'commander';

/** Values of a playbook's variables by their names. */
export type Variables = Readonly<Record<string, string>>;

/** Reads one `--var name=value` and adds it to those before. */
export const collectVariable = (text: string, before: Variables): Variables => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return { ...before, [name]: value };
};
