/** Every Lambda service with its package, made as its template makes it, but for this machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { makeZip, type ZipSource } from '../local/host/zip-file.ts';

export const root = resolve(__dirname, '../..');

export interface Service {
  readonly id: string;
  readonly store: 'none' | 'dynamodb' | 's3';
  readonly runtime: 'nodejs24.x' | 'python3.13' | 'provided.al2023';
  readonly handler: string;
  /** Why this machine cannot build it. */
  readonly missing: string | undefined;
  /** The deployment package. */
  readonly zip: () => Buffer;
}

const sourceOf = (id: string): string => join(root, 'src', 'services', id);

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

const typescript = (id: string): ZipSource[] => {
  const built = buildSync({
    entryPoints: [join(sourceOf(id), 'app.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    write: false,
  });
  return built.outputFiles.map(({ contents }) => ({ path: 'app.mjs', data: Buffer.from(contents) }));
};

const python = (folder: string): ZipSource[] =>
  readdirSync(sourceOf(folder))
    .filter((name) => name.endsWith('.py'))
    .map((name) => ({ path: name, data: readFileSync(join(sourceOf(folder), name)) }));

/** Builds a service for this machine's CPU, as it is for Lambda. @returns the program */
export const buildNative = (id: string, target: string, artifacts: string): string => {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const settings = [`ARTIFACTS_DIR=${artifacts}`, `LAB_ARCH=${arch}`];
  execFileSync('make', ['-C', sourceOf(id), target, ...settings], { stdio: ['ignore', 'ignore', 'pipe'] });
  return join(artifacts, 'bootstrap');
};

const native = (id: string, target: string): ZipSource[] => {
  const artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
  try {
    buildNative(id, target, artifacts);
    return [{ path: 'bootstrap', data: readFileSync(join(artifacts, 'bootstrap')), mode: 0o100755 }];
  } finally {
    rmSync(artifacts, { recursive: true, force: true });
  }
};

const interpreted = (id: string, store: Service['store'], runtime: 'nodejs24.x' | 'python3.13'): Service => ({
  ...{ id, store, runtime, handler: 'app.handler', missing: undefined },
  zip: () => makeZip(runtime === 'nodejs24.x' ? typescript(id) : python(id)),
});

const lesson = (id: string, module: string): Service => ({
  ...{ id, store: 'dynamodb', runtime: 'python3.13', handler: `${module}.handler`, missing: undefined },
  zip: () => makeZip(python('python-lessons')),
});

const nativeService = (id: string, target: string, missing?: string): Service => ({
  id,
  store: 'dynamodb',
  runtime: 'provided.al2023',
  handler: 'bootstrap',
  missing,
  zip: () => makeZip(native(id, target)),
});

export const services: readonly Service[] = [
  interpreted('null', 'none', 'nodejs24.x'),
  interpreted('node-dynamodb', 'dynamodb', 'nodejs24.x'),
  interpreted('python-dynamodb', 'dynamodb', 'python3.13'),
  interpreted('python-s3', 's3', 'python3.13'),
  lesson('lesson-client-inside', 'client_inside'),
  lesson('lesson-lazy-import', 'lazy_import'),
  lesson('lesson-read-then-write', 'read_then_write'),
  nativeService('rust-dynamodb', 'build-RustDynamodbFunction', has('cargo') ? undefined : 'cargo is missing'),
  nativeService('cpp-dynamodb', 'build-CppDynamodbFunction'),
];

/** @throws where there is no service of that id */
export const serviceNamed = (id: string): Service => {
  const found = services.find((service) => service.id === id);
  if (found === undefined) throw new Error(`no service ${id}`);
  return found;
};
