import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const REQUIRED = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];
/** Whoever sets one of these means a real network: the lab must not start in its place. */
const MEANS_REAL = /^(LIVEKIT_|SIP_|DATABASE_URL)/;

/**
 * The names that a `.env` file gives a value to. The apps read the file themselves; here only what is set
 * matters, not what to.
 * @param {string} text
 */
export const namesIn = (text) =>
  text.split('\n').flatMap((line) => {
    const [, name, value = ''] =
      /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const empty = value === '' || value === '""' || value === "''" || value.startsWith('#');
    return name === undefined || empty ? [] : [name];
  });

/**
 * The names set in the environment, `.env.local` or `.env`; `NAME_FILE` counts as NAME.
 * @param {string} dir
 * @param {NodeJS.ProcessEnv} env
 */
export const namesSet = (dir, env) => {
  const files = ['.env.local', '.env'].map((name) => join(dir, name)).filter((file) => existsSync(file));
  const names = [
    ...Object.keys(env).filter((name) => env[name] !== ''),
    ...files.flatMap((file) => namesIn(readFileSync(file, 'utf8'))),
  ];
  return new Set(names.map((name) => name.replace(/_FILE$/, '')));
};

/**
 * What `npm start` is to run.
 * @param {ReadonlySet<string>} names
 * @returns {{ mode: 'lab' } | { mode: 'live' } | { mode: 'incomplete', problem: string }}
 */
export const chooseMode = (names) => {
  const real = [...names].filter((name) => MEANS_REAL.test(name)).sort();
  if (real.length === 0) return { mode: 'lab' };
  const missing = REQUIRED.filter((name) => !names.has(name));
  if (missing.length === 0) return { mode: 'live' };
  return {
    mode: 'incomplete',
    problem: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set, but ${real.join(', ')} ${real.length === 1 ? 'is' : 'are'} (in the environment, .env.local or .env). Set what is missing to call through that LiveKit, or unset ${real.length === 1 ? 'it' : 'all of them'} to run the lab.`,
  };
};
