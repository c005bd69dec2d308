import { type Check, type Finding, fail, pass, warn } from '../check.ts';
import { worstOfFolders } from '../kept-folders.ts';
import { type FolderFacts, lookAtFolder } from '../probes/folder.ts';

/** Whether a folder can be used and is closed to others (pure); `name` is the setting that names it. */
export const judgeFolder = (name: string, facts: FolderFacts): Finding => {
  const { path } = facts;
  if (facts.problem !== null) {
    return fail(
      `${name} ${path} cannot be used (${facts.problem}).`,
      `Make it a folder of the user who runs bridge and agent: install -d -m 700 ${path}`,
    );
  }
  if (facts.openToOthers) {
    return warn(
      `${name} ${path} can be read by other users of this machine; it holds numbers, transcripts and recordings.`,
      `chmod 700 ${path}`,
    );
  }
  if (!facts.exists) return pass(`${name} ${path} is not there yet and can be made.`);
  return pass(
    `${name} ${path} is writable and ${facts.openToGroup ? 'open to its group alone (chmod 700 closes it)' : 'private'}.`,
  );
};

/** DATA_DIR, RECORDINGS_DIR and AGENT_SPOOL_DIR. */
export const foldersCheck: Check = {
  id: 'folders',
  run: async ({ settings: { dirs } }) =>
    worstOfFolders(dirs, async (name, path) => judgeFolder(name, await lookAtFolder(path))),
};
