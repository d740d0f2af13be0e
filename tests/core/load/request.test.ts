import { functionEvent, gatewayTime, readFunctionReply, requestOf } from '../../../src/core/load/request.ts';
import type { Target } from '../../../src/core/schema/target.ts';

const target: Target = { version: 1, id: 'a', kind: 'url', functionArn: 'arn' };

describe('requestOf', () => {
  it('is a GET that expects 200 unless the target says otherwise', () => {
    expect(requestOf(target)).toStrictEqual({ method: 'GET', headers: {}, expectedStatus: 200 });
  });

  it('takes what the target says, header names in lower case', () => {
    const request = { method: 'POST', headers: { 'X-Key': 'a' }, body: '{}', expectedStatus: 202 };
    expect(requestOf({ ...target, request })).toStrictEqual({ ...request, headers: { 'x-key': 'a' } });
  });
});

describe('functionEvent', () => {
  it('is an event in payload format 2.0', () => {
    const event = functionEvent(
      { method: 'POST', headers: { 'x-key': 'a' }, body: '{}', expectedStatus: 200 },
      'id-1',
      0,
    );
    expect(event).toMatchObject({
      version: '2.0',
      rawPath: '/hits',
      headers: { 'x-key': 'a' },
      body: '{}',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'POST', path: '/hits' },
        requestId: 'id-1',
        time: '01/Jan/1970:00:00:00 +0000',
        timeEpoch: 0,
      },
    });
  });

  it('has no body where the request has none', () => {
    expect(functionEvent(requestOf(target), 'id', 0)).not.toHaveProperty('body');
  });
});

describe('readFunctionReply', () => {
  it('reads status, headers and body', () => {
    const payload = JSON.stringify({ statusCode: 201, headers: { 'X-Cold': 1 }, body: '{"hits":1}' });
    const reply = { status: 201, headers: new Map([['x-cold', '1']]), body: '{"hits":1}' };
    expect(readFunctionReply(payload)).toEqual(reply);
  });

  it('decodes a base64 body', () => {
    const body = Buffer.from('é').toString('base64');
    const payload = JSON.stringify({ statusCode: 200, body, isBase64Encoded: true });
    expect(readFunctionReply(payload).body).toBe('é');
  });

  it.each([['{"hits":1}'], ['"text"'], ['null'], ['[1]']])(
    'takes %s as the body of a 200, as API Gateway does',
    (payload) => {
      expect(readFunctionReply(payload)).toMatchObject({ status: 200, body: payload });
    },
  );

  it('throws when the reply is no JSON', () => {
    expect(() => readFunctionReply('<html>')).toThrow(SyntaxError);
  });
});

describe('gatewayTime', () => {
  it('writes the common log format in UTC', () => {
    expect(gatewayTime(Date.UTC(2020, 2, 12, 19, 3, 58))).toBe('12/Mar/2020:19:03:58 +0000');
    expect(gatewayTime(Date.UTC(2026, 10, 1))).toBe('01/Nov/2026:00:00:00 +0000');
  });
});
