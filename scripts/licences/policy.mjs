import { createRequire } from 'node:module';

// It has no types.
const parse = createRequire(import.meta.url)('spdx-expression-parse');

/** Licences under which a package may be in an image without a further word. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Unlicense',
]);

/**
 * Packages under other licences that were looked at, and why they may be there.
 * @type {Record<string, { licence: string, why: string }>}
 */
export const EXCEPTIONS = {
  '@livekit/av-<platform>': {
    licence: 'LGPL-2.1-or-later',
    why: 'ffmpeg, a program of its own, unchanged; its NOTICE says where the source is.',
  },
  '@livekit/local-inference': {
    licence: 'Apache-2.0 AND LicenseRef-LiveKit-Model',
    why: "LiveKit's turn detector may be used with LiveKit Agents only, as it is here.",
  },
  '@img/sharp-libvips-<platform>': {
    licence: 'LGPL-3.0-or-later',
    why: 'libvips, a shared library that can be replaced, unchanged; agents-js brings it for images.',
  },
};

/**
 * @typedef {{ license: string } | { left: Expression, conjunction: 'and' | 'or', right: Expression }} Expression
 */

/**
 * @param {Expression} expression
 * @returns {boolean}
 */
const isAllowed = (expression) => {
  if ('license' in expression) return ALLOWED.has(expression.license);
  const [left, right] = [isAllowed(expression.left), isAllowed(expression.right)];
  return expression.conjunction === 'or' ? left || right : left && right;
};

/**
 * Why a package may not be in an image; null when it may.
 * @param {{ name: string, version: string, licence: string }} shipped licence is an SPDX expression
 */
export const licenceProblem = ({ name, version, licence }) => {
  if (EXCEPTIONS[name]?.licence === licence) return null;
  try {
    if (isAllowed(parse(licence))) return null;
  } catch {
    return `${name}@${version} names the licence "${licence}", which is no SPDX expression: read its licence, then list it in scripts/licences/policy.mjs or leave the package out.`;
  }
  return `${name}@${version} is under ${licence}, which is not allowed in an image: leave it out, or say in scripts/licences/policy.mjs why it may stay.`;
};
