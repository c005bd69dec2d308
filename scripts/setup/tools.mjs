import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { cacheDir, logsDir, setupDir, toolsDir } from './paths.mjs';
import { endChild, run } from './processes.mjs';
import { keyOf, readStamp, writeStamp } from './stamps.mjs';

const manifestDir = join(setupDir, 'tools');
const MANIFEST = ['package.json', 'package-lock.json'];
const stampFile = join(toolsDir, 'stamp');

/** npm's default waits more than a minute before it says that there is no network. */
const IMPATIENT = { npm_config_fetch_retries: '2', npm_config_fetch_retry_mintimeout: '1000' };

const toolsKey = () =>
  keyOf([...MANIFEST.map((name) => readFileSync(join(manifestDir, name))), process.platform, process.arch]);

/** Whether the pinned pnpm and Node.js are in `.cache/tools`. */
export const toolsAreReady = () =>
  readStamp(stampFile) === toolsKey() && existsSync(join(toolsDir, 'node_modules', '.bin', 'node'));

/** Removes what an interrupted installation left beside `.cache/tools`. */
const removeHalves = () => {
  for (const name of readdirSync(cacheDir)) {
    if (name.startsWith('tools.')) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
};

/** @param {string} dir */
const checkNode = (dir) => {
  const node = join(dir, 'node_modules', '.bin', 'node');
  const wanted = JSON.parse(readFileSync(join(manifestDir, 'package.json'), 'utf8'));
  const version = Object.values(wanted.optionalDependencies)[0];
  const found = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (found.stdout?.trim() === `v${version}`) return;
  throw new SetupError(
    `Node.js ${version} could not be brought for ${process.platform} ${process.arch}: the package registry has none, or it does not run here (${found.error?.message ?? (found.stderr || found.stdout)}).`,
  );
};

/**
 * Brings the exact pnpm and Node.js of `scripts/setup/tools` into `.cache/tools`: installed beside it and
 * moved there whole, so that an interrupted installation is never mistaken for a finished one. No install
 * script runs: recent npm versions hold them back, and Node.js comes from its platform's own package.
 */
export const installTools = async () => {
  mkdirSync(cacheDir, { recursive: true });
  removeHalves();
  const fresh = join(cacheDir, `tools.new-${process.pid}`);
  const old = join(cacheDir, `tools.old-${process.pid}`);
  mkdirSync(fresh);
  for (const name of MANIFEST) copyFileSync(join(manifestDir, name), join(fresh, name));
  await run({
    doing: 'installing pnpm and Node.js with npm',
    command: 'npm',
    args: ['install', '--prefix', fresh, '--ignore-scripts', '--no-audit', '--no-fund'],
    cwd: fresh,
    env: { ...process.env, ...IMPATIENT },
    logFile: join(logsDir, 'tools.log'),
    // npm takes its time over SIGTERM, and what it leaves here is thrown away.
    stop: (child) => endChild(child, { graceMs: 300 }),
  });
  checkNode(fresh);
  await run({
    doing: 'putting pnpm in place',
    command: join(fresh, 'node_modules', '.bin', 'node'),
    args: ['install.js'], // pnpm's own install script: puts the native program in the place of a stub
    cwd: join(fresh, 'node_modules', 'pnpm'),
    logFile: join(logsDir, 'tools-pnpm.log'),
  });
  writeStamp(join(fresh, 'stamp'), toolsKey());
  if (existsSync(toolsDir)) renameSync(toolsDir, old);
  renameSync(fresh, toolsDir);
  rmSync(old, { recursive: true, force: true });
};
