import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCallRecorder, lambdaCall, jsonCall } from '../../../src/local/host/call-recorder.ts';
import { ownDirectory } from '../../support/directory.ts';
import type { Header } from '../../../src/local/host/http-parser.ts';

const request = (target: string, ...headers: Header[]) => ({
  ...{ method: 'POST', target, headers, body: Buffer.alloc(0), oversize: 0, keepAlive: true },
});

describe('lambdaCall', () => {
  it('tells whose key signed it, and what for', () => {
    const scope = 'ASIA0123456789ABCDEF/20260101/us-east-1/lambda/aws4_request';
    const signed: Header = ['Authorization', `AWS4-HMAC-SHA256 Credential=${scope}, Signature=0`];
    const target = '/2015-03-31/functions/f%3Alive/invocations?Qualifier=2';
    expect(lambdaCall(request(target, signed))).toEqual({
      kind: 'request',
      accessKeyId: 'ASIA0123456789ABCDEF',
      service: 'lambda',
      method: 'POST',
      path: '/2015-03-31/functions/f%3Alive/invocations',
      query: 'Qualifier=2',
    });
  });

  it('leaves out what is not signed', () => {
    expect(lambdaCall(request('/proxy'))).toBeUndefined();
  });
});

describe('jsonCall', () => {
  it('tells the operation and the log groups, which a request for results does not name', () => {
    const scope = 'ASIA0123456789ABCDEF/20260101/us-east-1/logs/aws4_request';
    const signed: Header = ['Authorization', `AWS4-HMAC-SHA256 Credential=${scope}, Signature=0`];
    const target: Header = ['X-Amz-Target', 'Logs_20140328.GetQueryResults'];
    expect(jsonCall(request('/', signed, target), 'logs', { logGroupNames: ['/g'] })).toMatchObject({
      ...{ accessKeyId: 'ASIA0123456789ABCDEF', service: 'logs', target: 'Logs_20140328.GetQueryResults' },
      names: { logGroupNames: ['/g'] },
    });
    expect(jsonCall(request('/', target), 'logs', {})).toBeUndefined();
  });
});

describe('createCallRecorder', () => {
  it('writes each distinct call once, one a line', () => {
    const file = join(ownDirectory(), 'calls.jsonl');
    const record = createCallRecorder(file);
    const route = { kind: 'route', apiId: 'a', stage: '$default', routeKey: '$default' } as const;
    const calls = [
      { ...route, functionArn: 'one' },
      { ...route, functionArn: 'two' },
    ];
    for (const call of [...calls, undefined, ...calls]) record?.(call);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(calls);
  });

  it('does nothing where no file is given', () => {
    expect(createCallRecorder(undefined)).toBeUndefined();
  });
});
