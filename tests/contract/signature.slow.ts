import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { listen, runBootstrap } from './runtime-api.ts';
import { root, serviceNamed } from './services.ts';
import { signatureFaults, type ReceivedRequest } from './sigv4.ts';
import { vectorsFor } from './vectors.ts';

jest.setTimeout(600_000);

const accessKey = 'AKIDEXAMPLE';
const secretKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const token = 'AQoDYXdzEJr+//token/with+signs==';
const received: ReceivedRequest[] = [];
let store: Server;
let storePort: number;
let artifacts: string;

beforeAll(async () => {
  ({ server: store, port: storePort } = await listen((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      received.push({ method, target: url, headers: headers as ReceivedRequest['headers'], body });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"Attributes":{"hits":{"N":"42"}}}');
    });
  }));
  artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
  if (!serviceNamed('cpp-dynamodb').available) return;
  const make = [
    '-C',
    join(root, 'src/services/cpp-dynamodb'),
    'build-CppDynamodbFunction',
    'LAB_PLATFORM=host',
  ];
  execFileSync('make', [...make, `ARTIFACTS_DIR=${artifacts}`], { stdio: ['ignore', 'ignore', 'pipe'] });
});
afterAll(() => {
  store.closeAllConnections();
  store.close();
  rmSync(artifacts, { recursive: true, force: true });
});
beforeEach(() => {
  received.length = 0;
});

/** Two hits by one process; the bodies of its answers. The requests are in `received`. */
const hitTwice = async (bootstrap: string, sessionToken: Record<string, string>): Promise<unknown[]> => {
  const [hit] = vectorsFor('sync-counter', 'up').filter(({ title }) => title.startsWith('GET /hits adds'));
  const running = await runBootstrap(bootstrap, {
    AWS_REGION: 'eu-west-2',
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${storePort}`,
    TABLE_NAME: 'counters',
    ARCHITECTURE_ID: 'cpp-dynamodb',
    ...sessionToken,
  });
  try {
    const bodies = [];
    for (let i = 0; i < 2; i += 1) {
      const { payload } = await running.invoke(hit!.event);
      bodies.push((JSON.parse(payload) as { body: unknown }).body);
    }
    return bodies;
  } finally {
    await running.stop();
  }
};

// LAMBDA_BOOTSTRAP: a program that was built for Lambda, to have its own libcurl judged as well.
const bootstraps = [
  ['built for this machine', () => join(artifacts, 'bootstrap'), serviceNamed('cpp-dynamodb').available],
  [
    'built for Lambda',
    () => process.env['LAMBDA_BOOTSTRAP'] ?? '',
    process.env['LAMBDA_BOOTSTRAP'] !== undefined,
  ],
] as const;

for (const [built, bootstrap, available] of bootstraps) {
  (available ? describe : describe.skip)(`the C++ service ${built}`, () => {
    it.each([
      ['a session token', { AWS_SESSION_TOKEN: token }, token],
      ['no session token', {}, undefined],
    ])('signs what DynamoDB accepts, with %s', async (_with, variables, sent) => {
      expect(await hitTwice(bootstrap(), variables)).toEqual(['{"hits":42}', '{"hits":42}']);
      expect(received).toHaveLength(2);
      for (const request of received) {
        expect(signatureFaults(request, accessKey, secretKey)).toEqual([]);
        expect(signatureFaults(request, accessKey, 'another')).toEqual(['the signature is another']);
        expect(request.headers['x-amz-security-token']).toBe(sent);
        expect(request.headers['x-amz-target']).toBe('DynamoDB_20120810.UpdateItem');
        expect(request.headers['authorization']).toContain('/eu-west-2/dynamodb/aws4_request');
      }
    });
  });
}
