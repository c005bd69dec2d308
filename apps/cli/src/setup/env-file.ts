import { existsSync, realpathSync } from 'node:fs';
import { copyFile, open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { CliError } from '../errors.ts';

/** Names and what they are to be; an empty text counts as unset. */
export type Values = Readonly<Record<string, string>>;

const OWNER_ONLY = 0o600;

// Bare where that is safe for Node and Docker Compose alike, which read # $ and quotes each in its own way.
const written = (name: string, value: string): string => {
  if (/^[\w.:/@+=,*-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\n\r]/.test(value)) return `${name}='${value}'`;
  if (!/["$\\\n\r`]/.test(value)) return `${name}="${value}"`;
  throw new CliError(
    `${name} holds quotes that an environment file cannot; write it to a file and set ${name}_FILE to its path.`,
  );
};

const replaceIn = (text: string, name: string, value: string): string => {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line));
  if (at >= 0) {
    lines[at] = written(name, value);
    return lines.join('\n');
  }
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${written(name, value)}\n`;
};

/**
 * The text of an environment file with these values in it. Every other line, comments included, stays as it is.
 *
 * @throws CliError when the file could not be changed without changing something else in it.
 */
export const withValues = (text: string, values: Values): string => {
  let changed = text;
  for (const [name, value] of Object.entries(values)) changed = replaceIn(changed, name, value);
  const expected = { ...parseEnv(text), ...values };
  const found = parseEnv(changed);
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  const wrong = [...names].filter((name) => expected[name] !== found[name]);
  if (wrong.length === 0) return changed;
  throw new CliError(
    `The file cannot be changed by itself: ${wrong.join(', ')} would come out otherwise (is a value spread over several lines?). Nothing was written; edit it by hand.`,
  );
};

const writeWhole = async (path: string, text: string): Promise<void> => {
  const next = join(dirname(path), `.env.new-${process.pid}.local`);
  const file = await open(next, 'w', OWNER_ONLY);
  try {
    await file.chmod(OWNER_ONLY);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
};

/** What the system says of the file, as a sentence. */
const explained =
  (path: string, save: EnvFile['save']): EnvFile['save'] =>
  async (values) => {
    try {
      return await save(values);
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      throw new CliError(
        `${path} cannot be written (${error.message}). Run setup in a folder that is yours; in a container it cannot work, as nothing there can be written.`,
        { cause: error },
      );
    }
  };

/** An environment file that is written now and then in one run. */
export type EnvFile = {
  readonly path: string;
  /** Where the file as it was before this run is kept; `null` while nothing was written, or there was none. */
  backup(): string | null;
  /** Writes what differs, readable by its owner alone. True when something did. */
  save(values: Values): Promise<boolean>;
};

/** Opens `path`. The file is replaced whole, so whoever interrupts leaves the old one or the new one. */
export const openEnvFile = (path: string, now: () => Date = () => new Date()): EnvFile => {
  let backup: string | null = null;
  const wasThere = existsSync(path);
  return {
    path,
    backup: () => backup,
    save: explained(path, async (values: Values) => {
      const isThere = existsSync(path);
      // A link stays one: what it leads to is written.
      const real = isThere ? realpathSync(path) : path;
      const before = isThere ? await readFile(real, 'utf8') : '';
      const present = parseEnv(before);
      const differing = Object.fromEntries(
        Object.entries(values).filter(([name, value]) => (present[name] ?? '') !== value),
      );
      if (Object.keys(differing).length === 0) return false;
      const after = withValues(before, differing);
      if (wasThere && isThere && backup === null) {
        const stamp = now()
          .toISOString()
          .replace(/[-:]|\.\d+/g, '');
        // git and Docker leave such names out.
        backup = join(dirname(real), `${basename(real)}.before-${stamp}.local`);
        await copyFile(real, backup);
        const kept = await open(backup, 'r');
        await kept.chmod(OWNER_ONLY);
        await kept.close();
      }
      await writeWhole(real, after);
      return true;
    }),
  };
};
