/**
 * What the function host adds. Three things take turns, block by block, under one client on one connection:
 *   direct    the same Node process driven over its Runtime API by this program: from handing the event over to its answer
 *   host      Lambda's Invoke API of the function host, one warm process at 1769 MB
 *   constant  a node:http server that answers a constant
 *   own       the host's own HTTP server answering the same constant
 * Run: node bench/host.mjs [blocks] [calls per block]
 */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openClient } from './host-client.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [blocks = 20, calls = 300] = process.argv.slice(2).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'bench-host-'));
/** @type {(() => void)[]} */
const cleanUps = [
  () => {
    rmSync(directory, { recursive: true, force: true });
  },
];

/**
 * Starts a program that ends with its stdin; resolves with its first line.
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<string>}
 */
const startNode = (args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    cleanUps.push(() => {
      child.stdin.end();
    });
    child.once('exit', (code) => {
      reject(new Error(`${args[0] ?? ''} ended with ${code ?? 'a signal'}`));
    });
    createInterface({ input: child.stdout }).once('line', resolve);
  });

const source = 'export const handler = async () => ({ statusCode: 200, body: "ok" });';
const event = JSON.stringify({ rawPath: '/hits', headers: { accept: '*/*' } });

/** A stored (not deflated) zip with the one file. */
const packageOf = () => {
  const name = Buffer.from('app.mjs');
  const data = Buffer.from(source);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(data.length, 22);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  local.copy(entry, 6, 4, 30);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + data.length, 16);
  return Buffer.concat([local, name, data, entry, name, end]);
};

const loop = join(root, 'src', 'local', 'host', 'node-runtime', 'index.mjs');

const startTheHost = async () => {
  const codeDir = join(directory, 'code');
  mkdirSync(codeDir);
  const zip = packageOf();
  const digest = createHash('sha256').update(zip);
  const sha = digest.digest();
  writeFileSync(join(codeDir, `${sha.toString('hex')}.zip`), zip);
  const configuration = {
    FunctionName: 'bench',
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
    Runtime: 'nodejs20.x',
    Handler: 'app.handler',
    MemorySize: 1769,
    Timeout: 3,
    CodeSha256: sha.toString('base64'),
  };
  const port = await startNode([join(root, 'bench', 'host-control.mjs'), JSON.stringify(configuration)], {});
  const config = {
    root,
    emulatorUrl: `http://127.0.0.1:${port}`,
    codeDir,
    workDir: join(directory, 'work'),
    deploymentsDir: join(directory, 'deployments'),
    runtimes: {
      node: { exec: process.execPath, sdkModules: join(root, 'node_modules') },
      python: { exec: 'python3' },
    },
    secret: 'bench',
    region: 'us-east-1',
    accountId: '000000000000',
  };
  const ready = await startNode([join(directory, 'host', 'main.cjs')], {
    LATENCY_LAB_HOST: JSON.stringify(config),
  });
  /** @type {unknown} */
  const parsed = JSON.parse(ready);
  return /** @type {{ lambdaUrl: string, isolation: Record<string, string> }} */ (parsed);
};

/** What the host asks of whoever calls it. */
const keyOfTheHost = async () => {
  const loaded = /** @type {unknown} */ (
    await import(pathToFileURL(join(directory, 'credentials.cjs')).href)
  );
  const { keyPrefixOf } = /** @type {typeof import('../src/local/credentials.ts')} */ (loaded);
  return keyPrefixOf('bench');
};

