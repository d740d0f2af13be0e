import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildLab } from '../../../src/local/deploy/build.ts';
import { findProgram } from '../../../src/local/host/image.ts';
import { openToolbox } from '../../../src/local/deploy/toolchains.ts';
import { startReaper } from '../../../src/local/reaper/reaper.ts';
import { root as repository } from '../fixtures/bundle.ts';
import { makeLab, type TestLab } from '../fixtures/lab.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

describe('openToolbox', () => {
  it('gives the same answer whichever toolchain answers first', async () => {
    const reaper = startReaper(repository);
    const names = ['zig', 'make', 'cargo', 'pip', 'node'] as const;
    const [one, other] = await Promise.all([
      openToolbox(names, reaper),
      openToolbox([...names].reverse(), reaper),
    ]);
    await reaper.close();
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(Object.keys(one.versions)).toEqual(Object.keys(one.versions).sort());
  });
});

describe('buildLab', () => {
  let lab: TestLab;
  const path = process.env['PATH'];
  beforeAll(() => {
    lab = makeLab();
    // A machine without Rust, whatever this one has.
    const bin = join(lab.root, 'bin');
    mkdirSync(bin);
    for (const program of ['sh', 'env', 'make', 'node', 'npm']) {
      symlinkSync(findProgram(program)!, join(bin, program));
    }
    process.env['PATH'] = bin;
  });
  afterAll(() => {
    process.env['PATH'] = path;
  });
  const progress: string[] = [];
  const build = (only?: string[]) =>
    buildLab({
      root: lab.root,
      onProgress: (line) => progress.push(line),
      ...(only === undefined ? {} : { only }),
    });
  const leftOut = [{ id: 'rusty', reason: 'cargo is missing: install Rust from https://rustup.rs' }];
  const built = (...file: string[]): string => {
    const builds = join(lab.root, '.latency-lab', 'build');
    const { key } = JSON.parse(readFileSync(join(builds, 'plain.json'), 'utf8'));
    return readFileSync(join(builds, key, ...file), 'utf8');
  };
  const builtCode = (): string => built('Plain', 'plainFunction', 'app.mjs');

  it('builds what the toolchains allow and says what is left out', async () => {
    expect(await build()).toEqual({ reused: false, targets: ['plain'], leftOut });
    expect(progress).toContain('building Plain/plainFunction');
    expect(builtCode()).toContain('first');
  });

  it('reuses the build while nothing that goes in has changed', async () => {
    expect(await build()).toEqual({ reused: true, targets: ['plain'], leftOut });
    expect(await build(['plain'])).toEqual({ reused: true, targets: ['plain'], leftOut: [] });
  });

  it('builds again when a source has changed', async () => {
    lab.write('src/services/plain/app.ts', `export const handler = async (): Promise<string> => 'second';\n`);
    expect(await build()).toMatchObject({ reused: false });
    expect(builtCode()).toContain('second');
  });

  it('tells what the builder said, and keeps nothing of a failed build', async () => {
    lab.write('src/services/plain/app.ts', 'export const handler = (: ;\n');
    await expect(build()).rejects.toMatchObject({
      name: 'BuildError',
      exitCode: 1,
      message: expect.stringMatching(/^sam build failed:\nBuild Failed\n[^]*app\.ts:1:24/),
    });
    lab.write('src/services/plain/app.ts', `export const handler = async (): Promise<string> => 'third';\n`);
    expect(await build()).toMatchObject({ reused: false });
    expect(builtCode()).toContain('third');
  });

  it('keeps unselected architectures out of what is deployed', () => {
    expect(Object.keys(JSON.parse(built('template.yaml')).Resources)).toEqual(['Plain']);
  });

  it('refuses an id that there is not', async () => {
    await expect(build(['plane'])).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('only: given "plane"; allowed: plain, rusty'),
    });
    expect(existsSync(join(lab.root, '.latency-lab', 'build', 'plane.json'))).toBe(false);
  });
});
