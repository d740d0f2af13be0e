/**
 * Does memory buy CPU on the local plane as it does on Lambda? The lab's own tuner measures a function that does nothing but
 * count, size by size; where control groups give CPU in proportion to memory, milliseconds times megabytes stay the same up to
 * one vCPU (1,769 MB). Every size is measured several times, in turn, and told by its median.
 * Run: node bench/tuning-curve.mjs [times]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from 'd3-array';
import { importSources } from './generator-sources.mjs';

/**
 * @typedef {typeof import('../src/local/plane.ts') & typeof import('../src/app/tuner.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/aws/function-invoker.ts') & typeof import('../src/adapters/aws/function-versions.ts')
 *   & typeof import('../tests/local/fixtures/functions.ts')} Sources
 */
const {
  startPlane,
  measureSize,
  finishTuning,
  checkFunction,
  systemClock,
  createLambdaClient,
  lambdaFunctionInvoker,
  createConfigurationClient,
  lambdaFunctionVersions,
  packageOf,
  createFunction,
} = /** @type {Sources} */ (
  await importSources([
    'src/local/plane.ts',
    'src/app/tuner.ts',
    'src/adapters/system.ts',
    'src/adapters/aws/function-invoker.ts',
    'src/adapters/aws/function-versions.ts',
    'tests/local/fixtures/functions.ts',
  ])
);
const { Lambda } = await import('@aws-sdk/client-lambda');

const times = Number(process.argv[2] ?? 5);
const sizes = [128, 256, 512, 1024, 1769];
/** Some 60 ms of a whole core: over periods of 20 ms or so a share is no steady thing. */
const source = `
export const handler = async () => {
  let sum = 0;
  for (let i = 0; i < 6e7; i++) sum += i % 7;
  return sum;
};`;

const workDir = mkdtempSync(join(tmpdir(), 'bench-tuning-'));
const plane = await startPlane({ root: fileURLToPath(new URL('..', import.meta.url)), workDir });
try {
  Object.assign(process.env, plane.env);
  const lambda = new Lambda({ maxAttempts: 1 });
  const { FunctionArn: lambdaARN = '' } = await createFunction(lambda, 'counting', packageOf(source), {
    MemorySize: 512,
    Timeout: 60,
  });
  lambda.destroy();
  const deps = {
    versions: lambdaFunctionVersions(createConfigurationClient()),
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    clock: systemClock,
  };
  /** @type {Map<number, number[]>} */
  const found = new Map(sizes.map((size) => [size, []]));
  for (let i = 0; i < times; i++) {
    const plan = await checkFunction(deps, { lambdaARN, num: 5, powerValues: sizes });
    const measured = [];
    for (const memoryMb of sizes) {
      const size = await measureSize(deps, { plan, memoryMb }, 300_000);
      found.get(memoryMb)?.push(size.averageDuration);
      measured.push(size);
    }
    await finishTuning(deps, { plan, sizes: measured });
  }
  const whole = (median(found.get(1769) ?? []) ?? NaN) * 1769;
  console.log(`${plane.labels['Isolation of cpu'] ?? ''}\n   MB        ms    ms x MB over that of 1,769 MB`);
  for (const [memoryMb, all] of found) {
    const ms = median(all) ?? NaN;
    console.log(
      `${String(memoryMb).padStart(5)} ${ms.toFixed(1).padStart(9)} ${((ms * memoryMb) / whole).toFixed(3).padStart(9)}`,
    );
  }
} finally {
  await plane.stop();
  rmSync(workDir, { recursive: true, force: true });
}