/** Drives a process of the same function over a Runtime API of our own. Resolves with a function that makes one call. */
const startDirect = async () => {
  const loaded = /** @type {unknown} */ (
    await import(pathToFileURL(join(directory, 'host', 'http-server.cjs')).href)
  );
  const { serveHttp } = /** @type {typeof import('../src/local/host/http-server.ts')} */ (loaded);
  const task = join(directory, 'direct');
  mkdirSync(task);
  writeFileSync(join(task, 'app.mjs'), source);
  /** @type {((reply: import('../src/local/host/http-server.ts').Reply) => void) | undefined} */
  let onPoll;
  /** @type {import('../src/local/host/http-server.ts').Reply | undefined} */
  let poll;
  /** @type {() => void} */
  let onAnswer = () => undefined;
  const server = await serveHttp(1e7, ({ request, reply }) => {
    if (request.method === 'GET') {
      if (onPoll === undefined) poll = reply;
      else onPoll(reply);
      return;
    }
    reply(202, []);
    onAnswer();
  });
  cleanUps.push(() => {
    server.close();
  });
  const env = {
    ...process.env,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.port}`,
    _HANDLER: 'app.handler',
    LAMBDA_TASK_ROOT: task,
  };
  const child = spawn(process.execPath, [loop], { env, stdio: 'inherit' });
  cleanUps.push(() => {
    child.kill();
  });
  return async () => {
    /** @type {import('../src/local/host/http-server.ts').Reply} */
    const reply =
      poll ??
      (await new Promise((resolve) => {
        onPoll = resolve;
      }));
    poll = undefined;
    onPoll = undefined;
    const at = performance.now();
    await new Promise((resolve) => {
      onAnswer = () => {
        resolve(undefined);
      };
      reply(
        200,
        [
          ['content-type', 'application/json'],
          ['Lambda-Runtime-Aws-Request-Id', '1'],
          ['Lambda-Runtime-Deadline-Ms', '0'],
        ],
        event,
      );
    });
    return performance.now() - at;
  };
};

const startConstant = async () => {
  const program =
    "const s=require('http').createServer((q,r)=>{q.resume();q.on('end',()=>{r.setHeader('content-length',2);r.end('ok')})});" +
    "s.listen(0,'127.0.0.1',()=>console.log(s.address().port));process.stdin.on('end',()=>process.exit(0)).resume()";
  return Number(await startNode(['-e', program], {}));
};

/** The same constant answer from the host's own HTTP server. */
const startOwn = async () => {
  const program =
    `import { serveHttp } from ${JSON.stringify(pathToFileURL(join(directory, 'host', 'http-server.cjs')).href)};` +
    "const { port } = await serveHttp(1e6, ({ reply }) => { reply(200, [], 'ok'); }); console.log(port);" +
    "process.stdin.on('end', () => process.exit(0)).resume();";
  writeFileSync(join(directory, 'own.mjs'), program);
  return Number(await startNode([join(directory, 'own.mjs')], {}));
};

/** @param {number[]} sorted @param {number} q */
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;

const main = async () => {
  await build({
    entryPoints: ['host/main', 'host/http-server', 'credentials'].map((name) =>
      join(root, 'src', 'local', `${name}.ts`),
    ),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outdir: directory,
    outExtension: { '.js': '.cjs' },
  });
  const { lambdaUrl, isolation } = await startTheHost();
  const host = await openClient({
    port: Number(new URL(lambdaUrl).port),
    path: '/2015-03-31/functions/bench/invocations',
    body: event,
    key: await keyOfTheHost(),
  });
  const constant = await openClient({ port: await startConstant(), path: '/', body: event });
  const own = await openClient({ port: await startOwn(), path: '/', body: event });
  cleanUps.push(host.close, constant.close, own.close);
  const contestants = {
    direct: await startDirect(),
    host: host.call,
    constant: constant.call,
    own: own.call,
  };
  /** @type {Record<string, { ms: number[], perSecond: number[] }>} */
  const results = {};
  for (let block = -2; block < blocks; block++) {
    for (const [name, call] of Object.entries(contestants)) {
      const startedAt = performance.now();
      /** @type {number[]} */
      const ms = [];
      for (let i = 0; i < calls; i++) ms.push(await call());
      // The first two blocks warm everything up.
      if (block < 0) continue;
      const result = (results[name] ??= { ms: [], perSecond: [] });
      result.ms.push(...ms);
      result.perSecond.push((calls / (performance.now() - startedAt)) * 1000);
    }
  }
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? ''} x ${cpus().length}, Node ${process.version}, ${blocks} x ${calls} calls, cpu: ${isolation['cpu'] ?? ''}`,
  );
  for (const [name, { ms, perSecond }] of Object.entries(results)) {
    ms.sort((a, b) => a - b);
    perSecond.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(9)} p50 ${quantile(ms, 0.5).toFixed(3)} ms  p99 ${quantile(ms, 0.99).toFixed(3)} ms  ${quantile(perSecond, 0.5).toFixed(0)}/s`,
    );
  }
  const p50 = (/** @type {string} */ name) => quantile(results[name]?.ms ?? [], 0.5);
  const rate = (/** @type {string} */ name) => quantile(results[name]?.perSecond ?? [], 0.5);
  console.log(`host - direct: ${(p50('host') - p50('direct')).toFixed(3)} ms at p50 (to reach: <= 0.5)`);
  console.log(
    `host / constant: ${(rate('host') / rate('constant')).toFixed(2)} of the throughput (to reach: >= 0.2)`,
  );
};

try {
  await main();
} finally {
  for (const cleanUp of cleanUps.reverse()) cleanUp();
}
process.exit(0);
