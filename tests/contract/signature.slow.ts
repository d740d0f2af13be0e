import { writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfSigned } from '../support/certificate.ts';
import { ownDirectory } from '../support/directory.ts';
import { serve, type HttpServer } from '../support/http-server.ts';
import { runBootstrap } from './runtime-api.ts';
import { buildNative } from './services.ts';
import { signatureFaults, type ReceivedRequest } from './sigv4.ts';
import { hitVector } from './vectors.ts';

jest.setTimeout(600_000);

const accessKey = 'AKIDEXAMPLE';
const secretKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const token = 'AQoDYXdzEJr+//token/with+signs==';
const received: ReceivedRequest[] = [];
const artifacts = ownDirectory();
let store: HttpServer;
let bootstrap: string;

const answer: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { method = '', url = '', headers } = request;
    received.push({ method, target: url, headers: headers as ReceivedRequest['headers'], body });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end('{"Attributes":{"hits":{"N":"42"}}}');
  });
};

beforeAll(async () => {
  store = await serve(answer);
  bootstrap = buildNative('cpp-dynamodb', 'build-CppDynamodbFunction', artifacts);
});
afterAll(() => store.close());
beforeEach(() => {
  received.length = 0;
});

/** Two hits by one process; the bodies of its answers. The requests are in `received`. */
const hitTwice = async (variables: Record<string, string>): Promise<unknown[]> => {
  const running = await runBootstrap(bootstrap, {
    AWS_REGION: 'eu-west-2',
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_DYNAMODB: store.origin,
    TABLE_NAME: 'counters',
    ARCHITECTURE_ID: 'cpp-dynamodb',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    ...variables,
  });
  try {
    const bodies = [];
    for (let i = 0; i < 2; i += 1) {
      const { payload } = await running.invoke(hitVector.event);
      bodies.push((JSON.parse(payload) as { body: unknown }).body);
    }
    return bodies;
  } finally {
    await running.stop();
  }
};

describe('the C++ service', () => {
  it.each([
    ['a session token', { AWS_SESSION_TOKEN: token }, token],
    ['no session token', {}, undefined],
  ])('signs what DynamoDB accepts, with %s', async (_with, variables, sent) => {
    expect(await hitTwice(variables)).toEqual(['{"hits":42}', '{"hits":42}']);
    expect(received).toHaveLength(2);
    for (const request of received) {
      expect(signatureFaults(request, accessKey, secretKey)).toEqual([]);
      expect(signatureFaults(request, accessKey, 'another')).toEqual(['the signature is another']);
      expect(request.headers['x-amz-security-token']).toBe(sent);
      expect(request.headers['x-amz-target']).toBe('DynamoDB_20120810.UpdateItem');
      expect(request.headers['authorization']).toContain('/eu-west-2/dynamodb/aws4_request');
    }
  });

  it.each([['TLSv1.3'], ['TLSv1.2']] as const)(
    'speaks %s to a store whose certificate it trusts, and to no other',
    async (version) => {
      const { key, cert } = selfSigned('localhost');
      const { port, close } = await serve(answer, { key, cert, minVersion: version, maxVersion: version });
      const bundle = join(artifacts, `${version}.pem`);
      writeFileSync(bundle, cert);
      try {
        const url = { AWS_ENDPOINT_URL_DYNAMODB: `https://localhost:${port}` };
        expect(await hitTwice({ ...url, AWS_CA_BUNDLE: bundle })).toEqual(['{"hits":42}', '{"hits":42}']);
        expect(received).toHaveLength(2);
        const refused = '{"error":"the counter is unavailable"}';
        expect(await hitTwice(url)).toEqual([refused, refused]);
        expect(received).toHaveLength(2);
      } finally {
        await close();
      }
    },
  );
});
