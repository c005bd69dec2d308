/**
 * The part of the changelog that is a release's notes.
 * @param {{ tag: string, version: string, changelog: string }} release version is the one of package.json
 * @throws {Error} when the tag is another version's, or the changelog says nothing about it or about upgrading
 */
export const releaseNotes = ({ tag, version, changelog }) => {
  if (tag !== `v${version}`) {
    throw new Error(
      `The tag is "${tag}" and package.json's version is ${version}: tag v${version}, or change it.`,
    );
  }
  const parts = changelog.split(/^## /m).slice(1);
  const part = parts.find((text) => text.startsWith(`[${version}]`));
  if (part === undefined) {
    throw new Error(`CHANGELOG.md has no part "## [${version}] - YYYY-MM-DD": name [Unreleased] so.`);
  }
  const notes = part
    .replace(/^.*\n/, '')
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .trim();
  if (!/^### Upgrading$/m.test(notes)) {
    throw new Error(
      `CHANGELOG.md says nothing under "### Upgrading" of ${version}: what to do, or that there is nothing.`,
    );
  }
  return notes;
};
