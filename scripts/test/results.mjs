/**
 * What one run of the tests came to, as `reporter.mjs` writes it.
 * @typedef {object} Results
 * @property {number} passed
 * @property {{ name: string, message: string }[]} failures failed tests, and files that could not be run
 * @property {{ name: string, why: string | null }[]} skipped
 */

/** @type {Results} */
export const NOTHING_RUN = { passed: 0, failures: [], skipped: [] };

/**
 * The results of a run that has ended: one that crashed, or reported no failure and still failed, is a failure.
 * @param {string} name
 * @param {Results | null} reported null when it ended before it could report
 * @param {{ code: number | null, signal: string | null }} exit
 * @returns {Results}
 */
export const judgeRun = (name, reported, { code, signal }) => {
  const how = signal ? `ended by ${signal}` : `exit code ${code}`;
  const results = reported ?? NOTHING_RUN;
  if (reported && (code === 0 || results.failures.length > 0)) return results;
  const message = reported
    ? `it failed without a failed test (${how})`
    : `it ended before it could report (${how})`;
  return { ...results, failures: [...results.failures, { name: `the run of the ${name}`, message }] };
};

/**
 * @param {readonly Results[]} runs
 * @returns {Results}
 */
export const sum = (runs) => ({
  passed: runs.reduce((total, run) => total + run.passed, 0),
  failures: runs.flatMap((run) => run.failures),
  skipped: runs.flatMap((run) => run.skipped),
});

/**
 * What is printed at the end; the last line is the closing line, which other programs read.
 * @param {Results} results
 */
export const closingLines = ({ passed, failures, skipped }) => {
  const none = passed + failures.length === 0;
  const failed = failures.length + (none ? 1 : 0);
  return [
    ...failures.map(({ name, message }) => `FAILED   ${name}\n         ${message.split('\n')[0]}`),
    ...(none ? ['FAILED   no test was run'] : []),
    ...skipped.map(
      ({ name, why }) => `SKIPPED  ${name}\n         ${why ?? 'no reason is given: say it in the test'}`,
    ),
    `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  ];
};

/** @param {Results} results */
export const isGreen = ({ passed, failures }) => passed > 0 && failures.length === 0;
