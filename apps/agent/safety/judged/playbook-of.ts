import { join } from 'node:path';
import { type FilledPlaybook, fillPlaybook, findPlaybook } from '@outdial/playbooks';
import { openPlaybookFolder } from '@outdial/playbooks/files';
import type { Scenario } from './scenario.ts';

const folder = openPlaybookFolder(join(import.meta.dirname, '../../../../playbooks'), {
  defaultCountry: 'AU',
  mustExist: true,
});

/** The scenario's playbook, filled in as the bridge does it. Rejects when the two do not fit. */
export const playbookOf = async ({
  id,
  playbook,
  variables = {},
}: Pick<Scenario, 'id' | 'playbook' | 'variables'>): Promise<FilledPlaybook> => {
  const found = findPlaybook(await folder.read(), playbook);
  if (found.status === 'refused') throw new Error(`${id}: ${found.detail}`);
  const filled = fillPlaybook(found.playbook, {
    greeting: null,
    instructions: null,
    variables,
    builtIn: { account_code: 'em-tech-01', caller_name: null, destination: '+61491570156' },
  });
  if (filled.status === 'refused') throw new Error(`${id}: ${filled.detail}`);
  return filled.playbook;
};
