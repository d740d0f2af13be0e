import { parseHit, politely } from '../../../src/app/hit/request.ts';
import { InputError } from '../../../src/core/errors.ts';

const url = 'https://example.com/hits';

describe('parseHit', () => {
  it('sends 100 requests with 10 s each unless told otherwise', () => {
    expect(parseHit({ url })).toEqual({ url, count: 100, timeoutMs: 10_000 });
    expect(parseHit({ url, count: 1_000_000, timeoutMs: 5, maxRate: 3 })).toEqual({
      url,
      count: 1_000_000,
      timeoutMs: 5,
      maxRate: 3,
    });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'example.com/hits' }, 'url'],
    [{ url: 'localhost:3000' }, 'url'],
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url, count: 0 }, 'count'],
    [{ url, count: -1 }, 'count'],
    [{ url, count: 1e12 }, 'count'],
    [{ url, count: 1.5 }, 'count'],
    [{ url, count: '7' }, 'count'],
    [{ url, timeoutMs: 60_001 }, 'timeoutMs'],
    [{ url, maxRate: 0 }, 'maxRate'],
    [{ url, counts: 3 }, 'counts'],
    [7, 'hit'],
  ])('refuses %j, naming %s', (given, field) => {
    expect(() => parseHit(given)).toThrow(InputError);
    expect(() => parseHit(given)).toThrow(new RegExp(`^${field}: given `));
  });
});

describe('politely', () => {
  it('holds a hit on another machine to 10 requests/s unless the user may load it', () => {
    expect(politely(parseHit({ url }), false).maxRate).toBe(10);
    expect(politely(parseHit({ url }), true).maxRate).toBeUndefined();
    expect(politely(parseHit({ url: 'http://a.localhost:1/' }), false).maxRate).toBeUndefined();
  });
});
