import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../support/directory.ts';
import { serve, type HttpServer } from '../support/http-server.ts';
import { run } from './program.ts';

const home = ownDirectory();
let server: HttpServer;
let signedFor: string | undefined;

beforeAll(async () => {
  writeFileSync(join(home, 'config'), '[default]\nregion = eu-west-3\n[profile work]\nregion = eu-north-1\n');
  writeFileSync(join(home, 'credentials'), '[work]\naws_access_key_id = w\naws_secret_access_key = w\n');
  server = await serve((request, response) => {
    // Signature version 4 names the region: Credential=<key>/<date>/<region>/ssm/aws4_request.
    signedFor = request.headers.authorization?.split('/')[2];
    response.setHeader('content-type', 'application/x-amz-json-1.1').end('{"Parameters":[]}');
  });
});
afterAll(() => server.close());

describe('the region', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' };
  it.each([
    [{ ...keys, AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-central-1'],
    [{ ...keys, AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    [keys, 'eu-west-3'],
    [{ AWS_PROFILE: 'work' }, 'eu-north-1'],
    [{ AWS_PROFILE: 'work', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
  ])('is found in %j as the AWS CLI finds it', async (given, region) => {
    const none = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_PROFILE: '' };
    const files = {
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    };
    signedFor = undefined;
    const { stderr } = await run(['targets', '--lab', 'mine'], home, {
      ...none,
      ...files,
      ...given,
      AWS_ENDPOINT_URL: server.origin,
    });
    expect({ signedFor, stderr }).toEqual({ signedFor: region, stderr: '' });
  });
});
