import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { listen } from '../../contract/runtime-api.ts';
import { root } from '../../contract/services.ts';
import { signatureFaults, type ReceivedRequest } from '../../contract/sigv4.ts';

const template = readFileSync(join(root, 'templates/architectures/fastapi-ec2/template.yaml'), 'utf8');
/** As CloudFormation's Sub leaves it. */
const signed = /^ *signed\(\) .*$/m.exec(template)![0].replaceAll('${!', '${');

let server: Server;
let port: number;
let received: ReceivedRequest | undefined;
beforeAll(async () => {
  ({ server, port } = await listen((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      received = { method, target: url, headers: headers as ReceivedRequest['headers'], body };
      response.end('{}');
    });
  }));
});
afterAll(() => server.close());

const credentials = {
  id: 'AKIDEXAMPLE',
  secret: 'a/secret+key',
  session: 'a//session+token==',
  REGION: 'eu-west-2',
};

describe('the requests of the user data and of boot.sh', () => {
  it.each([
    ['lambda', '"$url/2018-10-31/layers/FastapiLayer0a1b/versions/7"'],
    [
      'ssm',
      `-H 'content-type: application/x-amz-json-1.1' -H 'x-amz-target: AmazonSSM.GetParameter' --data '{"Name":"/a/b"}' "$url/"`,
    ],
    [
      'cloudformation',
      `-H 'content-type: application/x-www-form-urlencoded' --data 'Action=SignalResource&StackName=a' "$url/"`,
    ],
  ])('are signed as %s accepts them', async (service, request) => {
    const script = `set -euo pipefail\n${signed}\nsigned ${service} ${request}`;
    const env = { ...credentials, PATH: process.env['PATH'], url: `http://127.0.0.1:${port}` };
    expect((await promisify(execFile)('bash', ['-c', script], { env })).stdout).toBe('{}');
    const { id, secret, session } = credentials;
    expect(signatureFaults(received!, id, secret)).toEqual([]);
    expect(received!.headers['x-amz-security-token']).toBe(session);
    expect(received!.headers['authorization']).toContain(`/eu-west-2/${service}/aws4_request`);
  });
});
