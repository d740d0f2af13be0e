import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from '../../src/core/schema/fields.ts';
import { rolloutRecord, type RolloutRecord } from '../../src/core/schema/rollout-record.ts';
import { descendants, isAlive, ownPrograms, until, type Ended, type Program } from './program.ts';

const minutes = 60_000;

const own = ownPrograms();

const canary = (...flags: string[]): Program =>
  own.start('canary', '--target', 'node-dynamodb', '--out', 'out', ...flags);

/** What a run that ended left: its record, which fits its schema, and its page. */
const leftBy = ({ stderr, stdout }: Ended): RolloutRecord => {
  const text = readFileSync(join(own.cwd(), 'out/rollout.json'), 'utf8');
  const record = read(rolloutRecord, JSON.parse(text), stderr);
  expect(stdout).toContain('out/rollout.html');
  expect(readFileSync(join(own.cwd(), 'out/rollout.html'), 'utf8')).toContain(record.deploymentId);
  return record;
};

const stagesOf = (record: RolloutRecord) => record.evidence.map(({ stage, outcome }) => [stage, outcome]);
const stops = (record: RolloutRecord): string[] =>
  record.evidence.flatMap(({ rules }) => rules.filter(({ stop }) => stop).map(({ rule }) => rule));
const failed = ({ traffic }: RolloutRecord): number => traffic.ok.filter((ok) => ok !== 1).length;

describe('latency-lab canary', () => {
  it(
    'promotes a version that is no worse, without a failed request',
    async () => {
      const ended = await canary('--minute', '2s').ended;
      const record = leftBy(ended);
      expect({ code: ended.code, stops: stops(record), stderr: ended.stderr }).toMatchObject({
        code: 0,
        stops: [],
      });
      expect(record.end).toBe('promoted');
      expect(stagesOf(record)).toEqual([
        ['pre-traffic', 'go-on'],
        ['shift', 'go-on'],
        ['post-traffic', 'go-on'],
      ]);
      expect(failed(record)).toBe(0);
      expect(record.aliases.map(({ newWeight }) => newWeight)).toEqual([0, 0.1, 1]);
      expect(record.afterwards.requests).toBeGreaterThan(20);
      expect(record.afterwards.asExpected).toBe(record.afterwards.requests);
      expect([...record.traffic.versions].sort()).toEqual(['1', '2']);
    },
    6 * minutes,
  );

  it(
    'keeps a slow version from getting any traffic',
    async () => {
      const ended = await canary('--inject', 'slow').ended;
      const record = leftBy(ended);
      expect({ code: ended.code, end: record.end, stderr: ended.stderr }).toMatchObject({
        code: 1,
        end: 'rolled-back',
      });
      expect(stagesOf(record)).toEqual([['pre-traffic', 'stop']]);
      expect(stops(record)).toContain('p50');
      expect(record.traffic.versions).toEqual(['1']);
      expect(failed(record)).toBe(0);
    },
    6 * minutes,
  );

  it(
    'rolls back a version that begins to fail only when it gets traffic',
    async () => {
      // Well for longer than the hook before traffic takes, and bad well before the shift ends.
      const flags = ['--inject', 'errors', '--error-share', '30', '--inject-after', '45s'];
      const ended = await canary(...flags, '--preference', 'Canary10Percent30Minutes', '--minute', '3s')
        .ended;
      const record = leftBy(ended);
      expect({ code: ended.code, end: record.end, stderr: ended.stderr }).toMatchObject({
        code: 1,
        end: 'rolled-back',
      });
      expect(stagesOf(record)[0]).toEqual(['pre-traffic', 'go-on']);
      expect(record.aliases.map(({ newWeight }) => newWeight)).toEqual([0, 0.1, 0]);
      expect(record.reason).toMatch(/alarm/i);
      expect(record.afterwards.asExpected).toBe(record.afterwards.requests);
    },
    6 * minutes,
  );

  it(
    'leaves a page and nothing running when it is interrupted',
    async () => {
      const program = canary();
      await until('the first hook runs', 4 * minutes, () => {
        if (program.child.exitCode !== null) throw new Error(program.said());
        return program.said().includes('BeforeAllowTraffic');
      });
      const started = descendants(program.child.pid!);
      program.child.kill('SIGINT');
      const ended = await program.ended;
      const record = leftBy(ended);
      expect(ended.code).toBe(130);
      expect(record.end).toBe('unfinished');
      await until('every process is gone', 10_000, () => !started.some(({ pid }) => isAlive(pid)));
    },
    6 * minutes,
  );
});
