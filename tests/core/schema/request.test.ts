import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { parseRunRequest, runIdOfExecution } from '../../../src/core/schema/request.ts';
import { closedLoad } from '../../support/loads.ts';

const parse = (request: unknown, executionName = 'run-1') => parseRunRequest({ request, executionName });

const own = (headers: object, url = 'https://example.com/') => ({
  version: 1,
  id: 'mine',
  kind: 'url',
  url,
  request: { headers },
});

describe('parseRunRequest', () => {
  it('fills in the defaults when nothing is given', () => {
    expect(parse({})).toStrictEqual({
      runId: 'run-1',
      extraTargets: [],
      load: closedLoad,
      rounds: 10,
      coldStarts: { perTarget: 10, bursts: 1, burstSize: 4 },
      tuning: {
        ...{
          powerValues: [128, 256, 512, 1024, 1769, 3008],
          num: 10,
          strategy: 'balanced',
          balancedWeight: 0.5,
        },
        ...{ parallelInvocation: false, confirmRounds: 5, confirmRequests: 30 },
      },
      seed: 1,
      maxFailed: 0.01,
      cost: { freeTier: false },
      budgetDollars: 1,
      logs: true,
      labels: {},
      leftOut: [],
    });
  });

  it('keeps what is given', () => {
    const request = {
      runId: 'my-run',
      targets: ['a', 'b'],
      extraTargets: [{ version: 1, id: 'mine', kind: 'url', url: 'https://example.com/' }],
      load: { rate: 10, durationSeconds: 60 },
      rounds: 50,
      coldStarts: { perTarget: 0, bursts: 50, burstSize: 2, memoriesMb: [128, 10_240], idleMinutes: 60 },
      seed: 0,
      labels: { host: 'laptop' },
      leftOut: [{ id: 'rust-dynamodb', reason: 'no cargo:\ninstall it' }],
    };
    expect(parse(request)).toMatchObject({ ...request, load: { model: 'open', ...request.load } });
  });

  it.each([
    ['input', 'text'],
    ['input', null],
    ['input', []],
    ['round', { round: 3 }],
    ['Comment', { Comment: 'Insert your JSON here' }],
    ['budgetDollars', { budgetDollars: 0 }],
    ['budgetDollars', { budgetDollars: -1 }],
    ['budgetDollars', { budgetDollars: 'free' }],
    ['cost.shape', { cost: { shape: 'square' } }],
    ['cost.requestsPerSecond', { cost: { requestsPerSecond: 0 } }],
    ['cost.prices.schema', { cost: { prices: {} } }],
    ['runId', { runId: '' }],
    ['runId', { runId: '../other' }],
    ['runId', { runId: 'a'.repeat(61) }],
    ['targets', { targets: 'node-dynamodb' }],
    ['targets', { targets: [] }],
    ['targets[1]', { targets: ['a', 'B'] }],
    ['extraTargets[0]', { extraTargets: [{ version: 1, id: 'x', kind: 'url' }] }],
    ['extraTargets[0].url', { extraTargets: [{ version: 1, id: 'x', kind: 'url', url: 'example.com' }] }],
    ['extraTargets[1].id', { extraTargets: [own({}), own({})] }],
    ['extraTargets[0].request.headers', { extraTargets: [own({ Connection: 'close' })] }],
    ['extraTargets[0].request.headers', { extraTargets: [own({ 'content-length': '5' })] }],
    ['extraTargets[0].request.headers', { extraTargets: [own({ a: '1', A: '2' })] }],
    ['extraTargets[0].request.headers.a', { extraTargets: [own({ a: 'b\r\nc: d' })] }],
    [
      'extraTargets[0].request.headers.Authorization',
      { extraTargets: [own({ Authorization: 'Bearer abc' })] },
    ],
    ['extraTargets[0].request.headers.x-api-key', { extraTargets: [own({ 'x-api-key': 'abc' })] }],
    ['extraTargets[0].url', { extraTargets: [own({}, 'https://example.com/?token=abc')] }],
    ['load', { load: 5 }],
    ['load.requests', { load: { requests: 0 } }],
    ['load.requests', { load: { requests: 1e12 } }],
    ['load.durationSeconds', { load: { rate: 5 } }],
    ['rounds', { rounds: 0 }],
    ['rounds', { rounds: 51 }],
    ['rounds', { rounds: 1.5 }],
    ['rounds', { rounds: '3' }],
    ['rounds', { rounds: null }],
    ['coldStarts', { coldStarts: true }],
    ['coldStarts', { coldStarts: null }],
    ['coldStarts', { coldStarts: [] }],
    ['coldStarts.perTarget', { coldStarts: { perTarget: 101 } }],
    ['coldStarts.burstSize', { coldStarts: { burstSize: 1 } }],
    ['coldStarts.memoriesMb', { coldStarts: { memoriesMb: [] } }],
    ['coldStarts.memoriesMb[1]', { coldStarts: { memoriesMb: [512, 127] } }],
    ['coldStarts.idleMinutes', { coldStarts: { idleMinutes: 4 } }],
    ['coldStarts.number', { coldStarts: { number: 30 } }],
    ['maxFailed', { maxFailed: 1.5 }],
    ['limits.p99Ms', { limits: { p99Ms: 0 } }],
    ['limits.p50', { limits: { p50: 20 } }],
    ['seed', { seed: -1 }],
    ['seed', { seed: 2 ** 32 }],
    ['labels', { labels: [] }],
    ['labels.host', { labels: { host: 7 } }],
    ['labels.host', { labels: { host: '\u0007' } }],
    ['leftOut[0].id', { leftOut: [{ id: 'a\nb', reason: 'c' }] }],
    ['leftOut[0].more', { leftOut: [{ id: 'a', reason: 'b', more: 1 }] }],
    ['leftOut[0].reason', { leftOut: [{ id: 'a' }] }],
  ])('names %s in %j', (field, request) => {
    const read = () => parse(request);
    expect(read).toThrow(InputError);
    expect(read).toThrow(expect.objectContaining({ field, message: expect.stringContaining('allowed: ') }));
  });

  it('takes a secret by reference, and never shows one that was given as it is', () => {
    const secret = 'ssm:/latency-lab/lab/secrets/run-1/1';
    const target = own(
      { Authorization: secret, 'X-Api-Key': `Key ${secret}` },
      `https://example.com/?token=${secret}`,
    );
    expect(parse({ extraTargets: [target] }).extraTargets).toEqual([target]);
    for (const literal of [own({ Cookie: 'open sesame' }), own({}, 'https://example.com/?api_key=sesame')])
      expect(() => parse({ extraTargets: [literal] })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
      );
  });

  it('forces no cold starts where they are false', () => {
    expect(parse({ coldStarts: false }).coldStarts).toBe(false);
  });

  it('says which fields there are when one is unknown', () => {
    expect(() => parse({ round: 3 })).toThrow(
      'round: given 3; allowed: the fields runId, targets, extraTargets, load, rounds, coldStarts, tuning, seed, maxFailed, limits, logs, goal, labels, leftOut, cost, budgetDollars',
    );
  });

  it('throws nothing but InputError, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (request) => {
        try {
          parse(request);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('runIdOfExecution', () => {
  it('is the name where that is a run id', () => {
    const name = '6d2f8c2e-5c0a-4a5e-9d7b-000000000000';
    expect(runIdOfExecution(name)).toBe(name);
  });

  it('keeps names apart that differ only in what a run id cannot hold', () => {
    expect(runIdOfExecution('a_b')).not.toBe(runIdOfExecution('a.b'));
    expect(runIdOfExecution('a_b')).toMatch(/^a-b-[0-9a-f]{8}$/);
  });

  it('always makes a valid run id, and the same one again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (name) => {
        expect(runIdOfExecution(name)).toMatch(/^[A-Za-z0-9-]{1,60}$/);
        expect(runIdOfExecution(name)).toBe(runIdOfExecution(name));
      }),
    );
  });
});
