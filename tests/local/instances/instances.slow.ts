import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { asTarget } from '../../../src/core/schema/target.ts';
import { startInstances } from '../../../src/local/instances/instances.ts';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';

const root = resolve(__dirname, '../../..');

let emulator: TestEmulator;
let workDir: string;
beforeAll(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'instances-'));
  emulator = await startTestEmulator();
}, 120_000);
afterAll(async () => {
  await emulator.stop();
  rmSync(workDir, { recursive: true, force: true });
});

const options = (targets: readonly string[]) => ({
  root,
  workDir,
  emulatorUrl: emulator.url,
  credentials: emulator.client.credentials,
  labName: 'lab',
  targets,
});

const statusOf = (url: string, headers: Record<string, string>) =>
  new Promise((resolve, reject) => {
    get(url, { headers }, (reply) => {
      resolve(reply.resume().statusCode);
    }).once('error', reject);
  });

describe('startInstances', () => {
  it('registers the FastAPI service at an address that answers, until it is stopped', async () => {
    const instances = await startInstances(options(['null', 'fastapi-ec2']));
    const ssm = new SSMClient(emulator.client);
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: '/latency-lab/lab/targets/fastapi-ec2' }),
    );
    ssm.destroy();
    const target = asTarget(JSON.parse(Parameter?.Value ?? ''), 'target');
    expect(await (await fetch(target.url ?? '')).json()).toEqual({ hits: 1 });
    const { port } = new URL(target.url ?? '');
    for (const headers of [
      { host: `rebound.example:${port}` },
      { host: `localhost:${port}`, origin: 'null' },
    ])
      expect(await statusOf(target.url ?? '', headers)).toBe(403);
    // Ranked apart from the functions, which are called through the function host.
    expect(target.vantage).toBe('this machine without the function host');
    await instances.stop();
    await expect(fetch(target.url ?? '')).rejects.toThrow('fetch failed');
  });

  it('starts nothing where no target needs a server', async () => {
    const instances = await startInstances(options(['null']));
    await instances.stop();
  });
});
