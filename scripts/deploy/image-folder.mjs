import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { node24, repository, toolsBin } from '../setup/paths.mjs';
import { stepsOf } from './dockerfile.mjs';
import { isForImages } from './image-files.mjs';

/** Whom the images run as: `node` in Debian's image of Node. */
export const NODE_UID = 1000;

/** Root may become somebody else, and only then is it seen that the image's own files cannot be written. */
export const isRoot = process.getuid?.() === 0;

/** Absolute paths of a container that a step may name; everything else is refused, since it would be the host's. */
const OWN =
  /(?<=^|[\s'"=>(])\/(?=(app|data|usr\/local|var\/lib\/apt|opt|out|build|pnpm-store)(\/|\s|$|['"]))/g;
const ABSOLUTE = /(?<=^|[\s'"=>(])\/[\w.-]+[^\s'"]*/g;

/**
 * A shell line of the Dockerfile with the container's paths below a folder.
 * @param {string} text
 * @param {string} root
 */
export const inFolder = (text, root) => {
  const mapped = text.replace(OWN, `${root}/`);
  const foreign = (mapped.match(ABSOLUTE) ?? []).filter((path) => !path.startsWith(`${root}/`));
  if (foreign.length > 0) {
    throw new Error(`The step "${text}" names ${foreign.join(', ')}, which would be this machine's own.`);
  }
  return mapped;
};

/** What the test machine must not do: install system packages. Who owns a file is kept, if we are root. */
const STAND_INS = {
  'apt-get': 'exit 0',
  npm: 'exit 0',
  chown: isRoot
    ? `for a; do shift; [ "$a" = node:node ] && a=${NODE_UID}:${NODE_UID}; set -- "$@" "$a"; done; exec /bin/chown "$@"`
    : 'exit 0',
};

/** @param {string} dir */
const writeStandIns = (dir) => {
  mkdirSync(dir, { recursive: true });
  for (const [name, body] of Object.entries(STAND_INS)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
};

/**
 * The build context: what git keeps or would keep, less what .dockerignore names.
 * @param {string} dir
 */
export const copyContext = (dir) => {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  for (const file of stdout.split('\0')) {
    if (file === '' || !isForImages(file) || !existsSync(join(repository, file))) continue;
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    copyFileSync(join(repository, file), join(dir, file));
  }
};

/**
 * The folder in which a stage's steps were carried out, and the environment that its program gets.
 * @typedef {{ root: string, cwd: string, env: Record<string, string> }} ImageFolder
 */

/**
 * Carries out the steps of a stage in a folder of its own, in place of `docker build`. The base image is this
 * machine with the pinned Node; its system packages are not installed.
 * @param {{ stage: string, context: string, dir: string, store: string }} wanted dir is where the folders of all
 *   stages are, store pnpm's store
 * @returns {ImageFolder}
 */
export const buildFolder = ({ stage, context, dir, store }) => {
  const root = join(dir, stage);
  const bin = join(root, 'usr/local/bin');
  for (const folder of [bin, join(root, 'tmp')]) mkdirSync(folder, { recursive: true });
  linkOrCopy(node24, join(bin, 'node'));
  const standIns = join(dir, 'stand-ins');
  writeStandIns(standIns);
  const image = { root, cwd: root, env: /** @type {Record<string, string>} */ ({}) };
  for (const step of stepsOf(stage)) {
    if (step.keyword === 'WORKDIR') {
      image.cwd = join(root, step.text);
      mkdirSync(image.cwd, { recursive: true });
    } else if (step.keyword === 'ENV') {
      for (const [, name = '', value = ''] of step.text.matchAll(/(\w+)=(\S*)/g)) {
        image.env[name] = isAbsolute(value) ? join(root, value) : value;
      }
    } else if (step.keyword === 'RUN') {
      run(inFolder(step.text, root), image, {
        ...process.env,
        ...image.env,
        PATH: `${standIns}:${toolsBin}:/usr/bin:/bin`,
        pnpm_config_store_dir: store,
        pnpm_config_prefer_offline: 'true',
        CI: 'true',
      });
    } else if (step.keyword === 'COPY') {
      const from = step.flags.from;
      const source = from ? buildFolder({ stage: from, context, dir, store }).root : context;
      copy(step.text.split(/\s+/), source, image, from !== undefined);
    }
  }
  return image;
};

/**
 * @param {string} from
 * @param {string} to
 */
const linkOrCopy = (from, to) => {
  if (existsSync(to)) return;
  copyFileSync(from, to);
  chmodSync(to, 0o755);
};

/**
 * @param {string[]} paths sources, then the target
 * @param {string} source
 * @param {ImageFolder} image
 * @param {boolean} fromStage a stage's folder is not needed any more, so its files may be shared
 */
const copy = (paths, source, image, fromStage) => {
  const target = paths.at(-1) ?? '';
  for (const path of paths.slice(0, -1)) {
    const file = join(source, path);
    const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const to = join(
      isAbsolute(target) ? image.root : image.cwd,
      target,
      isFolder || !target.endsWith('/') ? '' : relative(dirname(path), path),
    );
    mkdirSync(isFolder ? to : dirname(to), { recursive: true });
    if (fromStage) {
      const { status, stderr } = spawnSync('cp', ['-al', `${file}/.`, to], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`cp ${file}: ${stderr}`);
    } else cpSync(file, to, { recursive: true });
  }
};

/**
 * @param {string} line
 * @param {ImageFolder} image
 * @param {NodeJS.ProcessEnv} env
 */
const run = (line, { cwd }, env) => {
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', line], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`"${line}" ended with ${status}:\n${stdout}${stderr}`);
};
