import { openPlaybookFolder } from '@outdial/playbooks/files';
import { DEFAULT_PLAYBOOKS_DIR, type Logger } from '@outdial/runtime';
import type { BridgeConfig } from '../../config.ts';
import type { Playbooks } from '../../ports.ts';
import { StartError } from '../../start-error.ts';

/**
 * Opens the playbooks, and tells at once what is wrong in each of their files.
 *
 * @throws StartError when the folder that PLAYBOOKS_DIR names is not there or cannot be read.
 */
export const openPlaybooks = async (
  config: Pick<BridgeConfig, 'PLAYBOOKS_DIR' | 'DEFAULT_COUNTRY'>,
  log: Logger,
): Promise<Playbooks> => {
  const folder = openPlaybookFolder(config.PLAYBOOKS_DIR, {
    defaultCountry: config.DEFAULT_COUNTRY,
    mustExist: config.PLAYBOOKS_DIR !== DEFAULT_PLAYBOOKS_DIR,
  });
  const { entries, problem } = await folder.read();
  if (problem !== null) throw new StartError(problem);
  for (const entry of entries) {
    if (entry.status === 'ok') continue;
    const facts = { playbook: entry.name, problems: entry.problems };
    log.warn(facts, 'a playbook is broken; calls that ask for it are refused');
  }
  log.info({ playbooks: entries.map(({ name }) => name) }, 'playbooks read');
  return folder;
};
