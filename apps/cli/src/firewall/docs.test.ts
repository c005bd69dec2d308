import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES, type ExampleName } from '../../test/firewall/examples.ts';
import { golden } from '../../test/firewall/render-example.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/mikrotik.md'), 'utf8');
const NAMES = Object.keys(EXAMPLES).filter((name): name is ExampleName => name in EXAMPLES);
const rendered = new Set(
  NAMES.flatMap((name) => readFileSync(golden(name), 'utf8').split('\n')).map((line) =>
    line.trim().replace(/ place-before=.*/, ''),
  ),
);

test('every rule on the page is one that is rendered', () => {
  const shown = [...page.matchAll(/```routeros\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
  expect(shown.length).toBeGreaterThan(30);
  expect(shown.filter((line) => !rendered.has(line))).toEqual([]);
});

test('every rule that is rendered is explained on the page', () => {
  const reasons = [...rendered].flatMap((line) => /comment="(outdial: [^"]*)"/.exec(line)?.[1] ?? []);
  expect([...new Set(reasons)].filter((reason) => !page.includes(`comment="${reason}"`))).toEqual([]);
});

test('the page’s commands are those of the examples', () => {
  const commands = page.replaceAll(/\\\n\s*/g, '');
  for (const name of NAMES) {
    const { typed } = EXAMPLES[name];
    expect(commands).toContain(`pnpm --silent outdial ${typed.join(' ')}`);
  }
  expect(commands).toContain(
    'pnpm --silent outdial firewall render --router mikrotik --undo --out outdial-undo.rsc',
  );
});
