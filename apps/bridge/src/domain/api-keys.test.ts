import { describe, expect, test } from 'vitest';
import { findApiKey, parseApiKeys } from './api-keys.ts';

const S1 = 'a'.repeat(32);
const S2 = 'b'.repeat(40);

test('names, secrets and scopes are read; dispatch and read are the default', () => {
  const parsed = parseApiKeys(` n8n:${S1} , ops:${S2}:read+admin ,`);
  if (parsed.status !== 'ok') throw new Error(parsed.problems.join());
  expect(parsed.keys.map(({ name, scopes }) => ({ name, scopes }))).toEqual([
    { name: 'n8n', scopes: ['dispatch', 'read'] },
    { name: 'ops', scopes: ['read', 'admin'] },
  ]);
  expect(findApiKey(parsed.keys, S2)?.name).toBe('ops');
  expect(findApiKey(parsed.keys, `${S2}x`)).toBeNull();
  expect(findApiKey(parsed.keys, '')).toBeNull();
  expect(JSON.stringify(parsed.keys)).not.toContain(S1);
});

describe('what is wrong is named, the secret is not', () => {
  test.each([
    ['', 'holds no key'],
    [S1, 'needs a name'],
    [`my key:${S1}`, 'needs a name'],
    ['n8n:short-secret', 'key 1 has a secret of 12 characters'],
    [`${S1}:n8n`, 'key 1 has a secret of 3 characters'],
    [`n8n:${S1}:dispatch+write`, 'names a scope that does not exist'],
    [`n8n:${S1}:`, 'names a scope that does not exist'],
    [`n8n:${S1}:read:x`, 'too many ":"'],
    [`n8n:${S1},n8n:${S2}`, 'two keys are called "n8n"'],
    [`n8n:${S1},crm:${S1}`, 'two keys have the same secret'],
  ])('%j', (text, problem) => {
    const parsed = parseApiKeys(text);
    if (parsed.status === 'ok') throw new Error('it passed');
    expect(parsed.problems.join('\n')).toContain(problem);
    expect(parsed.problems.join('\n')).not.toMatch(/a{32}|short-secret/);
  });
});
