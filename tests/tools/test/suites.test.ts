import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jestCounts } from '../../../tools/test/counts.mjs';
import { suites } from '../../../tools/test/suites.mjs';
import { root } from '../../local/fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';

const directory = ownDirectory();

describe('suites', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  it("counts Rust's tests as skipped where cargo is missing, and says how to get it", () => {
    process.env['PATH'] = directory;
    const all = suites(directory, { root, pythonRuntime: '', fastapi: '' });
    const skipped = all.filter(({ skip }) => skip !== undefined).map(({ name, skip }) => [name, skip]);
    expect(skipped).toContainEqual([
      'service rust-dynamodb',
      { tests: 4, why: 'cargo is missing: install Rust from https://rustup.rs' },
    ]);
  });
});

describe('jestCounts', () => {
  it('names the groups of what was skipped, each once', () => {
    const file = join(directory, 'results.json');
    const of = (status: string, title: string, ...ancestorTitles: string[]) => ({
      status,
      title,
      ancestorTitles,
    });
    const counts = { numPassedTests: 1, numFailedTests: 0, numPendingTests: 3, numTodoTests: 0 };
    const assertionResults = [
      of('passed', 'counts', 'cpp'),
      of('pending', 'conforms', 'rust: cargo is missing'),
      of('pending', 'counts', 'rust: cargo is missing'),
      of('pending', 'alone'),
    ];
    const testResults = [{ assertionResults }];
    writeFileSync(file, JSON.stringify({ ...counts, numRuntimeErrorTestSuites: 0, testResults }));
    expect(jestCounts(file)).toEqual({
      ...{ passed: 1, failed: 0, skipped: 3 },
      why: ['rust: cargo is missing', 'alone'],
    });
  });
});
