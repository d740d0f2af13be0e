/** How many tests passed, failed and were skipped, and what was skipped, read from each runner's own words. */
import { readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number, why?: string[] }} Counts `why`: of what was skipped */
/** @typedef {{ status: string, ancestorTitles: string[], title: string }} Assertion */

/** @param {RegExp} pattern @param {string} text @returns {number} the sum of the first group over all matches */
const sumOf = (pattern, text) =>
  [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);

/** @param {string} file what jest-results.mjs left @returns {Counts} */
export const jestCounts = (file) => {
  /** @type {Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests' | 'numRuntimeErrorTestSuites', number> & { testResults: { assertionResults: Assertion[] }[] }} */
  const r = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = r.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending');
  return {
    passed: r.numPassedTests,
    // A file that could not even start holds no test: it counts as one failure.
    failed: r.numFailedTests + r.numRuntimeErrorTestSuites,
    skipped: r.numPendingTests + r.numTodoTests,
    why: [...new Set(skipped.map(({ ancestorTitles: [group], title }) => group ?? title))],
  };
};

/** @param {string} output @returns {Counts} of Python's unittest */
export const unittestCounts = (output) => {
  const failed = sumOf(/failures=(\d+)/g, output) + sumOf(/errors=(\d+)/g, output);
  const skipped = sumOf(/skipped=(\d+)/g, output);
  return { passed: sumOf(/^Ran (\d+) tests?/gm, output) - failed - skipped, failed, skipped };
};

/** @param {string} output @returns {Counts} of cargo test */
export const cargoCounts = (output) => ({
  passed: sumOf(/^test result: \w+\. (\d+) passed/gm, output),
  failed: sumOf(/^test result: .*? (\d+) failed/gm, output),
  skipped: sumOf(/^test result: .*? (\d+) ignored/gm, output),
});

/** @param {string} output @returns {Counts} of a program that closes with our own plain line */
export const plainCounts = (output) => ({
  passed: sumOf(/^(\d+) passed, \d+ failed/gm, output),
  failed: sumOf(/^\d+ passed, (\d+) failed/gm, output),
  skipped: 0,
});
