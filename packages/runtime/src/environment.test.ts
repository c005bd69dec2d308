import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig } from './config.ts';
import { loadEnvironment } from './environment.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))));

const folder = async (files: Record<string, string>): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'outdial-env-'));
  folders.push(dir);
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  return dir;
};

test('the environment beats .env.local, which beats .env', async () => {
  const dir = await folder({ '.env': 'A=1\nB=1\nC=1\n', '.env.local': 'A=2\nB=2\n' });
  expect(loadEnvironment(dir, { A: '3' })).toEqual({ A: '3', B: '2', C: '1' });
});

test('an empty value counts as unset, so a file below it holds', async () => {
  const dir = await folder({ '.env': 'SIP_FROM_NUMBER=0255500199\n' });
  expect(loadEnvironment(dir, { SIP_FROM_NUMBER: '' })).toEqual({ SIP_FROM_NUMBER: '0255500199' });
});

test('quotes and comments of the guide are read as people mean them', async () => {
  const dir = await folder({ '.env.local': 'SIP_DISPLAY_NAME="LiveKit Nehos Hosted"\nX=abc  # voice\n' });
  expect(loadEnvironment(dir, {})).toEqual({ SIP_DISPLAY_NAME: 'LiveKit Nehos Hosted', X: 'abc' });
});

test('NAME_FILE gives the content of the file to NAME', async () => {
  const dir = await folder({ secret: 'over-the-hills\n' });
  const env = loadEnvironment(dir, { LIVEKIT_API_SECRET_FILE: join(dir, 'secret') });
  expect(env.LIVEKIT_API_SECRET).toBe('over-the-hills');
});

test('NAME beats NAME_FILE, and the _FILE of other programs is left alone', async () => {
  const dir = await folder({});
  const env = loadEnvironment(dir, {
    LIVEKIT_API_KEY: 'key',
    LIVEKIT_API_KEY_FILE: '/nowhere',
    SSL_CERT_FILE: '/nowhere',
  });
  expect(env.LIVEKIT_API_KEY).toBe('key');
  expect(env.SSL_CERT).toBeUndefined();
});

test('a NAME_FILE that cannot be read is named with its path, together with every other problem', async () => {
  const dir = await folder({});
  const env = loadEnvironment(dir, {
    SIP_TRUNK_PASSWORD_FILE: '/nowhere/a',
    LIVEKIT_API_KEY_FILE: '/nowhere/b',
  });
  const schema = z.object({ LIVEKIT_API_KEY: z.string(), LIVEKIT_URL: z.string() });
  const problems = (() => {
    try {
      parseConfig(schema, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
    }
    return [];
  })();
  expect(problems).toEqual([
    expect.stringContaining('SIP_TRUNK_PASSWORD_FILE names /nowhere/a'),
    expect.stringContaining('LIVEKIT_API_KEY_FILE names /nowhere/b'),
    'LIVEKIT_URL is not set.',
  ]);
});
