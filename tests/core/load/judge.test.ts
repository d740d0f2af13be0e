import { judge } from '../../../src/core/load/judge.ts';

const counter = { kind: 'sync-counter', expectedStatus: 200 } as const;
const url = { kind: 'url', expectedStatus: 201 } as const;
const answer = (status: number, body = '{"hits": 7}', headers = {}) => ({
  status,
  body,
  headers: new Map<string, string>(Object.entries(headers)),
});

describe('judge', () => {
  it('takes a counter that answers 200 with a count', () => {
    expect(judge(answer(200), counter)).toEqual({ cold: false });
  });

  it('tells a cold answer by its header, also one that is not as expected', () => {
    expect(judge(answer(200, '{"hits":1}', { 'x-cold': '1' }), counter)).toEqual({ cold: true });
    expect(judge(answer(500, 'oops', { 'x-cold': '1' }), counter)).toMatchObject({
      ...{ cold: true, error: { kind: 'status' } },
    });
    expect(judge(answer(200, '{"hits":1}', { 'x-cold': '0' }), counter).cold).toBe(false);
  });

  it.each([
    [answer(429, 'slow down'), counter, 'throttled', 'answered 429: "slow down"'],
    [answer(502, 'oops'), counter, 'status', 'answered 502 instead of 200: "oops"'],
    [answer(200, '<html>'), counter, 'body', 'answered 200 without a count: "<html>"'],
    [answer(200, '{"hits": "7"}'), counter, 'body', 'answered 200 without a count: "{\\"hits\\": \\"7\\"}"'],
    [answer(200), url, 'status', 'answered 200 instead of 201: "{\\"hits\\": 7}"'],
  ])('counts %j as an error of its kind, with an example', (given, expectation, kind, message) => {
    expect(judge(given, expectation).error).toEqual({ kind, message });
  });

  it('reads no count from another kind of target, and takes a 429 that was expected', () => {
    expect(judge(answer(201, 'anything'), url).error).toBeUndefined();
    expect(judge(answer(429), { kind: 'url', expectedStatus: 429 }).error).toBeUndefined();
  });

  it('shortens a long body', () => {
    expect(judge(answer(500, 'x'.repeat(5000)), counter).error?.message.length).toBeLessThan(300);
  });
});
