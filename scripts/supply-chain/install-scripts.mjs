import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup/paths.mjs';

const HOOKS = ['preinstall', 'install', 'postinstall'];

/**
 * The package folders of pnpm's virtual store: `.pnpm/<id>/node_modules/<name>` that are no links.
 * @param {string} store
 */
const packageDirs = (store) =>
  readdirSync(store).flatMap((id) => {
    const modules = join(store, id, 'node_modules');
    if (!existsSync(modules)) return [];
    return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
      if (!entry.isDirectory()) return [];
      const dir = join(modules, entry.name);
      if (!entry.name.startsWith('@')) return [dir];
      return readdirSync(dir, { withFileTypes: true })
        .filter((scoped) => scoped.isDirectory())
        .map((scoped) => join(dir, scoped.name));
    });
  });

/**
 * Names of the installed packages that would run something of theirs at an install: by a script, or by
 * binding.gyp, for which package managers start node-gyp unasked.
 * @param {string} [modules]
 * @returns {string[]}
 */
export const packagesWithInstallScripts = (modules = join(repository, 'node_modules')) => {
  const names = packageDirs(join(modules, '.pnpm')).flatMap((dir) => {
    if (!existsSync(join(dir, 'package.json'))) return [];
    const { name, scripts = {} } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    return HOOKS.some((hook) => hook in scripts) || existsSync(join(dir, 'binding.gyp')) ? [name] : [];
  });
  return [...new Set(names)].sort();
};
