/** The server's boot as it stands in the template, on this machine: AWS, systemd and apt are played. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools } from '../../../tools/setup/ensure.mjs';
import { root } from '../../contract/services.ts';
import { ownDirectory } from '../../support/directory.ts';
import { agentPath, type Machine, missing, startMachine, target } from './machine.ts';

jest.setTimeout(60_000);

let machine: Machine;
const directory = ownDirectory();
beforeAll(async () => {
  machine = await startMachine(directory);
});
afterEach(() => {
  machine.forget();
  rmSync(join(directory, 'apt-fails'), { force: true });
});
afterAll(() => machine.close());

const told = [
  'logs Logs_20140328.CreateLogStream',
  'logs Logs_20140328.PutLogEvents',
  'cloudformation SignalResource',
];
const logged = (): string =>
  (JSON.parse(machine.asked().bodyOf(told[1]!)) as { logEvents: readonly { message: string }[] }).logEvents
    .map(({ message }) => message)
    .join('\n');
const signal = () => Object.fromEntries(new URLSearchParams(machine.asked().bodyOf(told[2]!)));

(missing === '' ? describe : describe.skip)(`the boot of the server${missing}`, () => {
  it("installs CodeDeploy's agent, ships its log and reports success, every call signed", async () => {
    expect(await machine.boot()).toBe(0);
    expect(machine.asked()).toMatchObject({ asked: told, faults: [] });
    expect(machine.called().map((line) => line.replaceAll(/ -o \S+/g, ''))).toEqual([
      expect.stringMatching(/^dpkg-deb --field \S+\/tmp\/codedeploy-agent.deb Package Version$/),
      'apt-get update',
      expect.stringMatching(
        /^apt-get install -y --no-install-recommends ruby \S+\/tmp\/codedeploy-agent.deb$/,
      ),
      'systemctl enable --now codedeploy-agent.service',
    ]);
    expect(logged()).toMatch(/^before "the" boot/);
    expect(signal()).toMatchObject({
      StackName: 'lab-FastapiEc2',
      LogicalResourceId: 'ServerGroup',
      UniqueId: 'i-0123',
      Status: 'SUCCESS',
    });
  });

  it('is a script that shellcheck finds nothing wrong in', async () => {
    await machine.boot();
    const { lint } = await ensureTools(root, ['lint']);
    // What it sources is of its own making.
    const args = ['--exclude', 'SC1091', join(directory, 'user-data.sh')];
    expect(spawnSync(join(lint.modules, 'shellcheck'), args, { encoding: 'utf8' }).stdout).toBe('');
  });

  it('brings no service, and leaves the deployment what is this server alone', async () => {
    await machine.boot();
    expect(machine.running()).toBeUndefined();
    const left = readFileSync(join(directory, 'etc/latency-lab/target.json'), 'utf8');
    expect(JSON.parse(left)).toEqual(target);
  });

  it('tells CloudFormation at once when the agent cannot be downloaded', async () => {
    machine.refuse.set(agentPath, 403);
    expect(await machine.boot()).not.toBe(0);
    expect(machine.asked()).toMatchObject({ asked: told, faults: [] });
    expect(signal()['Status']).toBe('FAILURE');
    expect(logged()).toContain('error: 403');
    expect(machine.called()).toEqual([]);
  });

  it('installs no agent of another version than the one that was chosen', async () => {
    const script = join(directory, 'bin/dpkg-deb');
    const played = readFileSync(script, 'utf8');
    writeFileSync(script, '#!/bin/sh\nprintf "Package: codedeploy-agent\\nVersion: 6.6.6\\n"\n');
    expect(await machine.boot()).not.toBe(0);
    writeFileSync(script, played);
    expect(signal()['Status']).toBe('FAILURE');
    expect(machine.called()).toEqual([]);
  });

  it('tells CloudFormation at once when a package cannot be installed', async () => {
    writeFileSync(join(directory, 'apt-fails'), '');
    expect(await machine.boot()).toBe(100);
    expect(signal()['Status']).toBe('FAILURE');
    expect(machine.called().join('\n')).not.toContain('systemctl');
  });
});
