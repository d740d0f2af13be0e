/**
 * What Report takes: CPU seconds and the most memory of a process of its own that makes the whole report of synthetic parts
 * in a directory (list, read, parse, check, merge, compare, write), beside one that has none to read.
 * Run: node bench/report-merge.mjs [blocks] [targets] [rounds] [rows of a target and round]
 * The whole size is 10 targets, 10 rounds and 1e6 rows (3 GB in a temporary directory); by default 2 x 2 x 1e6 of it, since one
 * cell is read after the other.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { host, importSources, quantileOf } from './generator-sources.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** @typedef {typeof import('../src/app/report.ts') & typeof import('../src/cli/run/files.ts')} Reading */
/** @typedef {typeof import('../src/core/load/recorder.ts') & typeof import('../src/core/keys.ts')} Writing */
const runId = 'bench';
/** @type {import('../src/core/schema/load.ts').ClosedLoad} */
const load = { model: 'closed', requests: 1e6, concurrency: 200, warmup: 0, timeoutMs: 10_000 };
const createdAt = '2026-01-01T00:00:00.000Z';

/** The process that is measured. @param {string} directory @param {string} sources bundled beforehand */
const report = async (directory, sources) => {
  const { makeReport, fileStore } = /** @type {Reading} */ (await import(pathToFileURL(sources).href));
  const store = fileStore(directory, `runs/${runId}/`);
  const clock = { wallTime: () => Date.parse(createdAt) };
  const { targets, remarks } = (await makeReport({ store, clock, architectures: [] }, { runId })).report;
  if (remarks.length > 0) throw new Error(remarks[0]);
  tell(targets.reduce((sum, { requests }) => sum + requests.ok, 0));
};

/** @param {number} ok */
const tell = (ok) => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, mb: maxRSS / 1024, ok }));
};

/** The floor: reads and parses the same files and makes nothing of them. @param {string} directory */
const parse = (directory) => {
  let ok = 0;
  for (const path of readdirSync(join(directory, 'cells'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.json')) continue;
    /** @type {import('../src/core/schema/part.ts').SamplePart} */
    const part = JSON.parse(readFileSync(join(directory, 'cells', path), 'utf8'));
    ok += part.counts.ok;
  }
  tell(ok);
};

/** What Plan and Verify leave. @param {string} directory @param {readonly string[]} ids @param {number} rounds */
const writePlan = (directory, ids, rounds) => {
  const targets = ids.map((id) => ({ version: 1, id, kind: 'url', url: 'http://127.0.0.1/' }));
  const run = { runId, labName: 'bench', plane: 'local', createdAt, load, rounds, seed: 1, targets };
  const plan = { schema: 'latency-lab.plan.v1', ...run, leftOut: [], labels: {} };
  const verified = ids.map((targetId) => ({ targetId, ok: true, sent: 3, acknowledged: 3, meanMs: 20 }));
  mkdirSync(directory);
  writeFileSync(join(directory, 'plan.json'), JSON.stringify(plan));
  writeFileSync(join(directory, 'verify.json'), JSON.stringify(verified));
};

let seed = 1;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/**
 * Parts of an open load as 5 s of a worker leave them: latencies log-normal around 20 ms, each worker's first answer cold.
 * @param {Writing} writing @param {string} directory @param {{ cellId: string, round: number, files: number, rows: number }} cell rows of each file
 */
const writeCell = ({ Recorder, partKey }, directory, { cellId, round, files, rows }) => {
  const workers = Math.min(files, 1_000);
  for (let file = 0; file < files; file++) {
    const recorder = new Recorder(0, Infinity);
    for (let i = 0; i < rows; i++) {
      const plannedMs = (i * 5_000) / rows;
      const sentMs = plannedMs + 0.1 * random();
      const endMs = sentMs + 20 * Math.exp(0.6 * normal());
      const judgement = { cold: file < workers && i === 0, requestId: `request-${i}` };
      recorder.add({ plannedMs, sentMs, endMs, warmup: false }, judgement);
    }
    const part = Math.floor(file / workers);
    const place = { runId, round, cellId, segment: 0, attempt: 1, worker: file % workers, part };
    const epoch = new Date(Date.UTC(2026, 0, 1) + part * 5_000).toISOString();
    const body = { schema: 'latency-lab.part.v1', ...place, workers, final: true, epoch, ...recorder.take() };
    const path = join(directory, partKey(place).slice(`runs/${runId}/`.length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(body));
  }
};

/** @param {string} mode @param {string} directory @param {string} sources @returns {{ cpu: number, mb: number, ok: number }} */
const measured = (mode, directory, sources) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), mode, directory, sources],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status !== 0) throw new Error(`the report ended with ${String(status)}`);
  return JSON.parse(stdout);
};

/** @param {number[]} args */
const compare = async ([blocks = 5, targets = 2, rounds = 2, rows = 1_000_000]) => {
  const writing = /** @type {Writing} */ (
    await importSources(['src/core/load/recorder.ts', 'src/core/keys.ts'])
  );
  const temporary = mkdtempSync(join(tmpdir(), 'bench-report-'));
  const [nothing = '', files = '', large = ''] = ['nothing', 'files', 'rows'].map((name) =>
    join(temporary, name),
  );
  try {
    const ids = Array.from({ length: targets }, (_, i) => `t${i}`);
    writePlan(nothing, ['a'], 1);
    writePlan(files, ['a'], 1);
    writePlan(large, ids, rounds);
    const sources = join(temporary, 'sources.mjs');
    const contents = "export * from './src/app/report.ts'; export * from './src/cli/run/files.ts';";
    const stdin = { contents, resolveDir: root };
    await build({
      stdin,
      outfile: sources,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    writeCell(writing, files, { cellId: 'a', round: 1, files: 10_000, rows: 100 });
    for (const cellId of ids)
      for (let round = 1; round <= rounds; round++)
        writeCell(writing, large, {
          cellId,
          round,
          files: Math.ceil(rows / 2_500),
          rows: 2_500,
        });
    const contestants = /** @type {const} */ ([
      ['a run without samples', 'report', nothing],
      ['10,000 files of 100 rows', 'report', files],
      ['the same, read and parsed alone', 'parse', files],
      [`${targets} x ${rounds} x ${rows} rows`, 'report', large],
    ]);
    const results = Array.from({ length: blocks }, () =>
      contestants.map(([, mode, directory]) => measured(mode, directory, sources)),
    );
    console.log(host());
    contestants.forEach(([name], i) => {
      const own = results.map((block) => block[i] ?? { cpu: NaN, mb: NaN, ok: NaN });
      const cpu = quantileOf(
        own.map((one) => one.cpu),
        0.5,
      );
      const mb = Math.max(...own.map((one) => one.mb));
      console.log(
        `${name}: CPU ${cpu.toFixed(2)} s (median of ${blocks}), most memory ${mb.toFixed(0)} MB, ${own[0]?.ok ?? 0} answers`,
      );
    });
  } finally {
    rmSync(temporary, { recursive: true });
  }
};

const [mode = '', directory = '', sources = ''] = process.argv.slice(2);
if (mode === 'report') await report(directory, sources);
else if (mode === 'parse') parse(directory);
else await compare(process.argv.slice(2).map(Number));
