import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { listen } from '../../support/raw-server.ts';
import { bundle } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { eventually, runs } from '../fixtures/processes.ts';
import { arnOf, bootstrap, defaultConfig, hostKey } from './in-memory-host.ts';
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

describe('the function host as a process', () => {
  const directory = ownDirectory();
  const main = bundle('src/local/host/main.ts', directory);
  const config = defaultConfig(directory);
  let emulator: Server;
  let emulatorUrl: string;

  beforeAll(async () => {
    const zip = makeZip(bootstrap(stubborn));
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
    emulatorUrl = `http://127.0.0.1:${await listen(emulator)}`;
  });
  afterAll(() => {
    emulator.closeAllConnections();
    emulator.close();
  });

  const startWith = (configuration: string): Child =>
    spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LATENCY_LAB_HOST: configuration },
    });
  const start = (change: object = {}): Child =>
    startWith(JSON.stringify({ ...config, emulatorUrl, ...change }));
  const readyOf = async (child: Child): Promise<Ready> => {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return JSON.parse(line) as Ready;
  };
  const exited = async (child: Child): Promise<number | string | null> => {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return code ?? signal;
  };
  const invoke = (lambdaUrl: string): Promise<Response> =>
    fetch(`${lambdaUrl}/2015-03-31/functions/stubborn/invocations`, { method: 'POST', headers: hostKey });

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
      const { lambdaUrl, isolation } = await readyOf(child);
      const invocation = invoke(lambdaUrl);
      invocation.catch(() => undefined);
      const said = await eventually('the function started', () => {
        const written = saidIn(sandboxes);
        return written.includes('\n') && written;
      });
      const [pid = 0, childPid = 0] = said.trim().split(' ').map(Number);
      expect([pid, childPid].map(runs)).toEqual([true, true]);
      const ending = exited(child);
      end(child);
      expect(await ending).toBe(code);
      await eventually('the function is gone', () => !runs(pid));
      if (isolation.cpu.startsWith('cgroup'))
        await eventually('its child in another session is gone', () => !runs(childPid));
      else process.kill(childPid, 'SIGKILL');
      await eventually('its control groups are gone', () => groupsOf(child.pid!).length === 0);
      await eventually('the directories of sandboxes are gone', () => !existsSync(sandboxes));
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
    const child = startWith(json);
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await exited(child)).toBe(2);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toMatch(message);
  });

  it('ends when the process that cleans up behind it is killed', async () => {
    const child = start();
    await readyOf(child);
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
    const { lambdaUrl } = await readyOf(child);
    const reply = await invoke(lambdaUrl);
    expect([reply.status, reply.headers.get('x-amzn-errortype')]).toEqual([502, 'ServiceException']);
    expect(await reply.text()).toContain('ECONNREFUSED');
    const ending = exited(child);
    child.stdin.end();
    expect(await ending).toBe(0);
  });
});
