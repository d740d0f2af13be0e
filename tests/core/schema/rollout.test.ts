import { activeRolloutKey, isProbeParameter, probeParameter, rolloutKey } from '../../../src/core/keys.ts';
import { read } from '../../../src/core/schema/fields.ts';
import { activeRollout, evidence, rolloutStages } from '../../../src/core/schema/rollout.ts';
import { place } from '../rollout/sample-rollout.ts';

const side = { planned: 2, ok: 1, cold: 0, failed: 1, errors: { timeout: 1 }, warmUs: '', coldUs: '' };
const found = {
  schema: 'latency-lab.rollout.v1',
  stage: 'pre-traffic',
  ...place,
  startedAt: '2026-11-22T02:00:00.000Z',
  load: { requestsPerSecond: 50, roundSeconds: 3, timeoutMs: 5_000 },
  size: { rounds: 10, requestsPerRound: 150, why: 'as many as it takes' },
  rounds: [{ round: 1, startedAt: '2026-11-22T02:00:01.000Z', base: side, next: side }],
  rules: [{ rule: 'errors', stop: false, sentence: 'no more errors than before' }],
  outcome: 'go-on',
};

describe('evidence', () => {
  it('is read as it was written', () => {
    expect(read(evidence, found, 'evidence')).toEqual(found);
    expect(read(activeRollout, place, 'active')).toEqual(place);
  });

  it('may have the short rounds of the shortest look', () => {
    const load = { ...found.load, roundSeconds: 0.05 };
    expect(read(evidence, { ...found, load }, 'evidence').load.roundSeconds).toBe(0.05);
  });

  it.each([
    ['stage', { stage: 'later' }, 'pre-traffic, shift, post-traffic'],
    ['newVersion', { newVersion: '$LATEST' }, 'the number of a published version'],
    ['outcome', { outcome: 'perhaps' }, 'go-on, stop'],
  ])('names %s where it is wrong', (field, wrong, allowed) => {
    expect(() => read(evidence, { ...found, ...wrong }, 'evidence')).toThrow(field);
    expect(() => read(evidence, { ...found, ...wrong }, 'evidence')).toThrow(allowed);
  });
});

describe('keys of a rollout', () => {
  it('are one object for each stage, and one for the function', () => {
    expect(rolloutStages.map((stage) => rolloutKey('d-1', stage))).toEqual([
      'rollouts/d-1/pre-traffic.json',
      'rollouts/d-1/shift.json',
      'rollouts/d-1/post-traffic.json',
    ]);
    expect(activeRolloutKey('lab-node')).toBe('rollouts/active/lab-node.json');
  });

  it("know a lab's probe by its parameter", () => {
    expect(probeParameter('lab')).toBe('/latency-lab/lab/probe');
    expect(isProbeParameter(probeParameter('lab'))).toBe(true);
    for (const other of ['/latency-lab/lab/tuner', '/latency-lab/lab/targets/probe', '/elsewhere/lab/probe'])
      expect(isProbeParameter(other)).toBe(false);
  });
});
