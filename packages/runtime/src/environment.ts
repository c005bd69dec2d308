import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** Plain names and values; a name that is absent here counts as unset everywhere. */
export type Environment = Readonly<Record<string, string>>;

const readEnvFile = (path: string): Record<string, string | undefined> =>
  existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};

/**
 * Reads the environment of an app started in `dir`: the real environment beats `.env.local`,
 * which beats `.env`. An empty value counts as unset, and `NAME_FILE` gives the content of that
 * file (without the line break at its end) to `NAME` when `NAME` itself is unset.
 *
 * A `NAME_FILE` that cannot be read is told by `parseConfig`, together with every other problem.
 */
export const loadEnvironment = (dir: string, env: NodeJS.ProcessEnv = process.env): Environment => {
  const layers = [env, readEnvFile(join(dir, '.env.local')), readEnvFile(join(dir, '.env'))];
  const merged: Record<string, string> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value !== undefined && value !== '' && !(name in merged)) merged[name] = value;
    }
  }
  const problems = new Map<string, string>();
  for (const [name, path] of Object.entries(merged)) {
    const target = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : '';
    if (target === '' || target in merged) continue;
    // Foreign variables such as SSL_CERT_FILE also end in _FILE: only ours are read.
    if (!FILE_NAMES.test(target)) continue;
    try {
      merged[target] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch {
      problems.set(
        target,
        `${name} names ${path}, which cannot be read. Check the path and its permissions.`,
      );
    }
  }
  unreadable.set(merged, problems);
  return merged;
};

const unreadable = new WeakMap<Environment, ReadonlyMap<string, string>>();

/** The names whose `NAME_FILE` could not be read by `loadEnvironment`, each with a sentence that says so. */
export const unreadableFiles = (env: Environment): ReadonlyMap<string, string> =>
  unreadable.get(env) ?? new Map();

const FILE_NAMES =
  /^(LIVEKIT|SIP|CARTESIA|OPENAI|BRIDGE|AGENT|OUTDIAL|CALLBACK|CALLING|DATABASE)_[A-Z_]+$|^(STT|TTS|LLM)_[A-Z_]+$/;
