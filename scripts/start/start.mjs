import { projectEnv } from '../setup/dependencies.mjs';
import { SetupError } from '../setup/errors.mjs';
import { node24, repository } from '../setup/paths.mjs';
import { startChild } from '../setup/processes.mjs';
import { setUp } from '../setup/setup.mjs';
import { onStop } from '../setup/signals.mjs';
import { chooseMode, namesSet } from './mode.mjs';
import { runApps } from './run-apps.mjs';

const LAB = 'packages/lab/src/start.ts';

/** The lab has the terminal; a signal reaches it once, and it is waited for. */
const runLab = async () => {
  const lab = startChild(node24, [LAB], { stdio: ['ignore', 'inherit', 'inherit'], env: projectEnv() });
  onStop(() => {
    lab.process.kill('SIGTERM');
    return lab.ended;
  });
  const { code } = await lab.ended;
  return code ?? 1;
};

/** @returns {Promise<number>} the exit code */
export const start = async () => {
  const choice = chooseMode(namesSet(repository, process.env));
  if (choice.mode === 'incomplete') throw new SetupError(choice.problem);
  await setUp({ lab: choice.mode === 'lab' });
  return choice.mode === 'lab' ? runLab() : runApps();
};
