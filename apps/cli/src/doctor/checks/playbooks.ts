import { openPlaybookFolder } from '@outdial/playbooks/files';
import { type Check, type Finding, fail, pass, warn } from '../check.ts';

type Shelf = Awaited<ReturnType<ReturnType<typeof openPlaybookFolder>['read']>>;

const MEND =
  'outdial playbook check names each line; the old text stays with calls that are accepted already.';

/** Whether the playbooks can be used (pure). */
const judgePlaybooks = ({ entries, problem }: Shelf, dir: string): Finding => {
  if (problem !== null) return fail(problem, 'Set PLAYBOOKS_DIR to a folder that this user may read.');
  const broken = entries.filter(({ status }) => status === 'broken').map(({ name }) => name);
  if (broken.length > 0) return fail(`Playbooks with problems in ${dir}: ${broken.join(', ')}.`, MEND);
  return entries.length === 0
    ? warn(`There are no playbooks in ${dir}: every call uses the built-in one.`, 'See docs/playbooks.md.')
    : pass(`${entries.length} playbook${entries.length === 1 ? '' : 's'} in ${dir}, no problem.`);
};

/** PLAYBOOKS_DIR and everything in it. */
export const playbooksCheck: Check = {
  id: 'playbooks',
  run: async ({ settings: { dirs, callerId } }) => {
    const options = { defaultCountry: callerId.defaultCountry, mustExist: dirs.playbooksMustExist };
    return judgePlaybooks(await openPlaybookFolder(dirs.playbooks, options).read(), dirs.playbooks);
  },
};
