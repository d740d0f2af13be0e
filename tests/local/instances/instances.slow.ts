import { SSM } from '@aws-sdk/client-ssm';
import { asTarget } from '../../../src/core/schema/target.ts';
import { startInstances } from '../../../src/local/instances/instances.ts';
import { root } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { startTestEmulator, type TestEmulator } from '../fixtures/emulator.ts';
import { send } from '../fixtures/http.ts';

let emulator: TestEmulator;
const workDir = ownDirectory();
beforeAll(async () => {
  emulator = await startTestEmulator();
}, 120_000);
afterAll(() => emulator.stop());

const options = (targets: readonly string[]) => ({
  root,
  workDir,
  emulatorUrl: emulator.url,
  credentials: emulator.client.credentials,
  labName: 'lab',
  targets,
});

describe('startInstances', () => {
  it('registers the FastAPI service at an address that answers, until it is stopped', async () => {
    const instances = await startInstances(options(['null', 'fastapi-ec2']));
    const ssm = new SSM(emulator.client);
    const { Parameter } = await ssm.getParameter({ Name: '/latency-lab/lab/targets/fastapi-ec2' });
    ssm.destroy();
    const target = asTarget(JSON.parse(Parameter?.Value ?? ''), 'target');
    expect(await (await fetch(target.url ?? '')).json()).toEqual({ hits: 1 });
    const { port } = new URL(target.url ?? '');
    for (const headers of [
      { host: `rebound.example:${port}` },
      { host: `localhost:${port}`, origin: 'null' },
    ])
      expect((await send(target.url ?? '', { headers })).status).toBe(403);
    // Ranked apart from the functions, which are called through the function host.
    expect(target.vantage).toBe('this machine without the function host');
    // Its dollars are those of the server that it stands for.
    expect(target.billing).toMatchObject({ instanceType: 't3.micro', instances: 1 });
    await instances.stop();
    await expect(fetch(target.url ?? '')).rejects.toThrow('fetch failed');
  });

  it('starts nothing where no target needs a server', async () => {
    const instances = await startInstances(options(['null']));
    await instances.stop();
  });
});
