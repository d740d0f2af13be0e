import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf, runnableOf, steps } from '../../tools/pipeline/steps.mjs';
import JestResults, { fileVariable } from '../../tools/test/jest-results.mjs';
import { junit } from '../../tools/test/junit.mjs';
import { runSuites } from '../../tools/test/runner.mjs';
import { root } from '../local/fixtures/bundle.ts';
import { ownDirectory } from '../support/directory.ts';

const directory = ownDirectory();
const buildspec = readFileSync(join(root, 'buildspec.yml'), 'utf8');
const where = { root, results: directory, pythonRuntime: 'python', fastapi: 'fastapi', sam: 'sam' };
const withCommand = (command: string): string => `phases: { build: { commands: ['${command}'] } }`;

describe('buildspec.yml', () => {
  it('calls every step once, in their order, and nothing else', async () => {
    const called = await commandsOf(buildspec);
    expect(called.map(({ step }) => step)).toEqual(Object.keys(steps));
  });

  it('is run here but for what installs and what uploads, each with its reason', async () => {
    const { suites, notRun } = await runnableOf(buildspec, where);
    const names = suites.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['lint', 'lint:templates', 'unit', 'service fastapi', 'sam build']),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(notRun.map((line) => line.split(': ')[1])).toEqual([
      'node bin/pipeline.mjs install',
      'node bin/pipeline.mjs package',
    ]);
  });

  it.each(['npm run deploy', 'node bin/pipeline.mjs deploy', 'node bin/pipeline.mjs toString'])(
    'fails where it has the command %s',
    async (command) => {
      const { suites } = await runnableOf(withCommand(command), where);
      expect(suites.map(({ name }) => name)).toEqual([`buildspec.yml: ${command}`]);
      expect(suites[0]!.read('')).toEqual({ passed: 0, failed: 1, skipped: 0 });
    },
  );
});

describe('runSuites', () => {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());
  const program = (name: string, text: string) => ({
    name,
    command: [process.execPath, '-e', text],
    read: () => ({ passed: 2, failed: 0, skipped: 0 }),
  });

  it('closes with the totals, remarks above, and leaves a test case for each suite', async () => {
    const suites = [
      program('good', 'console.log("fine")'),
      program('bad', 'console.error("went <wrong>"); process.exit(3)'),
      { ...program('absent', ''), skip: { tests: 4, why: 'no cargo' } },
    ];
    expect(await runSuites(suites, { root: directory, name: 'mine', remarks: ['a remark'] })).toBe(false);
    const lines = said.join('').trimEnd().split('\n');
    expect(lines.slice(-3)).toEqual([
      'skipped in absent: no cargo',
      'a remark',
      '3 passed, 1 failed, 4 skipped',
    ]);
    const xml = readFileSync(join(directory, '.latency-lab/test-results/mine.xml'), 'utf8');
    expect(xml).toContain('<testsuite name="mine" tests="3" failures="1" skipped="1">');
    expect(xml).toMatch(/name="bad" time="[\d.]+"><failure message="went &lt;wrong&gt;">/);
  });
});

describe('junit', () => {
  it('escapes what XML reserves and drops what it forbids', () => {
    const of = (status: string, title: string) => ({
      group: 'g',
      title,
      status,
      seconds: 1.5,
      messages: ['\u001b[31ma & b\u0000'],
    });
    expect(
      junit('n', [of('passed', '"quoted"'), of('failed', 'x'), of('pending', 'y')])
        .split('\n')
        .slice(2, 6),
    ).toEqual([
      '<testsuite name="n" tests="3" failures="1" skipped="1">',
      '<testcase classname="g" name="&quot;quoted&quot;" time="1.500"/>',
      '<testcase classname="g" name="x" time="1.500"><failure message="a &amp; b">a &amp; b</failure></testcase>',
      '<testcase classname="g" name="y" time="1.500"><skipped/></testcase>',
    ]);
  });
});

describe("jest's reporter", () => {
  afterEach(() => {
    Reflect.deleteProperty(process.env, fileVariable);
  });

  it('leaves counts as JSON and every test as XML, and a file that could not start as a failure', () => {
    const file = join(directory, 'unit.json');
    writeFileSync(file, '');
    process.env[fileVariable] = file;
    const told = {
      status: 'passed',
      title: 'counts',
      ancestorTitles: ['cpp'],
      duration: 20,
      failureMessages: [],
    };
    const counts = {
      numPassedTests: 1,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      numRuntimeErrorTestSuites: 1,
    };
    const testResults = [
      { testFilePath: '/clone/tests/a.test.ts', testResults: [told] },
      {
        testFilePath: '/clone/tests/b.test.ts',
        testExecError: { message: 'no such module' },
        testResults: [],
      },
    ];
    new JestResults().onRunComplete(undefined, { ...counts, testResults });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(counts);
    const xml = readFileSync(join(directory, 'unit.xml'), 'utf8');
    expect(xml).toContain('<testcase classname="a.test.ts" name="cpp › counts" time="0.020"/>');
    expect(xml).toContain(
      '<testcase classname="b.test.ts" name="starts" time="0.000"><failure message="no such module">',
    );
  });
});
