import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envExample } from './env-example.ts';

test('.env.example is what the schemas say; node scripts/env-example.ts writes it anew', () => {
  expect(readFileSync(new URL('../.env.example', import.meta.url), 'utf8')).toBe(envExample());
});
