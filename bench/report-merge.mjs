/**
 * What Report takes to read a run: CPU seconds and the most memory of a process of its own that reads synthetic parts through
 * the real path (list, read, parse, check, merge), beside one that reads an empty run. Nothing of it is held in a cache of ours.
 * Run: node bench/report-merge.mjs [blocks] [targets] [rounds] [rows of a target and round]
 * The whole size is 10 targets, 10 rounds and 1e6 rows (3 GB in a temporary directory); by default 2 x 2 x 1e6 of it, since one
 * cell is read after the other.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { host, importSources, quantileOf } from './generator-sources.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** @typedef {typeof import('../src/app/report-cells.ts') & typeof import('../src/cli/run/files.ts')} Reading */
/** @typedef {typeof import('../src/core/load/recorder.ts') & typeof import('../src/core/keys.ts')} Writing */
const runId = 'bench';
/** @type {import('../src/core/schema/load.ts').ClosedLoad} */
const load = { model: 'closed', requests: 1e6, concurrency: 200, warmup: 0, timeoutMs: 10_000 };

/** The reading process. @param {string} directory @param {string} sources bundled beforehand */
const readAll = async (directory, sources) => {
  const { readCells, fileStore } = /** @type {Reading} */ (await import(pathToFileURL(sources).href));
  /** @type {string[]} */
  const remarks = [];
  const cells = await readCells(fileStore(directory, `runs/${runId}/`), runId, load, remarks);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const ok = cells.reduce((sum, { round }) => sum + round.requests.ok, 0);
  if (remarks.length > 0) throw new Error(remarks[0]);
  process.stdout.write(JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, mb: maxRSS / 1024, ok }));
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

/** @param {string} directory @param {string} sources @returns {{ cpu: number, mb: number, ok: number }} */
const measured = (directory, sources) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), 'read', directory, sources],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status !== 0) throw new Error(`reading ended with ${String(status)}`);
  return JSON.parse(stdout);
};

/** @param {number[]} args */
const compare = async ([blocks = 5, targets = 2, rounds = 2, rows = 1_000_000]) => {
  const writing = /** @type {Writing} */ (
    await importSources(['src/core/load/recorder.ts', 'src/core/keys.ts'])
  );
  const temporary = mkdtempSync(join(tmpdir(), 'bench-report-'));
  const directories = ['nothing', 'files', 'rows'].map((name) => join(temporary, name));
  const [, files = '', large = ''] = directories;
  try {
    for (const directory of directories) mkdirSync(directory);
    const sources = join(temporary, 'sources.mjs');
    const contents = "export * from './src/app/report-cells.ts'; export * from './src/cli/run/files.ts';";
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
    for (let target = 0; target < targets; target++)
      for (let round = 1; round <= rounds; round++)
        writeCell(writing, large, {
          cellId: `t${target}`,
          round,
          files: Math.ceil(rows / 2_500),
          rows: 2_500,
        });
    const results = Array.from({ length: blocks }, () =>
      directories.map((directory) => measured(directory, sources)),
    );
    console.log(host());
    const names = ['an empty run', '10,000 files of 100 rows', `${targets} x ${rounds} x ${rows} rows`];
    names.forEach((name, i) => {
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
if (mode === 'read') await readAll(directory, sources);
else await compare(process.argv.slice(2).map(Number));
