/**
 * The AppSpec and its scripts on a booted machine, run as CodeDeploy's agent runs them (its sources, 1.8.1: events in order,
 * ApplicationStop from the revision that was installed last, files of that one removed before the new ones come).
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ownDirectory } from '../../support/directory.ts';
import { buildRevision, type Machine, missing, parameter, startMachine, target } from './machine.ts';

jest.setTimeout(60_000);

interface AppSpec {
  readonly version: number;
  readonly os: string;
  readonly files: readonly { readonly source: string; readonly destination: string }[];
  readonly hooks: Readonly<
    Record<string, readonly { readonly location: string; readonly timeout: number; readonly runas: string }[]>
  >;
}

const work = ownDirectory();
const built = join(work, 'built');
let machine: Machine;

beforeAll(() => {
  buildRevision(built);
});
beforeEach(async () => {
  machine = await startMachine(ownDirectory());
  await machine.boot();
  machine.forget();
});
afterEach(() => machine.close());

const specOf = (revision: string): AppSpec =>
  parse(readFileSync(join(revision, 'appspec.yml'), 'utf8')) as AppSpec;

/** A revision whose code is `code`. */
const revisionOf = (code: string): string => {
  const revision = join(work, `revision-${readdirSync(work).length}`);
  cpSync(built, revision, { recursive: true });
  writeFileSync(join(revision, 'fastapi/app.py'), code);
  const scripts = join(revision, 'fastapi/server');
  for (const name of readdirSync(scripts).filter((file) => file.endsWith('.sh')))
    writeFileSync(join(scripts, name), machine.here(readFileSync(join(scripts, name), 'utf8')));
  return revision;
};

/** The agent of one machine: deploys a revision and says at which event it failed, if it did. */
const startAgent = () => {
  let installed: string | undefined;
  const install = (revision: string): void => {
    for (const { source, destination } of specOf(revision).files) {
      rmSync(machine.here(destination), { recursive: true, force: true });
      cpSync(join(revision, source), machine.here(destination), { recursive: true });
    }
    installed = revision;
  };
  return async (revision: string, id: string): Promise<string | undefined> => {
    for (const event of [
      'ApplicationStop',
      'Install',
      'AfterInstall',
      'ApplicationStart',
      'ValidateService',
    ]) {
      if (event === 'Install') {
        install(revision);
        continue;
      }
      const from = event === 'ApplicationStop' ? installed : revision;
      for (const { location } of from === undefined ? [] : (specOf(from).hooks[event] ?? [])) {
        const env = { DEPLOYMENT_ID: id, LIFECYCLE_EVENT: event };
        if ((await machine.run(join(from!, location), join(machine.directory, 'scripts.log'), env)) !== 0)
          return event;
      }
    }
    return undefined;
  };
};

const registered = 'ssm AmazonSSM.PutParameter';

(missing === '' ? describe : describe.skip)(`a deployment to the server${missing}`, () => {
  it('is an AppSpec with four scripts, which are all in the revision and bounded', () => {
    const { version, os, files, hooks } = specOf(built);
    expect({ version, os, files }).toEqual({
      version: 0,
      os: 'linux',
      files: [{ source: 'fastapi', destination: '/opt/fastapi' }],
    });
    expect(Object.keys(hooks)).toEqual([
      'ApplicationStop',
      'AfterInstall',
      'ApplicationStart',
      'ValidateService',
    ]);
    for (const { location, timeout, runas } of Object.values(hooks).flat()) {
      expect(existsSync(join(built, location))).toBe(true);
      expect({ runas, bounded: timeout > 0 && timeout <= 120 }).toEqual({ runas: 'root', bounded: true });
    }
  });

  it('starts the service, tells it which deployment it is of, and registers the address that answers', async () => {
    const deploy = startAgent();
    expect(await deploy(revisionOf('first'), 'd-1')).toBeUndefined();
    expect(machine.running()).toBe('# d-1\nfirst');
    expect(machine.called()).toEqual([
      'systemctl daemon-reload',
      'systemctl enable fastapi.service',
      'systemctl restart fastapi.service',
    ]);
    const { asked, bodyOf, faults } = machine.asked();
    expect({ asked, faults }).toEqual({ asked: [registered], faults: [] });
    const { Value, ...rest } = JSON.parse(bodyOf(registered)) as Record<string, string>;
    expect(rest).toEqual({ Name: parameter, Type: 'String', Overwrite: true });
    expect(JSON.parse(Value!)).toEqual({ ...target, url: 'http://10.42.0.7:8000/hits' });
  });

  it('goes over an earlier one: that stops first, and none of its files stays', async () => {
    const deploy = startAgent();
    const first = revisionOf('first');
    writeFileSync(join(first, 'fastapi/old.py'), '');
    expect(await deploy(first, 'd-1')).toBeUndefined();
    machine.forget();
    expect(await deploy(revisionOf('second'), 'd-2')).toBeUndefined();
    expect(machine.called()[0]).toBe('systemctl stop fastapi.service');
    expect(machine.running()).toBe('# d-2\nsecond');
    expect(existsSync(join(machine.directory, 'opt/fastapi/old.py'))).toBe(false);
    expect(machine.asked().asked).toEqual([registered]);
  });

  it('fails where the service does not answer and registers nothing; the last good revision, deployed again, serves', async () => {
    const deploy = startAgent();
    const good = revisionOf('good');
    await deploy(good, 'd-1');
    machine.forget();
    expect(await deploy(revisionOf('broken'), 'd-2')).toBe('ValidateService');
    expect(machine.asked().asked).toEqual([]);
    // In place, the old service is gone by then: CodeDeploy's rollback is a deployment of its own.
    expect(machine.running()).toBe('# d-2\nbroken');
    expect(await deploy(good, 'd-3')).toBeUndefined();
    expect(machine.running()).toBe('# d-3\ngood');
    expect(machine.asked().asked).toEqual([registered]);
  });

  it('can be followed by another when it failed before systemd knew of the service', async () => {
    const deploy = startAgent();
    const halfway = revisionOf('halfway');
    rmSync(join(halfway, 'fastapi/server/fastapi.service'));
    expect(await deploy(halfway, 'd-1')).toBe('AfterInstall');
    expect(await deploy(revisionOf('whole'), 'd-2')).toBeUndefined();
    expect(machine.running()).toBe('# d-2\nwhole');
  });

  it('fails when the address cannot be registered', async () => {
    machine.refuse.set('/', 400);
    expect(await startAgent()(revisionOf('unheard'), 'd-1')).toBe('ValidateService');
    expect(readFileSync(join(machine.directory, 'scripts.log'), 'utf8')).toContain('error: 400');
  });
});
