import { describe, expect, test } from 'vitest';
import { releaseNotes } from './changelog.mjs';

const changelog = `# Changelog

## [Unreleased]

### Added
- Later.

## [0.2.0] - 2026-12-01

### Upgrading
Nothing to do.

### Fixed
- A thing.

## [0.1.0] - 2026-11-24

### Added
- Everything.

[0.2.0]: https://example.org
`;

describe('the notes of a release', () => {
  test("are its part of the changelog, without the others'", () => {
    expect(releaseNotes({ tag: 'v0.2.0', version: '0.2.0', changelog })).toBe(
      '### Upgrading\nNothing to do.\n\n### Fixed\n- A thing.',
    );
  });

  test.each([
    ['another version was tagged', 'v0.3.0', '0.2.0', /package.json's version is 0\.2\.0/],
    ['the changelog does not know it', 'v0.3.0', '0.3.0', /no part "## \[0\.3\.0\]/],
    ['nobody said how to upgrade', 'v0.1.0', '0.1.0', /### Upgrading/],
  ])('are refused when %s', (_, tag, version, message) => {
    expect(() => releaseNotes({ tag, version, changelog })).toThrow(message);
  });
});
