import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAYBOOK_TOOLS } from '@outdial/telephony';
import { expect, test } from 'vitest';
import { parsePlaybook } from './files/parse-playbook.ts';
import { FRONT_MATTER_FIELDS } from './files/playbook-schema.ts';
import { problemLine } from './files/problem.ts';
import { BUILT_IN_VARIABLES } from './variables.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/playbooks.md'), 'utf8');
const examples = [...page.matchAll(/^```markdown\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '');

test.each(examples.map((text, at) => [at + 1, text]))('example %i is as the page says', (at, text) => {
  const parsed = parsePlaybook(text, { file: 'example.md', defaultCountry: 'AU' });
  const problems = parsed.status === 'ok' ? [] : parsed.problems.map(problemLine);
  // The page shows the second one for what is wrong with it.
  const expected =
    at === 2 ? [expect.stringContaining('example.md:11: instructions: {{day}} is not declared.')] : [];
  expect(problems).toEqual(expected);
});

test('the page has examples, every setting, every tool and every built-in variable', () => {
  expect(examples).toHaveLength(4);
  for (const name of [...FRONT_MATTER_FIELDS, ...PLAYBOOK_TOOLS, ...BUILT_IN_VARIABLES]) {
    expect(page).toContain(`\`${name}\``);
  }
});
