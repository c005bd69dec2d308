import { randomBytes } from 'node:crypto';
import { type Environment, entriesOf, newSigningSecret } from '@outdial/runtime';
import type { Values } from './env-file.ts';

// Hex: no character of it means something in BRIDGE_API_KEYS, a shell or an environment file.
const newSecret = (): string => randomBytes(24).toString('hex');

const entries = (keys: string): string[][] =>
  entriesOf(keys).map((entry) => entry.split(':').map((part) => part.trim()));

const mayAll = ([, , scopes = '']: string[]): boolean =>
  ['dispatch', 'read', 'admin'].every((scope) => scopes.split('+').includes(scope));

const apiKeys = (env: Environment): Values => {
  const present = env.BRIDGE_API_KEYS ?? '';
  const found = entries(present);
  const usable = found.find(mayAll)?.[1];
  if (found.length > 0 && usable !== undefined) {
    return env.OUTDIAL_API_KEY === undefined ? { OUTDIAL_API_KEY: usable } : {};
  }
  if (found.length > 0 && env.OUTDIAL_API_KEY !== undefined) return {};
  const cli = env.OUTDIAL_API_KEY ?? newSecret();
  const added = found.length > 0 ? [] : [`n8n:${newSecret()}:dispatch+read`];
  // "cli" may be taken by a key that may do less.
  const name = found.some(([taken]) => taken === 'cli') ? 'outdial-cli' : 'cli';
  return {
    BRIDGE_API_KEYS: [
      ...(present === '' ? [] : [present]),
      ...added,
      `${name}:${cli}:dispatch+read+admin`,
    ].join(','),
    OUTDIAL_API_KEY: cli,
  };
};

/** The secrets that are not there yet, made now; those that are there stay. */
export const newSecrets = (env: Environment): Values => ({
  ...apiKeys(env),
  ...(env.AGENT_REPORT_SECRET === undefined ? { AGENT_REPORT_SECRET: newSecret() } : {}),
  ...(env.CALLBACK_SIGNING_SECRET === undefined ? { CALLBACK_SIGNING_SECRET: newSigningSecret() } : {}),
});
