/**
 * How often the hook before traffic stops a real version: rollouts of the Node service on the local plane, each from a version that has been answering
 * to one that is new, equal or slower by a share of its own time. The hook's code is the one that runs behind CodeDeploy.
 * Run: node bench/rollouts-real.mjs [equal rollouts] [slower rollouts] [requests per second to each] [seconds a round] [rounds at most]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { importSources } from './generator-sources.mjs';

/**
 * @typedef {typeof import('../src/local/plane.ts') & typeof import('../src/app/rollout/hook.ts') & typeof import('../src/adapters/system.ts')
 *   & typeof import('../src/adapters/pacer.ts') & typeof import('../src/adapters/aws/function-invoker.ts')
 *   & typeof import('../tests/local/host/zip-file.ts') & typeof import('../tests/local/fixtures/functions.ts')
 *   & typeof import('../tests/support/memory.ts') & typeof import('../src/core/histogram/histogram.ts')} Sources
 */
const sources = /** @type {Sources} */ (
  await importSources([
    'src/local/plane.ts',
    'src/app/rollout/hook.ts',
    'src/adapters/system.ts',
    'src/adapters/pacer.ts',
    'src/adapters/aws/function-invoker.ts',
    'tests/local/host/zip-file.ts',
    'tests/local/fixtures/functions.ts',
    'tests/support/memory.ts',
    'src/core/histogram/histogram.ts',
  ])
);
const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
const { Lambda, waitUntilFunctionUpdatedV2 } = await import('@aws-sdk/client-lambda');

const [equal = 20, slower = 10, requestsPerSecond = 50, roundSeconds = 3, most = 40] = process.argv
  .slice(2)
  .map(Number);
const root = fileURLToPath(new URL('..', import.meta.url));
const workDir = mkdtempSync(join(tmpdir(), 'bench-rollouts-'));

/** The service as it is, and the same that then waits, on the CPU, for a share of the time that it took. */
const entry = `
import { handler as service } from './src/services/node-dynamodb/app.ts';
const share = Number(process.env.SLOWER ?? 0);
export const handler = async (event, context) => {
  const startedMs = performance.now();
  const answer = await service(event, context);
  const untilMs = performance.now() + share * (performance.now() - startedMs);
  while (performance.now() < untilMs);
  return answer;
};`;
const outfile = join(workDir, 'app.mjs');
await build({
  stdin: { contents: entry, resolveDir: root, loader: 'ts' },
  ...{ outfile, bundle: true, platform: 'node', format: 'esm', external: ['@aws-sdk/*'], logLevel: 'error' },
});

const plane = await sources.startPlane({ root, workDir });
/** What a publisher of versions does. */
const start = async () => {
  Object.assign(process.env, plane.env);
  const store = new DynamoDB({ endpoint: plane.emulatorUrl });
  await store.createTable({
    TableName: 'hits',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  store.destroy();
  const lambda = new Lambda({ maxAttempts: 1 });
  const environment = (/** @type {number} */ share) => ({
    Variables: {
      ...{ TABLE_NAME: 'hits', ARCHITECTURE_ID: 'node-dynamodb', SLOWER: String(share) },
      AWS_ENDPOINT_URL_DYNAMODB: plane.emulatorUrl,
    },
  });
  const FunctionName = 'counter';
  const package_ = sources.packageOf(readFileSync(outfile, 'utf8'));
  const created = await sources.createFunction(lambda, FunctionName, package_, {
    ...{ MemorySize: 1769, Timeout: 10, Environment: environment(0) },
  });
  let count = 0;
  const publish = async (/** @type {number} */ share) => {
    const Description = `version ${++count}`;
    await lambda.updateFunctionConfiguration({ FunctionName, Description, Environment: environment(share) });
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30, minDelay: 0.1 }, { FunctionName });
    const { Version = '' } = await lambda.publishVersion({ FunctionName });
    return Version;
  };
  return { functionArn: created.FunctionArn ?? '', publish };
};

try {
  const { functionArn, publish } = await start();
  const target = /** @type {const} */ ({ version: 1, id: 'node-dynamodb', kind: 'sync-counter' });
  /** @param {string} baseVersion @param {string} newVersion @param {string} id */
  const hook = async (baseVersion, newVersion, id) => {
    const store = sources.memoryObjectStore();
    const shift = { functionName: 'counter', alias: 'live', baseVersion, newVersion };
    await sources.runHook(
      {
        clock: sources.systemClock,
        store,
        registry: { list: () => Promise.resolve([{ ...target, functionArn: `${functionArn}:live` }]) },
        deployments: { shiftOf: () => Promise.resolve(shift), report: () => Promise.resolve(true) },
        invoker: sources.lambdaFunctionInvoker(sources.createLambdaClient()),
        startPacer: sources.startPacer,
        say: console.error,
      },
      'pre-traffic',
      { DeploymentId: id, LifecycleEventHookExecutionId: id, requestsPerSecond, roundSeconds, rounds: most },
      { remainingMs: 800_000, signal: AbortSignal.timeout(800_000) },
    );
    return JSON.parse((await store.get(`rollouts/${id}/pre-traffic.json`)) ?? '');
  };

  let base = await publish(0);
  /** @param {number} rollouts @param {number} share */
  const series = async (rollouts, share) => {
    let stopped = 0;
    for (let i = 0; i < rollouts; i++) {
      const next = await publish(share);
      const { outcome, rules, rounds, size } = await hook(base, next, `d-${share * 100}-${i}`);
      if (outcome === 'stop') stopped++;
      const by = rules
        .filter((/** @type {any} */ { stop }) => stop)
        .map((/** @type {any} */ { rule }) => rule);
      const change = (/** @type {string} */ name) =>
        rules.find((/** @type {any} */ { rule }) => rule === name)?.change?.toFixed(3);
      /** @type {{ base: { failed: number, warmUs: string }, next: { failed: number, warmUs: string } }[]} */
      const all = rounds;
      const failed = all.reduce((sum, one) => sum + one.base.failed + one.next.failed, 0);
      const p50 = (/** @type {string} */ warmUs) => sources.Histogram.decode(warmUs).quantile(0.5);
      /** Whether the new version gets faster from the first half to the second, as young ones do. */
      const halves = [all.slice(0, all.length >> 1), all.slice(all.length >> 1)].map((half) =>
        Math.exp(
          half.reduce((sum, one) => sum + Math.log(p50(one.next.warmUs) / p50(one.base.warmUs)), 0) /
            half.length,
        ).toFixed(3),
      );
      console.log(
        `${share * 100} % slower  ${outcome.padEnd(6)} p50 x ${change('p50')} (${halves.join(', then ')})  p99 x ${change('p99')}  rounds ${size.rounds}  failed ${failed}  ${by.join(', ')}`,
      );
      // The next one starts from the version that has been answering.
      if (share === 0) base = next;
    }
    console.log(
      `${share * 100} % slower: ${stopped} of ${rollouts} stopped, ${requestsPerSecond} requests/s to each\n`,
    );
  };
  await series(equal, 0);
  await series(slower, 0.5);
} finally {
  await plane.stop();
  rmSync(workDir, { recursive: true, force: true });
}
