/** A reporter that leaves what jest counted in a file. Its own --json fails at an error that refers to itself. */
import { writeFileSync } from 'node:fs';

/** @typedef {import('./counts.mjs').Assertion} Assertion */
/**
 * @typedef {Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests' | 'numRuntimeErrorTestSuites', number>
 *   & { testResults: readonly { testResults: readonly Assertion[] }[] }} Results
 */

export const fileVariable = 'LATENCY_LAB_JEST_RESULTS';

export default class {
  /** @param {unknown} _ @param {Results} results as jest aggregates them */
  onRunComplete(_, { testResults, ...results }) {
    const file = process.env[fileVariable];
    if (file === undefined) return;
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } =
      results;
    const counts = {
      numPassedTests,
      numFailedTests,
      numPendingTests,
      numTodoTests,
      numRuntimeErrorTestSuites,
    };
    const assertionResults = testResults
      .flatMap(({ testResults: tests }) => tests)
      .map(({ status, title, ancestorTitles }) => ({ status, title, ancestorTitles }));
    writeFileSync(file, JSON.stringify({ ...counts, testResults: [{ assertionResults }] }));
  }
}
