import { projectEnv } from '../setup/dependencies.mjs';
import { node24 } from '../setup/paths.mjs';
import { endChild, startChild } from '../setup/processes.mjs';
import { setUp } from '../setup/setup.mjs';
import { isStopping, onStop } from '../setup/signals.mjs';

/**
 * @param {readonly string[]} args as `bench/src/options.ts` reads them
 * @returns {Promise<number>} the exit code
 */
export const bench = async (args) => {
  await setUp({ lab: true });
  const measuring = startChild(node24, ['bench/src/main.ts', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: projectEnv(),
  });
  const forget = onStop(() => endChild(measuring));
  const { code } = await measuring.ended;
  if (isStopping()) await new Promise(() => {}); // the signal's handler ends this process
  forget();
  return code ?? 1;
};
