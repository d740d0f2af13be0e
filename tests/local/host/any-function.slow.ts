/** Programs as others write and pack them: none of them knows the lab. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionVersion } from '../../../src/local/host/functions.ts';
import { findProgram } from '../../../src/local/host/image.ts';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { type InMemoryHost, startInMemoryHost, startWithPython } from './in-memory-host.ts';
import { type ZipSource, makeZip } from './zip-file.ts';

const apps = join(__dirname, '..', 'fixtures', 'third-party');

/** The application's folder, as `zip -r` packs it: with entries for directories. */
const packed = (app: string): ZipSource[] => {
  const directory = join(apps, app);
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.map((entry) => {
    const path = join(entry.parentPath, entry.name).slice(directory.length + 1);
    return entry.isDirectory()
      ? { path: `${path}/`, data: '', mode: 0o040755 }
      : { path, data: readFileSync(join(directory, path)) };
  });
};

/** Links these programs alone into a directory, for PATH. */
const programsIn = (directory: string, names: readonly string[]): void => {
  for (const name of names) symlinkSync(findProgram(name)!, join(directory, name));
};

const nodejs = { runtime: 'nodejs20.x' };
const python = { runtime: 'python3.13' };

const answers: readonly [string, string, Partial<FunctionVersion>, unknown][] = [
  ['CommonJS .js without a package.json', 'commonjs', { ...nodejs, handler: 'index.handler' }, 'hello, lab'],
  ['a handler in a sub-folder', 'commonjs', { ...nodejs, handler: 'src/handlers/app.handler' }, 'HELLO, LAB'],
  ['an export within an export', 'commonjs', { ...nodejs, handler: 'index.api.v1.get' }, 'v1'],
  ['.cjs', 'commonjs', { ...nodejs, handler: 'plain.handler' }, 'cjs'],
  ['ES modules by package.json', 'esm', { ...nodejs, handler: 'index.handler' }, 'module of lab'],
  ['.mjs', 'esm', { ...nodejs, handler: 'lib/other.handler' }, 'mjs'],
  ['a Python package by dots', 'python', { ...python, handler: 'shop.api.handlers.handler' }, 'total 42'],
  ['a Python package by slashes', 'python', { ...python, handler: 'shop/api/handlers.handler' }, 'total 42'],
];

describe('an application that knows nothing of the lab', () => {
  let lambda: InMemoryHost;
  beforeAll(async () => {
    lambda = await startWithPython();
  }, 120_000);
  afterAll(() => lambda.close());
  let count = 0;
  const answerOf = async (
    files: readonly ZipSource[],
    settings: Partial<FunctionVersion>,
  ): Promise<unknown> => {
    const name = `app${++count}`;
    lambda.define(name, files, { timeoutMs: 10_000, ...settings });
    const { text } = await lambda.invoke(name, '{"name":"lab"}');
    return JSON.parse(text);
  };

  it.each(answers)('runs: %s', async (_, app, settings, expected) => {
    expect(await answerOf(packed(app), settings)).toEqual(expected);
  });

  it('sees its code at /var/task, a /tmp of its own and nothing of the repository', async () => {
    if (lambda.host.isolation.files.startsWith('none')) return;
    const seen = await answerOf(packed('look-around'), { ...nodejs, handler: 'index.handler' });
    expect(seen).toMatchObject({
      cwd: '/var/task',
      root: '/var/task',
      file: '/var/task/index.js',
      trace: expect.stringMatching(/^ +at .*\(\/var\/task\/index\.js:\d+:\d+\)$/),
      above: ['lang', 'node_modules', 'runtime', 'task'],
      tmp: [],
      wroteTmp: true,
      wroteTask: 'EROFS',
      repository: false,
    });
    const { user } = lambda.host.isolation;
    if (user.startsWith('user 993')) expect(seen).toMatchObject({ uid: 993, gid: 990, groups: [990] });
  });

  it('finds what layers bring, for require, import and Python, and the SDK behind them', async () => {
    const layer = (arn: string, path: string, data: string) =>
      lambda.layers.set(arn, makeZip([{ path, data }]));
    layer('arn:node', 'nodejs/node_modules/greet/index.js', 'exports.greet = () => "layered";');
    layer('arn:python', 'python/greet/__init__.py', 'word = "layered"\n');
    const layers = ['arn:node', 'arn:python'];
    const settings = { ...nodejs, layers, handler: 'app.handler' };
    const required =
      "const { greet } = require('greet'); require('@aws-sdk/client-s3'); exports.handler = async () => greet();";
    const imported =
      "import { greet } from 'greet'; import '@aws-sdk/client-s3'; export const handler = async () => greet();";
    expect(await answerOf([{ path: 'app.js', data: required }], settings)).toBe('layered');
    expect(await answerOf([{ path: 'app.mjs', data: imported }], settings)).toBe('layered');
    const source = 'import boto3\nfrom greet import word\ndef handler(event, context):\n    return word\n';
    const inPython = { ...settings, ...python };
    expect(await answerOf([{ path: 'app.py', data: source }], inPython)).toBe('layered');
  }, 30_000);

  it('runs a zip that another program made: stored, links, no entries for directories', async () => {
    const script = `
import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, 'w', zipfile.ZIP_STORED) as archive:
    archive.writestr('lib/deep/answer.js', 'module.exports = 42;')
    link = zipfile.ZipInfo('answer.js'); link.create_system = 3; link.external_attr = 0o120777 << 16
    archive.writestr(link, 'lib/deep/answer.js')
    archive.writestr('index.js', 'exports.handler = async () => require("./answer.js");')
`;
    const made = spawnSync('python3', ['-c', script]);
    expect([made.status, made.stderr.toString()]).toEqual([0, '']);
    const fn = lambda.define('elsewhere', made.stdout, { ...nodejs, handler: 'index.handler' });
    expect((await lambda.invoke(fn.name)).text).toBe('42');
  });

  it('says as Lambda does that a bootstrap without its execute bit cannot be started', async () => {
    const answer = await answerOf([{ path: 'bootstrap', data: '#!/bin/sh\n', mode: 0 }], {});
    expect(answer).toMatchObject({ errorType: 'Runtime.InvalidEntrypoint' });
  });

  it('refuses paths with backslashes, as a broken archiver writes them', async () => {
    lambda.define('backslash', [{ path: 'src\\index.js', data: '' }], nodejs);
    const { status, text } = await lambda.invoke('backslash');
    expect([status, text]).toEqual([502, expect.stringContaining('invalid characters in fileName')]);
  });

  it('leaves nothing in the directory of temporary files when it is gone', async () => {
    const name = 'short-lived';
    const data =
      'exports.handler = async () => { require("fs").writeFileSync("/tmp/x", "1"); process.exit(1); };';
    lambda.define(name, [{ path: 'index.js', data }], { ...nodejs, handler: 'index.handler' });
    const before = readdirSync(join(lambda.config.workDir, 'tmp')).length;
    for (let i = 0; i < 3; i++) await lambda.invoke(name);
    await sleep(1000);
    expect(readdirSync(join(lambda.config.workDir, 'tmp')).length).toBeLessThanOrEqual(before + 1);
  });
});

