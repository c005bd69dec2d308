import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEnvFile, withValues } from './env-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-env-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('values are set in place, and every other line stays', () => {
  const text = '# ours\nexport A=1\nB="two words" # why\n\n# C=3\nA=4\n';
  expect(withValues(text, { A: '5', C: '6' })).toBe(
    '# ours\nexport A=1\nB="two words" # why\n\n# C=3\nA=5\nC=6\n',
  );
  expect(withValues('A=1', { B: '' })).toBe('A=1\nB=\n');
});

test.each([
  'plain',
  'two words',
  'a#b',
  "it's",
  'say "hi"',
  '$HOME',
  'a\\nb',
  ' space ',
  '*',
  'Zoë',
  'x=y:z,@',
])('%j comes back as it was', (value) => {
  expect(parseEnv(withValues('A=1\n', { NEW: value })).NEW).toBe(value);
});

test('whatever is in the file or the value, nothing else changes or it refuses', () => {
  const line = fc.stringMatching(/^[A-Z]{1,3}=[ -~]{0,12}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.stringMatching(/^[ -~]{0,16}$/), (lines, value) => {
      const text = lines.join('\n');
      let changed: string;
      try {
        changed = withValues(text, { NEW: value });
      } catch {
        return;
      }
      expect(parseEnv(changed)).toEqual({ ...parseEnv(text), NEW: value });
    }),
  );
});

test('a value that is spread over lines is not cut', () => {
  expect(() => withValues('KEY="a\nNAME=b\n"\n', { NAME: 'c' })).toThrow('by hand');
});

test('the file is for its owner alone, and is kept as it was', async () => {
  const path = join(folder, '.env.local');
  writeFileSync(path, 'A=1\n', { mode: 0o644 });
  const file = openEnvFile(path, () => new Date('2026-03-01T00:00:00.123Z'));
  expect(await file.save({ A: '2' })).toBe(true);
  expect(await file.save({ B: '3' })).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('A=2\nB=3\n');
  expect(file.backup()).toBe(join(folder, '.env.local.before-20260301T000000Z.local'));
  expect(readFileSync(file.backup() ?? '', 'utf8')).toBe('A=1\n');
  expect([modeOf(path), modeOf(file.backup() ?? '')]).toEqual([0o600, 0o600]);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('what is there already is not written again', async () => {
  const path = join(folder, '.env.local');
  writeFileSync(path, 'A=1\n');
  const file = openEnvFile(path);
  expect(await file.save({ A: '1', B: '' })).toBe(false);
  expect([file.backup(), readdirSync(folder)]).toEqual([null, ['.env.local']]);
});

test('of a file that this run made itself nothing is kept', async () => {
  const file = openEnvFile(join(folder, '.env.local'));
  await file.save({ A: '1' });
  await file.save({ B: '2' });
  expect([file.backup(), readdirSync(folder)]).toEqual([null, ['.env.local']]);
});

test('a link leads to the file that is written', async () => {
  const real = join(folder, 'settings');
  const path = join(folder, '.env.local');
  writeFileSync(real, 'A=1\n');
  symlinkSync(real, path);
  await openEnvFile(path).save({ A: '2' });
  expect([readlinkSync(path), readFileSync(real, 'utf8')]).toEqual([real, 'A=2\n']);
});

test('a place where nothing can be written is said in a sentence', async () => {
  const file = openEnvFile(join(folder, 'not-there', '.env.local'));
  await expect(file.save({ A: '1' })).rejects.toThrow(
    /cannot be written .*ENOENT.*in a folder that is yours/s,
  );
});
