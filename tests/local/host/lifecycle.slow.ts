import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { buildSync } from 'esbuild';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { keyHeader, keyPrefixOf } from '../../../src/local/credentials.ts';
import { arnOf, defaultConfig } from './in-memory-host.ts';
import { makeZip } from './zip-file.ts';

interface Ready {
  readonly lambdaUrl: string;
  readonly isolation: { readonly cpu: string };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Hangs in the event, ignores polite signals, and has a child in a session of its own. Its ids go to its own /tmp. */
const stubborn = `#!/bin/sh
trap '' TERM INT HUP
setsid sleep 1000 &
echo "$$ $!" >"\${TMPDIR:-/tmp}/pids"
while :; do sleep 1000; done
`;

const isRunning = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(what);
};

describe('the function host as a process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'host-life-'));
  const main = join(directory, 'main.cjs');
  const config = defaultConfig(directory);
  let emulator: Server;
  let emulatorUrl: string;

  beforeAll(async () => {
    const entry = resolve(__dirname, '..', '..', '..', 'src', 'local', 'host', 'main.ts');
    buildSync({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: main,
    });
    const zip = makeZip([{ path: 'bootstrap', data: stubborn, mode: 0o100755 }]);
    const digest = createHash('sha256').update(zip).digest();
    mkdirSync(config.codeDir, { recursive: true });
    writeFileSync(join(config.codeDir, `${digest.toString('hex')}.zip`), zip);
    const configuration = JSON.stringify({
      FunctionName: 'stubborn',
      FunctionArn: arnOf('stubborn'),
      Runtime: 'provided.al2023',
      CodeSha256: digest.toString('base64'),
      Timeout: 900,
    });
    emulator = createServer((request, response) => {
      request.resume();
      response.end(request.url?.includes('/configuration') === true ? configuration : '{}');
    });
    await new Promise<void>((done) => emulator.listen(0, '127.0.0.1', done));
    emulatorUrl = `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    emulator.closeAllConnections();
    emulator.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (change: object = {}): Child =>
    spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LATENCY_LAB_HOST: JSON.stringify({ ...config, emulatorUrl, ...change }) },
    });
  const firstLine = (child: Child): Promise<string> =>
    new Promise((done) => createInterface({ input: child.stdout }).once('line', done));
  const exited = (child: Child): Promise<number | string | null> =>
    new Promise((done) =>
      child.once('exit', (code, signal) => {
        done(code ?? signal);
      }),
    );

  const sandboxes = join(config.workDir, 'tmp');
  /** What functions wrote into `pids` in their /tmp. */
  const saidIn = (tmp: string): string =>
    spawnSync('sh', ['-c', 'cat "$1"/*/pids', 'sh', tmp]).stdout.toString();

  const groupsOf = (pid: number): string[] =>
    spawnSync('find', ['/sys/fs/cgroup', '-name', `latency-lab-${pid}-*`])
      .stdout.toString()
      .trim()
      .split('\n')
      .filter(Boolean);

  it.each([
    ['SIGTERM', 0, (child: Child) => child.kill('SIGTERM')],
    ['SIGINT', 0, (child: Child) => child.kill('SIGINT')],
    ['the end of its stdin', 0, (child: Child) => child.stdin.end()],
    ['SIGKILL', 'SIGKILL', (child: Child) => child.kill('SIGKILL')],
  ] as const)(
    'leaves nothing behind after %s',
    async (_, code, end) => {
      const child = start();
      const { lambdaUrl, isolation } = JSON.parse(await firstLine(child)) as Ready;
      const invocation = fetch(`${lambdaUrl}/2015-03-31/functions/stubborn/invocations`, {
        method: 'POST',
        headers: { [keyHeader]: keyPrefixOf(config.secret) },
      });
      invocation.catch(() => undefined);
      let said = '';
      await until(() => (said = saidIn(sandboxes)).includes('\n'), 'the function did not start');
      const started = said.trim().split(' ').map(Number);
      expect(started.map(isRunning)).toEqual([true, true]);
      const ending = exited(child);
      end(child);
      expect(await ending).toBe(code);
      await until(() => !isRunning(started[0]!), 'the function is still there');
      if (isolation.cpu.startsWith('cgroup'))
        await until(() => !isRunning(started[1]!), "the function's child in another session is still there");
      else process.kill(started[1]!, 'SIGKILL');
      await until(() => groupsOf(child.pid!).length === 0, 'control groups are left');
      await until(() => !existsSync(sandboxes), 'directories of sandboxes are left');
      await expect(invocation).rejects.toThrow();
    },
    20_000,
  );

  it.each([
    ['no JSON', 'nonsense', /LATENCY_LAB_HOST: given "nonsense"; allowed: one JSON object/],
    [
      'a missing field',
      '{"runtimes":{"node":{},"python":{}},"emulatorUrl":"http://a"}',
      /LATENCY_LAB_HOST\.codeDir/,
    ],
    [
      'a bad number',
      JSON.stringify({ ...config, accountConcurrency: 0 }),
      /accountConcurrency: given 0; allowed: a whole number/,
    ],
  ])('ends with 2 and one message for %s', async (_, json, message) => {
    const child = spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LATENCY_LAB_HOST: json },
    });
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await exited(child)).toBe(2);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toMatch(message);
  });

  it('ends when the process that cleans up behind it is killed', async () => {
    const child = start();
    await firstLine(child);
    const children = readFileSync(`/proc/${child.pid!}/task/${child.pid!}/children`, 'utf8')
      .trim()
      .split(' ');
    const reaper = children.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('reaper.mjs'),
    );
    const ending = exited(child);
    process.kill(Number(reaper), 'SIGKILL');
    expect(await ending).toBe(1);
    expect(groupsOf(child.pid!)).toEqual([]);
  });

  it('says what is wrong when the emulator is gone, and still answers', async () => {
    const child = start({ emulatorUrl: 'http://127.0.0.1:9' });
    const { lambdaUrl } = JSON.parse(await firstLine(child)) as { lambdaUrl: string };
    const reply = await fetch(`${lambdaUrl}/2015-03-31/functions/stubborn/invocations`, {
      method: 'POST',
      headers: { [keyHeader]: keyPrefixOf(config.secret) },
    });
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([502, 'ServiceException']);
    expect(await reply.text()).toContain('ECONNREFUSED');
    const ending = exited(child);
    child.stdin.end();
    expect(await ending).toBe(0);
  });
});
