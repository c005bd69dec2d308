import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SERVER_FLOOR } from './checks/livekit-version.ts';
import { SIP_FLOOR } from './checks/sip-version.ts';
import { CHECKS } from './checks.ts';
import { STATIC_IP_REGIONS } from './static-ip-regions.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/doctor.md'), 'utf8');

test('the page has every check, in the order of the output, and none that is not there', () => {
  const named = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  expect(named).toEqual([...CHECKS.map(({ id }) => id), 'call']);
});

test('every check has a name of its own', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
});

test('the page names the floors and the day of what is known of static addresses', () => {
  for (const text of [SERVER_FLOOR, SIP_FLOOR, STATIC_IP_REGIONS.asOf]) expect(page).toContain(text);
});

test('checks that a finding refers to exist', () => {
  const ids = new Set(CHECKS.map(({ id }) => id));
  const referred = CHECKS.flatMap(({ id }) =>
    [
      ...readFileSync(fileOf(id), 'utf8').matchAll(
        /See ([a-z]+(?:-[a-z]+)*)(?: and ([a-z]+(?:-[a-z]+)*))?\.'/g,
      ),
    ].flatMap(([, ...names]) => names.filter((name) => name !== undefined)),
  );
  expect(referred.length).toBeGreaterThan(5);
  for (const name of referred) expect(ids).toContain(name);
});

const FILES: Readonly<Record<string, string>> = {
  'bridge-environment': 'environment',
  'agent-environment': 'environment',
  database: 'bridge',
  'cartesia-host': 'model-hosts',
  'openai-host': 'model-hosts',
};
const fileOf = (id: string): string => join(import.meta.dirname, 'checks', `${FILES[id] ?? id}.ts`);
