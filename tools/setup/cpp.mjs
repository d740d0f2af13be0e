import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cached } from './cache.mjs';
import { mendFor, parseJson, run, SetupError } from './program.mjs';
import { zigPrograms } from './python.mjs';

const attempts = 3;

/**
 * Downloads an archive of a package registry and verifies it. Through proxies and with certificates as far as Node's fetch
 * goes: NODE_EXTRA_CA_CERTS, and from Node 24 on NODE_USE_ENV_PROXY.
 * @param {{ url: string, sha256: string }} source @param {string} file where to put it @param {number} [retryMs] pause between attempts
 * @throws {SetupError} naming the address and what came from it
 */
export const fetchArchive = async ({ url, sha256 }, file, retryMs = 1000) => {
  let why = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const reply = await fetch(url);
      if (reply.ok) {
        const bytes = Buffer.from(await reply.arrayBuffer());
        const found = createHash('sha256').update(bytes).digest('hex');
        if (found !== sha256)
          throw new SetupError(`${url} is not what its lock says: sha256 ${found}, not ${sha256}`);
        writeFileSync(file, bytes);
        return;
      }
      why = `status ${reply.status}`;
    } catch (error) {
      if (error instanceof SetupError) throw error;
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      why = cause instanceof Error ? cause.message : String(cause);
    }
    if (attempt < attempts) await sleep(retryMs);
  }
  throw new SetupError(`${url} could not be fetched: ${why}\n${mendFor(why, dirname(file))}`.trimEnd());
};

/** What the C++ service runs on, as zig names it: LAB_ARCH's Linux, static over musl. @param {NodeJS.ProcessEnv} env @returns {string} */
export const zigTarget = (env) =>
  `${(env['LAB_ARCH'] ?? process.arch) === 'arm64' ? 'aarch64' : 'x86_64'}-linux-musl`;

/**
 * The static libraries of the C++ service for LAB_ARCH (default: this machine's), built once by zig from locked archives.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, zig: () => Promise<string> }} options `zig`: directory of its environment
 * @returns {Promise<string>} with lib/ and include/
 * @throws {SetupError}
 */
export const ensureCppLibraries = async ({ root, cache, env, zig }) => {
  const source = join(root, 'src', 'services', 'cpp-dynamodb', 'dependencies');
  const toolchain = join(root, 'src', 'services', 'zig.cmake');
  const lock = join(source, 'sources.lock.json');
  const zigLock = join(root, 'tools', 'python', 'zig.lock');
  const target = zigTarget(env);
  return cached({
    cache,
    name: `cpp-${target}`,
    key: [
      ...[lock, join(source, 'CMakeLists.txt'), toolchain, zigLock].map((file) => readFileSync(file)),
      JSON.stringify(zigPrograms),
    ],
    probe: join('lib', 'libcurl.a'),
    build: async (dir) => {
      const [archives, work] = [join(dir, 'archives'), join(dir, 'work')];
      mkdirSync(archives);
      // Copies: CMake starts over, in the middle of it, when a file of its input is touched.
      cpSync(source, join(work, 'source'), { recursive: true });
      cpSync(toolchain, join(work, 'zig.cmake'));
      const sources = /** @type {Record<string, { url: string, sha256: string }>} */ (
        parseJson(readFileSync(lock, 'utf8'))
      );
      const fetched = Object.entries(sources).map(([name, one]) =>
        fetchArchive(one, join(archives, `${name}.tar.gz`)),
      );
      const [programs] = await Promise.all([zig().then((at) => join(at, 'bin')), ...fetched]);
      const options = { cwd: dir, env: { ...env, ZIG_PROGRAMS: programs, ZIG_TARGET: target } };
      const cmake = (/** @type {string[]} */ ...args) =>
        run('building the C++ libraries', join(programs, 'cmake'), args, options);
      const settings = {
        CMAKE_BUILD_TYPE: 'Release',
        CMAKE_TOOLCHAIN_FILE: join(work, 'zig.cmake'),
        CMAKE_INSTALL_PREFIX: dir,
        ARCHIVES: archives,
      };
      await cmake(
        ...['-S', join(work, 'source'), '-B', join(work, 'build'), '-G', 'Unix Makefiles'],
        ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
      );
      await cmake(
        '--build',
        join(work, 'build'),
        '--parallel',
        String(availableParallelism()),
        '--target',
        'install',
      );
      for (const rest of [archives, work]) rmSync(rest, { recursive: true });
    },
  });
};
