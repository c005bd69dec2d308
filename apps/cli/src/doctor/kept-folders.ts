import { type Finding, worstOf } from './check.ts';
import type { Settings } from './settings.ts';

/** The worst finding of the folders that keep something of calls, each looked at under the name of its setting. */
export const worstOfFolders = async (
  { data, recordings, spool }: Settings['dirs'],
  look: (name: string, path: string) => Promise<Finding>,
): Promise<Finding> =>
  worstOf(
    await Promise.all([
      look('DATA_DIR', data),
      look('RECORDINGS_DIR', recordings),
      look('AGENT_SPOOL_DIR', spool),
    ]),
  );
