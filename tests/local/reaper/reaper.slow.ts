import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { bundle } from '../fixtures/bundle.ts';
import { ownDirectory } from '../../support/directory.ts';
import { eventually, type Held, hold, runs } from '../fixtures/processes.ts';

// Real processes on a busy machine.
jest.setTimeout(60_000);

interface Said {
  readonly pids: readonly number[];
  readonly state: string;
}

describe('startReaper', () => {
  const directory = ownDirectory();
  let program: string;
  beforeAll(() => {
    program = bundle('tests/local/fixtures/reaped.ts', directory);
  });

  const start = async (end: string): Promise<Held<Said>> => {
    const held = await hold<Said>(program, [directory, end]);
    expect(held.said.pids).toHaveLength(2);
    return held;
  };
  const nothingIsLeft = ({ said }: Held<Said>): Promise<true> =>
    eventually('all gone', () => !said.pids.some(runs) && !existsSync(said.state));

  it('ends deaf process groups and removes directories after SIGKILL of the parent', async () => {
    const held = await start('wait');
    expect(held.said.pids.every(runs)).toBe(true);
    expect(existsSync(held.said.state)).toBe(true);
    held.child.kill('SIGKILL');
    await nothingIsLeft(held);
  });

  it('does so after Ctrl-C in a terminal, which reaches the whole foreground group', async () => {
    const held = await start('wait');
    process.kill(-(held.child.pid ?? 0), 'SIGINT');
    await nothingIsLeft(held);
  });

  it('does so after an uncaught exception', async () => {
    await nothingIsLeft(await start('throw'));
  });

  it('is done when close resolves', async () => {
    const held = await hold<Said>(program, [directory, 'close']);
    const [code] = (await once(held.child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(held.said.pids.some(runs)).toBe(false);
    expect(existsSync(held.said.state)).toBe(false);
  });

  it('kills what a program left behind in its group as soon as the program ends', async () => {
    const held = await start('careless');
    await eventually('the child that was left behind is gone', () => !held.said.pids.some(runs));
    expect(held.child.exitCode).toBeNull();
    held.child.kill('SIGKILL');
    await nothingIsLeft(held);
  });
});
