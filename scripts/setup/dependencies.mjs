import { delimiter, join } from 'node:path';
import { logsDir, toolsBin } from './paths.mjs';
import { run } from './processes.mjs';

/**
 * The environment in which pnpm and everything of the project's own runs: the pinned tools come first, and
 * what npm tells its scripts about itself is left out, since pnpm would take it for its own settings.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export const projectEnv = (env = process.env) => {
  const kept = Object.entries(env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|command|node|config_local|config_prefix|config_global)|INIT_CWD$)/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [toolsBin, env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    // The version is pinned by .cache/tools; pnpm need not look for another one.
    pnpm_config_pm_on_fail: 'ignore',
  };
};

/** pnpm's default tries for five minutes before it says that there is no network. */
const IMPATIENT = {
  pnpm_config_fetch_retries: '1',
  pnpm_config_fetch_retry_mintimeout: '1000',
  pnpm_config_fetch_retry_maxtimeout: '5000',
};

/**
 * Installs the workspace's dependencies exactly as locked. Without a stamp: when all is there pnpm sees it
 * in a fraction of a second, and it mends what an interrupted run left.
 */
export const installDependencies = () =>
  run({
    doing: 'installing the dependencies with pnpm',
    command: join(toolsBin, 'pnpm'),
    args: ['install', '--frozen-lockfile', '--prefer-offline'],
    env: { ...projectEnv(), ...IMPATIENT, CI: 'true' }, // CI: never a question
    logFile: join(logsDir, 'dependencies.log'),
  });
