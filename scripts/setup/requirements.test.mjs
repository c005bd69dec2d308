import { describe, expect, test } from 'vitest';
import { nodeProblem } from './node-version.mjs';
import { findProblems, isAtLeast } from './requirements.mjs';

/** @type {import('./requirements.mjs').Machine} */
const ready = { npm: true, apt: true, missingPackages: [], install: 'root', go: '1.26.8', goIsLocal: true };
const lab = { lab: true, go: '1.26' };

describe('what is missing on a machine', () => {
  test('nothing on one that has it all', () => {
    expect(findProblems(ready, lab)).toEqual([]);
  });

  test.each([
    ['npm', { npm: false }, 'npm was not found'],
    ['Go', { go: null }, 'install Go 1.26 or newer'],
    ['a Go that is too old', { go: '1.19.8', goIsLocal: false }, 'this is 1.19.8'],
    ['a Go that may not upgrade itself', { go: '1.24.3' }, 'this is 1.24.3'],
    ['apt', { apt: false, missingPackages: ['sox'] }, 'Debian or Ubuntu only'],
    [
      'the right to install',
      { install: /** @type {const} */ ('none'), missingPackages: ['sox'] },
      'apt-get install sox',
    ],
  ])('%s is named with its mend', (_, lack, sentence) => {
    const problems = findProblems({ ...ready, ...lack }, lab);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  test('an older Go that fetches the newer one by itself will do', () => {
    expect(findProblems({ ...ready, go: '1.24.3', goIsLocal: false }, lab)).toEqual([]);
  });

  test('everything at once, not one after the other', () => {
    const bare = { ...ready, npm: false, go: null, apt: false, missingPackages: ['sox'] };
    expect(findProblems(bare, lab)).toHaveLength(3);
  });

  test('without the lab neither apt nor Go is asked for', () => {
    expect(
      findProblems({ ...ready, apt: false, go: null, missingPackages: ['sox'] }, { lab: false, go: '' }),
    ).toEqual([]);
  });

  test.each([
    ['20.0.0', true],
    ['24.21.0', true],
    ['18.20.4', false],
  ])('Node %s is new enough: %s', (version, enough) => {
    expect(nodeProblem(version) === null).toBe(enough);
  });

  test.each([
    ['1.26', '1.26', true],
    ['1.26.8', '1.26', true],
    ['1.9', '1.26', false],
    ['2.0', '1.26', true],
    ['1.27rc1', '1.26.2', true],
  ])('version %s is at least %s: %s', (version, needed, expected) => {
    expect(isAtLeast(version, needed)).toBe(expected);
  });
});
