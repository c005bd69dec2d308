import { expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { chooseModels } from './choice.ts';
import { localModelsProblem, needsLocalModels } from './local-models.ts';

test.each([
  [{}, false],
  [{ VAD: 'builtin' }, true],
  [{ TURN_DETECTION: 'local' }, true],
])('%o needs the native package: %s', (env, needed) => {
  expect(needsLocalModels(chooseModels(testConfig(env)))).toBe(needed);
});

test('a package that does not load is told with the mend', () => {
  const problem = localModelsProblem(() => {
    throw new Error('no prebuilt binary\nRequire stack: …');
  });
  expect(problem).toContain('(no prebuilt binary)');
  expect(problem).toContain('Set VAD=silero and TURN_DETECTION=auto.');
  expect(localModelsProblem(() => ({}))).toBeNull();
});
