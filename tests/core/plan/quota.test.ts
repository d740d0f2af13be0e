import { InputError } from '../../../src/core/errors.ts';
import { requireConcurrency } from '../../../src/core/plan/quota.ts';
import type { LoadProfile } from '../../../src/core/schema/load.ts';
import type { Target } from '../../../src/core/schema/target.ts';
import { closedLoad, openLoad } from '../../support/loads.ts';

const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:f:live';
const own: Target = { version: 1, id: 'f', kind: 'sync-counter', url: 'http://h/hits', functionArn };
const elsewhere: Target = { version: 1, id: 'u', kind: 'url', url: 'http://h/' };

describe('requireConcurrency', () => {
  it.each<[string, LoadProfile, 'aws' | 'local', readonly Target[], number]>([
    ['one connection', closedLoad, 'aws', [own], 2],
    ['a hundred connections', { ...closedLoad, concurrency: 100 }, 'aws', [elsewhere, own], 102],
    ['no more than there are requests', { ...closedLoad, requests: 5, concurrency: 100 }, 'aws', [own], 7],
    ['10 requests/s for each instance', { ...openLoad, rate: 5_000 }, 'aws', [own], 510],
    ['any rate on one machine', { ...openLoad, rate: 5_000 }, 'local', [own], 11],
    [
      'generators alone where no function is the target',
      { ...openLoad, rate: 5_000 },
      'aws',
      [elsewhere],
      10,
    ],
  ])('of %s', (_, load, plane, targets, least) => {
    const require = (free: number | undefined) => () => {
      requireConcurrency({ load, plane, targets }, free);
    };
    expect(require(least)).not.toThrow();
    expect(require(undefined)).not.toThrow();
    expect(require(least - 1)).toThrow(InputError);
    expect(require(least - 1)).toThrow(`${least - 1} are free, and this takes at least ${least} (`);
  });
});
