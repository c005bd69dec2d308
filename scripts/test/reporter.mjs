import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** @typedef {import('vitest/node').Reporter} Reporter */

/**
 * Writes what a run came to into the file that OUTDIAL_TEST_RESULTS names. vitest's own JSON leaves out why
 * a test was skipped.
 * @implements {Reporter}
 */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class ResultsFile {
  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<{ message: string }>} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    /** @type {import('./results.mjs').Results} */
    const results = { passed: 0, failures: [], skipped: [] };
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const result = test.result();
        if (result.state === 'passed') results.passed += 1;
        else if (result.state === 'skipped') {
          results.skipped.push({
            name,
            why: result.note ?? (test.options.mode === 'todo' ? 'still to be written' : null),
          });
        } else {
          failedTests += 1;
          const message = result.errors?.[0]?.message ?? 'it did not finish';
          results.failures.push({ name, message });
        }
      }
      if (failedTests === 0 && module.state() !== 'passed' && module.state() !== 'skipped') {
        results.failures.push({
          name: file,
          message: module.errors()[0]?.message ?? 'the file did not finish',
        });
      }
    }
    for (const { message } of unhandled) results.failures.push({ name: 'outside of any test', message });
    writeFileSync(process.env.OUTDIAL_TEST_RESULTS ?? 'test-results.json', JSON.stringify(results));
  }
}
