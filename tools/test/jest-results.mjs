/** A reporter that leaves what jest counted in a file, and every test as JUnit's XML beside it. Its own --json fails at an error that refers to itself. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { junit } from './junit.mjs';

/** @typedef {import('./counts.mjs').Assertion} Assertion */
/** @typedef {Assertion & { duration?: number | null, failureMessages: readonly string[] }} Told */
/**
 * @typedef {Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests' | 'numRuntimeErrorTestSuites', number>
 *   & { testResults: readonly { testFilePath: string, testExecError?: { message?: string }, testResults: readonly Told[] }[] }} Results
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
    const cases = testResults.flatMap(({ testFilePath, testExecError, testResults: tests }) => {
      const group = testFilePath.split('/tests/').at(-1) ?? testFilePath;
      const broken = { group, title: 'starts', status: 'failed', seconds: 0 };
      return [
        ...(testExecError === undefined ? [] : [{ ...broken, messages: [testExecError.message ?? ''] }]),
        ...tests.map(({ status, title, ancestorTitles, duration, failureMessages }) => ({
          group,
          title: [...ancestorTitles, title].join(' › '),
          status,
          seconds: (duration ?? 0) / 1000,
          messages: failureMessages,
        })),
      ];
    });
    writeFileSync(file.replace(/\.json$/, '.xml'), junit(basename(file, '.json'), cases));
  }
}