it('runs Python of an environment that was made through a link, and shows nothing beside the link', async () => {
  const { 'python-runtime': tool } = await ensureTools(root, ['python-runtime']);
  const state = join(root, '.latency-lab');
  mkdirSync(state, { recursive: true });
  // Not below /tmp, which functions have one of their own of.
  const bin = mkdtempSync(join(state, 'linked-python-'));
  const environment = join(bin, 'env');
  mkdirSync(join(environment, 'bin'), { recursive: true });
  symlinkSync(realpathSync(tool.exec), join(bin, 'python3'));
  symlinkSync(join(bin, 'python3'), join(environment, 'bin', 'python'));
  symlinkSync(join(tool.dir, 'lib'), join(environment, 'lib'));
  writeFileSync(join(environment, 'pyvenv.cfg'), `home = ${bin}\n`);
  const lambda = await startWithPython(join(environment, 'bin', 'python'));
  try {
    const source = `import boto3, os\ndef handler(event, context):\n    return os.path.exists(${JSON.stringify(bin)})\n`;
    const settings = { ...python, handler: 'app.handler', timeoutMs: 10_000 };
    lambda.define('linked', [{ path: 'app.py', data: source }], settings);
    const { text } = await lambda.invoke('linked');
    expect(JSON.parse(text)).toBe(lambda.host.isolation.files.startsWith('none'));
  } finally {
    await lambda.close();
    rmSync(bin, { recursive: true });
  }
}, 60_000);

it('finds the programs that start functions where PATH names a directory that functions do not see', async () => {
  const { PATH } = process.env;
  const programs = ownDirectory();
  const mounting = ['mount', 'umount', 'pivot_root', 'unshare'];
  programsIn(programs, ['sh', ...mounting, 'setpriv', 'env', 'cat', 'node']);
  const usual = await startWithPython();
  process.env['PATH'] = programs;
  const lambda = await startInMemoryHost();
  process.env['PATH'] = PATH;
  await Promise.all([lambda.close(), usual.close()]);
  expect(lambda.host.isolation).toEqual(usual.host.isolation);
}, 60_000);

describe('where nothing can be mounted', () => {
  let lambda: InMemoryHost;
  const programs = ownDirectory();
  const { PATH } = process.env;
  beforeAll(async () => {
    programsIn(programs, ['sh', 'setpriv', 'env', 'cat', 'node']);
    chmodSync(programs, 0o755);
    process.env['PATH'] = programs;
    lambda = await startInMemoryHost();
  }, 30_000);
  afterAll(async () => {
    process.env['PATH'] = PATH;
    await lambda.close();
  });

  it.each(answers.filter(([, app]) => app !== 'python'))(
    'still runs: %s',
    async (title, app, settings, expected) => {
      expect(lambda.host.isolation.files).toMatch(/^none: .*unshare/);
      const name = title.replaceAll(/\W/g, '-');
      lambda.define(name, packed(app), settings);
      expect(JSON.parse((await lambda.invoke(name, '{"name":"lab"}')).text)).toEqual(expected);
    },
  );

  it('runs functions as root, and says so, where their user cannot reach the runtimes', async () => {
    if (process.getuid?.() !== 0) return;
    const closed = join(ownDirectory(), 'python');
    writeFileSync(closed, '', { mode: 0o755 });
    const other = await startWithPython(closed);
    await other.close();
    expect(other.host.isolation.user).toBe(`root: ${closed} cannot be executed`);
  });

  it('keeps away from the repository, with a directory of its own for temporary files', async () => {
    lambda.define('around', packed('look-around'), { ...nodejs, handler: 'index.handler' });
    const seen = JSON.parse((await lambda.invoke('around')).text) as Record<string, string>;
    expect(seen).toMatchObject({ repository: false, tmp: [], wroteTmp: true });
    expect(seen['cwd']).toBe(seen['root']);
    expect(dirname(dirname(seen['cwd'] ?? ''))).toMatch(/^\/tmp\/latency-lab-\w+$/);
  });
});
