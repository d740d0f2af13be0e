import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/core/schema/report.ts';
import { descendants, isAlive, ownPrograms, until, type Process, type Program } from './program.ts';

const minutes = 60_000;

const own = ownPrograms();

const local = (...flags: string[]): Program =>
  own.start('local', '--only', 'node-dynamodb', '--out', 'out', ...flags);

const report = (): Report => JSON.parse(readFileSync(join(own.cwd(), 'out/report.json'), 'utf8')) as Report;

const parts = (): string[] => {
  try {
    return readdirSync(join(own.cwd(), 'out/cells'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.json'),
    );
  } catch {
    return [];
  }
};

/** A run that would take minutes, as soon as its first samples are on disk. */
const midway = async (): Promise<{ program: Program; started: readonly Process[] }> => {
  const program = local('--rounds', '50', '--requests', '200');
  await until('the first samples are copied', 4 * minutes, () => {
    if (program.child.exitCode !== null) throw new Error(program.said());
    return parts().length > 1;
  });
  return { program, started: descendants(program.child.pid!) };
};

const expectAllGone = (started: readonly Process[]): Promise<void> =>
  until('every process is gone', 10_000, () => !started.some(({ pid }) => isAlive(pid)));

describe('latency-lab local', () => {
  it(
    'measures, prints a table, leaves the results and nothing running',
    async () => {
      const program = local('--rounds', '1', '--requests', '40', '--warmup', '2', '--cold-starts', '2');
      let started: readonly Process[] = [];
      await until('the plane runs', 4 * minutes, () => {
        if (program.child.exitCode !== null) throw new Error(program.said());
        started = descendants(program.child.pid!);
        return started.some(({ args }) => args.includes('host.cjs'));
      });
      const { code, stdout, stderr } = await program.ended;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/node-dynamodb +40 /);
      expect(stdout).toContain('out/report.html');
      const { outcome, targets } = report();
      expect(outcome.ok).toBe(true);
      expect(targets.map(({ id, requests }) => [id, requests.ok])).toEqual([
        ['node-dynamodb', 40],
        ['null', 40],
      ]);
      await expectAllGone(started);
    },
    6 * minutes,
  );

  it(
    'keeps and reports what was measured when it is interrupted, and ends with 130',
    async () => {
      const { program, started } = await midway();
      program.child.kill('SIGINT');
      const { code, stdout, stderr } = await program.ended;
      expect({ code, stderr }).toMatchObject({ code: 130 });
      expect(stdout).toContain('incomplete');
      expect(report().outcome).toMatchObject({ ok: false, cause: 'stopped by the user' });
      expect(report().targets.some(({ requests }) => requests.ok >= 200)).toBe(true);
      await expectAllGone(started);
    },
    6 * minutes,
  );

  it(
    'keeps and reports what was measured when the emulator dies, and ends with 1',
    async () => {
      const { program, started } = await midway();
      const emulator = started.find(({ args }) => args.includes('emulator/launcher.py'))!;
      process.kill(emulator.pid, 'SIGKILL');
      const { code, stdout, stderr } = await program.ended;
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('the emulator ended'),
      });
      expect(stdout).toContain('incomplete');
      expect(report().outcome.cause).toContain('SIGKILL');
      expect(parts().length).toBeGreaterThan(1);
      await expectAllGone(started);
    },
    6 * minutes,
  );
});
