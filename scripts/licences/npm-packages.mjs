import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from '../setup/paths.mjs';

/**
 * A package that an image contains. A part that only one platform has stands as `…-<platform>`.
 * @typedef {{ name: string, version: string, licence: string, images: string[] }} NpmPackage
 */

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {{ type: string }[]} [licenses] how it was written before SPDX
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/**
 * @param {string} dir
 * @returns {Manifest}
 */
const manifestOf = (dir) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));

/**
 * Where a package finds another one, as Node looks for it; null when it is not installed.
 * @param {string} name
 * @param {string} from
 * @returns {string | null}
 */
const find = (name, from) => {
  const dir = join(from, 'node_modules', name);
  if (existsSync(join(dir, 'package.json'))) return realpathSync(dir);
  return from === dirname(from) ? null : find(name, dirname(from));
};

const PLATFORM = /-(linux|linuxmusl|darwin|win32)-\w+(-\w+)?$/;

/**
 * Every package that an image of these apps gets from a production install, those of the workspace left out.
 * @param {string} image
 * @param {readonly string[]} apps folders of the workspace
 * @returns {NpmPackage[]}
 */
const packagesOf = (image, apps) => {
  /** @type {Map<string, NpmPackage>} */
  const found = new Map();
  const seen = new Set();
  /** @param {string} dir */
  const visit = (dir) => {
    if (seen.has(dir)) return;
    seen.add(dir);
    const { name, version, licenses, ...manifest } = manifestOf(dir);
    const licence = manifest.license ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none';
    if (!name.startsWith('@outdial/')) {
      const general = name.replace(PLATFORM, '-<platform>');
      found.set(`${general}@${version}`, { name: general, version, licence, images: [image] });
    }
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
    for (const wanted of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const there = find(wanted, dir);
      if (there !== null) visit(there);
      else if (wanted in dependencies && !(wanted in optionalDependencies)) {
        throw new Error(`${name} needs ${wanted}, which is not installed: run pnpm install.`);
      }
    }
  };
  for (const app of apps) visit(join(repository, app));
  return [...found.values()];
};

/** What each image is made of, as in the Dockerfile. */
const IMAGES = { bridge: ['apps/bridge', 'apps/cli'], agent: ['apps/agent'] };

/**
 * The packages of both images, by name.
 * @returns {NpmPackage[]}
 */
export const shippedPackages = () => {
  /** @type {Map<string, NpmPackage>} */
  const all = new Map();
  for (const [image, apps] of Object.entries(IMAGES)) {
    for (const found of packagesOf(image, apps)) {
      const key = `${found.name}@${found.version}`;
      all.set(key, { ...found, images: [...(all.get(key)?.images ?? []), image] });
    }
  }
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
};
