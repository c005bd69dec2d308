import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../setup/paths.mjs';
import { BUILD_LIMIT_MS, buildCheck, noGo } from './go-checks.mjs';

const folder = join(repository, '.github/workflows');
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(join(folder, name), 'utf8'),
}));

const skipped = noGo();
const dir = mkdtempSync(join(tmpdir(), 'outdial-workflows-'));
let program = '';
beforeAll(() => {
  if (skipped === null) program = buildCheck('actionlint', 'github.com/rhysd/actionlint/cmd/actionlint');
}, BUILD_LIMIT_MS);
afterAll(() => rmSync(dir, { recursive: true }));

/** @param {string[]} files */
const actionlint = (...files) =>
  spawnSync(program, ['-no-color', '-shellcheck=', '-pyflakes=', ...files], {
    cwd: repository,
    encoding: 'utf8',
  });

describe.skipIf(skipped)('actionlint', () => {
  test('finds nothing wrong with the workflows', () => {
    expect(actionlint(...workflows.map(({ name }) => join(folder, name)))).toMatchObject({
      status: 0,
      stdout: '',
    });
  });

  test('finds a job that does not exist', () => {
    const file = join(dir, 'broken.yml');
    writeFileSync(
      file,
      'on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-24.04\n    steps: [{ run: ls }]\n',
    );
    expect(actionlint(file).stdout).toContain('"b"');
  });
});

describe.each(workflows)('$name', ({ text }) => {
  const workflow = parse(text);

  test('takes each action from a commit, with its version beside it', () => {
    const used = [...text.matchAll(/uses: (\S+)( # v\d+\.\d+\.\d+)?$/gm)].filter(
      ([, name]) => !name?.startsWith('./'),
    );
    expect(used.length).toBeGreaterThan(0);
    for (const [line, name, version] of used) {
      expect(name, line).toMatch(/@[0-9a-f]{40}$/);
      expect(version, line).toBeDefined();
    }
  });

  test('may only read, unless a job says otherwise', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  test('has a limit on every job of its own', () => {
    for (const [name, job] of Object.entries(workflow.jobs)) {
      if (!job.uses) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
    }
  });
});

test('a release builds its images after every test, and says itself last', () => {
  const { jobs } = parse(readFileSync(join(folder, 'release.yml'), 'utf8'));
  expect(jobs.test.uses).toBe('./.github/workflows/ci.yml');
  expect(jobs.images.needs).toBe('test');
  expect(jobs.images.strategy.matrix.image).toEqual(['bridge', 'agent']);
  expect(jobs.release.needs).toBe('images');
});
