import { shippedPackages } from './npm-packages.mjs';
import { BESIDE_IT, IN_THE_IMAGES, IN_THE_LAB } from './parts.mjs';
import { EXCEPTIONS } from './policy.mjs';

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {readonly import('./parts.mjs').Part[]} parts */
const partsTable = (parts) =>
  table(
    ['part', 'licence', ''],
    parts.map(({ name, licence, what }) => [name, licence, what]),
  );

/** docs/licences.md, from what is installed. */
export const licencesPage = () => {
  const packages = shippedPackages();
  const exceptions = Object.entries(EXCEPTIONS).map(([name, { licence, why }]) => [
    `\`${name}\``,
    licence,
    why,
  ]);
  const rows = packages.map(({ name, version, licence, images }) => [
    `\`${name}\``,
    version,
    licence,
    images.join(', '),
  ]);
  return `# Licences of all parts

Outdial itself is MIT. This page is written by \`node scripts/licences.mjs\` from the installed packages; a test
fails when it is not what that says, or when a package comes into an image under a licence that is unknown or not
allowed there (\`scripts/licences/policy.mjs\`).

## In the images: npm packages

${packages.length} packages, under licences that allow it without conditions beyond keeping their notices, which are in
the packages, but for these:

${table(['package', 'licence', 'why it may be there'], exceptions)}

${table(['package', 'version', 'licence', 'image'], rows)}

## In the images: everything else

${partsTable(IN_THE_IMAGES)}

## In the lab

Built or installed on the machine that runs the lab, and in the image of the lab, which is built there too and not
released.

${partsTable(IN_THE_LAB)}

## Beside it: images of others in docker-compose.yml

${partsTable(BESIDE_IT)}
`;
};
