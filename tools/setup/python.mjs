import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { parseJson, run, SetupError } from './program.mjs';

const oldest = [3, 10];
const installMend =
  'Install Python 3.10 or later (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python).';

/**
 * Compiled when installed instead of at the first import: Lambda's own runtime is, and a cold start would show it.
 * The others' modules are compiled as they are used, which is a small part of them.
 */
const compiled = new Set(['python-runtime']);

/**
 * zig under one name per tool, as CMake and cargo want it; `zig-cc` and `zig-c++` compile for ZIG_TARGET. zig compiles its C and
 * C++ libraries once per level of optimization and with or without symbols (a minute of CPU each): the same flags for all.
 */
export const zigPrograms = {
  cc: 'cc -target "$ZIG_TARGET" -O2 -s',
  'c++': 'c++ -target "$ZIG_TARGET" -O2 -s',
  ar: 'ar',
  ranlib: 'ranlib',
};

/**
 * Adds them to the environment's bin/, and to host/ a `cc` for what runs while cargo builds, where the machine has none.
 * @param {string} dir the environment @param {string} cache where zig keeps its libraries, for all clones
 */
const addZigPrograms = (dir, cache) => {
  const lib = join(dir, 'lib');
  const python = readdirSync(lib).find((name) => name.startsWith('python3')) ?? '';
  const zig = join(lib, python, 'site-packages', 'ziglang', 'zig');
  const kept = `export ZIG_GLOBAL_CACHE_DIR="\${ZIG_GLOBAL_CACHE_DIR:-${join(cache, 'zig-cache')}}"`;
  const add = (/** @type {string} */ name, /** @type {string} */ args) => {
    writeFileSync(join(dir, name), `#!/bin/sh\n${kept}\nexec '${zig}' ${args} "$@"\n`, { mode: 0o755 });
  };
  for (const [name, args] of Object.entries(zigPrograms)) add(join('bin', `zig-${name}`), args);
  mkdirSync(join(dir, 'host'));
  add(join('host', 'cc'), 'cc');
};

/** @param {string} program @returns {Promise<{ version: number[], venv: boolean } | undefined>} undefined where it does not run */
const inspect = async (program) => {
  const code =
    'import sys,json,importlib.util as u;print(json.dumps([list(sys.version_info[:3]),all(u.find_spec(m) for m in ("venv","ensurepip"))]))';
  try {
    const [version, venv] = /** @type {[number[], boolean]} */ (
      parseJson(await run('looking for Python', program, ['-c', code], { cwd: '/' }))
    );
    return { version, venv };
  } catch {
    return undefined;
  }
};

/**
 * The Python that virtual environments are made with: LATENCY_LAB_PYTHON, or the first usable python3 on the path.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 * @throws {SetupError} naming what was found and why it does not do
 */
export const findPython = async (env) => {
  const wanted = env['LATENCY_LAB_PYTHON'];
  const names = wanted
    ? [wanted]
    : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.14', 'python3.10', 'python'];
  const refused = [];
  for (const name of names) {
    const found = await inspect(name);
    if (found === undefined) continue;
    const [major = 0, minor = 0] = found.version;
    const shown = `${name} is Python ${found.version.join('.')}`;
    if (major < 3 || (major === 3 && minor < 10)) refused.push(`${shown}, older than ${oldest.join('.')}`);
    else if (!found.venv)
      refused.push(`${shown}, without its venv module (Debian, Ubuntu: apt-get install python3-venv)`);
    else return name;
  }
  if (refused.length > 0) throw new SetupError(`no usable Python: ${refused.join('; ')}. ${installMend}`);
  throw new SetupError(`no Python found (looked for ${names.join(', ')}). ${installMend}`);
};

/** uv knows none of pip's variables; what a user set for pip is meant for it, too. @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv} */
const uvEnvironment = (env) => ({
  ...env,
  UV_NO_PROGRESS: '1',
  UV_DEFAULT_INDEX: env['UV_DEFAULT_INDEX'] ?? env['UV_INDEX_URL'] ?? env['PIP_INDEX_URL'],
});

/**
 * Virtual environments from hashed lock files in tools/python.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv }} options
 * @returns {{ environment: (name: string) => Promise<string>, uv: () => Promise<string> }} `environment`: its directory,
 *   where Python is `bin/python`; `uv`: the program that installs and locks
 */
export const pythonEnvironments = ({ root, cache, env }) => {
  const lockOf = (/** @type {string} */ name) => join(root, 'tools', 'python', `${name}.lock`);
  /** @type {Promise<string> | undefined} */
  let found;
  const python = () => (found ??= findPython(env));

  /** @param {string} name @param {(dir: string) => Promise<void>} build */
  const environment = (name, build) =>
    cached({
      cache,
      name,
      key: [
        readFileSync(lockOf(name)),
        env['LATENCY_LAB_PYTHON'] ?? '',
        ...(compiled.has(name) ? ['compiled'] : []),
        ...(name === 'zig' ? [JSON.stringify(zigPrograms), 'host cc'] : []),
      ],
      probe: join('bin', 'python'),
      build,
    });

  /** @param {string} name @param {string} dir */
  const byPip = async (name, dir) => {
    const what = `setting up ${name}`;
    await run(what, await python(), ['-m', 'venv', '--clear', dir], { cwd: cache, env });
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--only-binary=:all:',
      '--require-hashes',
    ];
    await run(what, join(dir, 'bin', 'python'), [...pip, '-r', lockOf(name)], { cwd: cache, env });
  };

  /** @type {Promise<string> | undefined} */
  let uv;
  const findUv = () =>
    (uv ??= environment('uv', (dir) => byPip('uv', dir)).then((dir) => join(dir, 'bin', 'uv')));

  /** @param {string} name @param {string} dir */
  const byUv = async (name, dir) => {
    const options = { cwd: cache, env: uvEnvironment(env) };
    const what = `setting up ${name}`;
    const program = await findUv();
    await run(
      what,
      program,
      ['venv', '--quiet', '--allow-existing', '--no-project', '--python', await python(), dir],
      options,
    );
    const install = [
      'pip',
      'install',
      '--quiet',
      '--require-hashes',
      '--no-build',
      ...(compiled.has(name) ? ['--compile-bytecode'] : []),
      '--python',
      join(dir, 'bin', 'python'),
    ];
    await run(what, program, [...install, '-r', lockOf(name)], options);
  };

  return {
    environment: (name) =>
      environment(name, async (dir) => {
        await byUv(name, dir).catch(() => byPip(name, dir));
        if (name === 'zig') addZigPrograms(dir, cache);
      }),
    uv: findUv,
  };
};
