import { join } from 'node:path';
import { grantedPlaybookSchema } from '@outdial/telephony';
import { expect, test } from 'vitest';
import { BUILT_IN_PLAYBOOK } from './default-playbook.ts';
import { openPlaybookFolder } from './files/playbook-folder.ts';
import { fillPlaybook } from './fill-playbook.ts';
import { findPlaybook } from './shelf.ts';

const shelf = await openPlaybookFolder(join(import.meta.dirname, '../../../playbooks'), {
  defaultCountry: 'AU',
}).read();

const playbook = (name: string) => {
  const found = findPlaybook(shelf, name);
  if (found.status !== 'found') throw new Error(found.detail);
  return found.playbook;
};

const NAMES = ['appointment-reminder', 'default', 'payment-reminder', 'survey'];

test('the repository’s playbooks are these', () => {
  expect(shelf.entries.map(({ name }) => name)).toEqual(NAMES);
});

test.each(NAMES)('%s can be filled in and granted', (name) => {
  const { variables } = playbook(name);
  const given = Object.fromEntries(
    variables.map((variable) => [variable.name, variable.name.endsWith('_number') ? '02 5550 0100' : 'Kim']),
  );
  const result = fillPlaybook(playbook(name), {
    greeting: null,
    instructions: null,
    variables: given,
    builtIn: { account_code: null, caller_name: null, destination: '+61491570156' },
  });
  if (result.status !== 'filled') throw new Error(result.detail);
  const { max_call_seconds: _limit, transfer_targets: targets, ...filled } = result.playbook;
  expect(JSON.stringify(filled)).not.toContain('{{');
  expect(filled.recording_notice).toContain('recorded');
  expect(targets.map(({ target }) => target)).toEqual(targets.map(() => '02 5550 0100'));
  grantedPlaybookSchema.parse({ ...filled, transfer_targets: [] });
});

test('the built-in playbook says the same as default.md', () => {
  expect(playbook('default')).toEqual(BUILT_IN_PLAYBOOK);
});

test('a reminder says nothing of its matter before it knows who is there', () => {
  for (const name of ['appointment-reminder', 'payment-reminder']) {
    const { greeting, voicemail_message } = playbook(name);
    for (const text of [greeting, voicemail_message]) {
      expect(text).not.toMatch(/appointment|invoice|amount|due/);
      expect(text).toContain('automated assistant');
    }
    expect(greeting).toContain('an AI');
  }
});
