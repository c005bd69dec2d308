import { join } from 'node:path';
import { askToInstall, installPackages } from './debian-packages.mjs';
import { installDependencies } from './dependencies.mjs';
import { buildProgram, GO_PROGRAMS, programIsReady } from './go-programs.mjs';
import { withLock } from './lock.mjs';
import { cacheDir } from './paths.mjs';
import { createProgress, formatElapsed } from './progress.mjs';
import { checkRequirements } from './requirements.mjs';
import { installTools, toolsAreReady } from './tools.mjs';

/**
 * Brings everything that a bare checkout lacks: the pinned tools and the dependencies and, for the lab, the
 * Debian packages and the Go programs. What is there already is left alone.
 * @param {{ lab: boolean }} wanted
 * @throws {import('./errors.mjs').SetupError} saying what a person has to mend
 */
export const setUp = async (wanted) => {
  const progress = createProgress();
  const { missingPackages, install } = checkRequirements(wanted);
  if (missingPackages.length > 0 && install === 'ask') await askToInstall(missingPackages);

  await withLock(
    join(cacheDir, 'setup.lock'),
    (pid) =>
      progress.note(`Another set-up of this checkout is running (process ${pid}); waiting for it to end.`),
    async () => {
      if (!toolsAreReady()) await progress.step('pnpm and Node.js 24', installTools);
      await progress.step('Dependencies', installDependencies);
      if (!wanted.lab) return;
      if (missingPackages.length > 0) {
        await progress.step('Debian packages', () => installPackages(missingPackages, install));
      }
      for (const program of GO_PROGRAMS) {
        if (programIsReady(program)) continue;
        await progress.step(`${program.name} (the first build takes about ${program.takes})`, () =>
          buildProgram(program),
        );
      }
    },
  );
  progress.note(`Set up in ${formatElapsed(progress.elapsed())}.`);
};
