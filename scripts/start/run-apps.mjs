import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectEnv } from '../setup/dependencies.mjs';
import { repository } from '../setup/paths.mjs';
import { startChild } from '../setup/processes.mjs';
import { isStopping, onStop } from '../setup/signals.mjs';

/** How an app is started is written once, in package.json; PATH finds the pinned Node there. */
const commandOf = (/** @type {string} */ name) => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  return /** @type {string} */ (scripts[name]).split(' ');
};

/** @param {string} name */
const startApp = (name) => {
  const [command = '', ...args] = commandOf(name);
  const app = startChild(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: projectEnv() });
  for (const [from, to] of /** @type {const} */ ([
    [app.process.stdout, process.stdout],
    [app.process.stderr, process.stderr],
  ])) {
    if (from)
      createInterface({ input: from }).on('line', (line) => to.write(`${name.padEnd(6)} | ${line}\n`));
  }
  return { name, ...app };
};

/**
 * Bridge and agent in the foreground until one of them ends; nothing is restarted. On a signal the agent
 * finishes its calls first, since it reports them to the bridge, and the bridge ends after it.
 * @returns {Promise<number>} the exit code of whichever ended first
 */
export const runApps = async () => {
  const bridge = startApp('bridge');
  const agent = startApp('agent');
  const drain = async () => {
    for (const app of [agent, bridge]) {
      app.process.kill('SIGTERM');
      await app.ended.catch(() => {});
    }
  };
  onStop(() => {
    console.log('Draining: calls in progress are finished first. Ctrl-C again ends at once.');
    return drain();
  });
  const first = await Promise.race(
    [bridge, agent].map(async ({ name, ended }) => ({ name, code: (await ended).code ?? 1 })),
  );
  if (isStopping()) await new Promise(() => {}); // the signal's handler ends this process
  console.error(`${first.name} ended with exit code ${first.code}; stopping the other one.`);
  await drain();
  return first.code === 0 ? 1 : first.code;
};
