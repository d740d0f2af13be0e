import {
  countedIn,
  departures,
  hitVector as hit,
  sequenceDepartures,
  vectorsFor,
  type Reply,
} from './vectors.ts';

const good = (over: Record<string, string | undefined> = {}, body = '{"hits":7}'): Reply => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-architecture': 'node-dynamodb',
    'x-cold': '1',
    'x-instance': 'instance-1',
    'x-request-id': 'request-1',
    'x-version': '3',
    ...over,
  },
  body,
});

describe('vectorsFor', () => {
  it('finds vectors for each kind and state of the store', () => {
    expect(vectorsFor('sync-counter', 'up').length).toBeGreaterThanOrEqual(11);
    expect(vectorsFor('sync-counter', 'down')).toHaveLength(1);
    expect(vectorsFor('null', 'none')).toHaveLength(2);
  });
});

describe('countedIn', () => {
  it('tells the two counters apart, each with something to count', () => {
    const { hits, canary } = countedIn(vectorsFor('sync-counter', 'up'));
    expect([hits >= 4, canary]).toEqual([true, 1]);
    expect(countedIn(vectorsFor('sync-counter', 'down'))).toEqual({ hits: 0, canary: 0 });
  });
});

describe('departures', () => {
  it('finds none in an answer that conforms', () => {
    expect(departures(hit, good())).toEqual([]);
  });

  it.each([
    ['a wrong status', { ...good(), status: 201 }, 'status'],
    ['a missing header', good({ 'x-instance': undefined }), 'x-instance'],
    ['a version that is none', good({ 'x-version': '' }), 'x-version'],
    ['a header that may be cached', good({ 'cache-control': 'max-age=1' }), 'cache-control'],
    ['a count of nothing', good({}, '{"hits":0}'), 'body'],
    ['internals in the body', good({}, '{"hits":1,"table":"t"}'), 'body'],
  ])('names %s', (_what, reply, named) => {
    expect(departures(hit, reply)).toEqual([expect.stringContaining(`${named} is `)]);
  });

  it('leaves a body alone that the transport cannot carry', () => {
    expect(departures(hit, { ...good(), body: undefined })).toEqual([]);
  });
});

describe('sequenceDepartures', () => {
  const later = good({ 'x-cold': '0', 'x-request-id': 'request-2' });

  it('accepts one cold answer and then warm ones of the same process', () => {
    expect(sequenceDepartures([good(), later])).toEqual([]);
  });

  it('refuses a warm first answer, a cold later one, another instance or version and a repeated request id', () => {
    const other = good({ 'x-instance': 'instance-2', 'x-version': '4' });
    expect(sequenceDepartures([later, other, other])).toHaveLength(5);
  });
});
