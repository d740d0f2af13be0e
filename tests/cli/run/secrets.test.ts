import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownTargetOptions, ownTargets } from '../../../src/cli/run/own-targets.ts';
import { checkRequest } from '../../../src/cli/run/request.ts';
import { withStoredSecrets } from '../../../src/cli/run/secrets.ts';
import { withSecrets } from '../../../src/core/secrets.ts';
import { ownDirectory } from '../../support/directory.ts';
import { inputErrorOf } from '../../support/errors.ts';
import { parse } from '../parse.ts';

const directory = ownDirectory();
beforeAll(() => {
  process.env['AWS_REGION'] = 'eu-west-2';
  process.env['TEST_TOKEN'] = 't0ken-of-mine';
  writeFileSync(join(directory, 'key'), 'k3y/in+file\n');
  writeFileSync(join(directory, 'large'), 'x'.repeat(5_000));
});
afterAll(() => {
  delete process.env['TEST_TOKEN'];
});

const { load } = checkRequest({ runId: 'r', load: {} });
const forRun = (...args: string[]) =>
  ownTargets(parse(['--target', 'a=http://127.0.0.1/', ...args], ownTargetOptions).values, {
    load,
    taken: [],
  }).forRun('mine', 'r-1');
const sentBy = (...args: string[]) => {
  const { targets, secrets } = forRun(...args);
  return withSecrets(targets[0]!, secrets);
};
const first = '/latency-lab/mine/secrets/r-1/1';

describe('secrets of a target', () => {
  it('are read by name and stand in the request as references', () => {
    const { targets, secrets } = forRun('--header', 'Authorization: Bearer env:TEST_TOKEN');
    expect(targets[0]?.request?.headers).toEqual({ authorization: `ssm:${first}` });
    expect([...secrets]).toEqual([[first, 'Bearer t0ken-of-mine']]);
  });

  it.each([
    ['an environment variable', 'env:TEST_TOKEN', 't0ken-of-mine'],
    ['a file, without its last line break', 'file:key', 'k3y/in+file'],
  ])('come from %s', (_, given, value) => {
    const named = given.replace('file:', `file:${directory}/`);
    expect(sentBy('--header', `x-mine: ${named}`).request?.headers).toEqual({ 'x-mine': value });
  });

  it('are found in headers and queries whose names tell, though given as they are', () => {
    const { targets, secrets } = forRun(
      '--header',
      'authorization: Basic abc',
      '--target',
      'b=http://127.0.0.1/?token=s3cr%2Bt&x=1',
    );
    expect(JSON.stringify(targets)).not.toMatch(/abc|s3cr/);
    expect([...secrets.values()]).toEqual(['Basic abc', 's3cr+t']);
    expect(withSecrets(targets[1]!, secrets).url).toBe('http://127.0.0.1/?token=s3cr%2Bt&x=1');
  });

  it('may be a body, of a file or the environment; a large body is none', () => {
    const { targets, secrets } = forRun('--method', 'POST', '--payload', `@${directory}/key`);
    expect([targets[0]?.request?.body, ...secrets.values()]).toEqual([`ssm:${first}`, 'k3y/in+file']);
    expect(sentBy('--payload', 'env:TEST_TOKEN').request?.body).toBe('t0ken-of-mine');
    const large = forRun('--payload', `@${directory}/large`);
    expect([large.targets[0]?.request?.body?.length, large.secrets.size]).toEqual([5_000, 0]);
  });

  it('are left alone where nothing tells of one', () => {
    const { targets, secrets } = forRun('--header', 'accept: text/html', '--payload', '{"a":1}');
    expect(targets[0]?.request).toEqual({ headers: { accept: 'text/html' }, body: '{"a":1}' });
    expect(secrets.size).toBe(0);
  });

  it.each([
    [['--header', 'a: env:NO_SUCH_VARIABLE'], '--header', 'env:NO_SUCH_VARIABLE'],
    [['--header', 'a: file:/no/such/file'], '--header', 'ENOENT'],
    [['--payload', '@/no/such/file'], '--payload', 'ENOENT'],
    [['--header', 'authorization: abc'], '--header', '4 characters'],
    [['--header', `authorization: s3cr\u0007et`], '--header', 'authorization'],
  ])('refuses %j and shows no secret', (args, flag, part) => {
    const fault = inputErrorOf(() => forRun(...args));
    expect(fault).toMatchObject({ field: flag, message: expect.stringContaining(part) });
    expect(fault.message).not.toMatch(/abc|s3cr/);
  });
});

describe('withStoredSecrets', () => {
  const ssm = mockClient(SSMClient);
  const many = new Map(Array.from({ length: 12 }, (_, i) => [`/s/${i}`, `value ${i}`]));
  beforeEach(() => {
    ssm.reset();
    ssm.on(PutParameterCommand).resolves({});
    ssm.on(DeleteParametersCommand).resolves({});
  });

  it('encrypts them, and deletes them whatever happens', async () => {
    const failing = withStoredSecrets(many, () => {
      expect(ssm.commandCalls(DeleteParametersCommand)).toHaveLength(0);
      return Promise.reject(new Error('interrupted'));
    });
    await expect(failing).rejects.toThrow('interrupted');
    const puts = ssm.commandCalls(PutParameterCommand).map(({ args: [{ input }] }) => input);
    expect(puts).toHaveLength(12);
    expect(puts[0]).toMatchObject({ Name: '/s/0', Value: 'value 0', Type: 'SecureString' });
    const deleted = ssm.commandCalls(DeleteParametersCommand).flatMap(({ args: [{ input }] }) => input.Names);
    expect(deleted).toEqual([...many.keys()]);
  });

  it('asks nothing of the account where there is none', async () => {
    expect(await withStoredSecrets(new Map(), () => Promise.resolve(7))).toBe(7);
    expect(ssm.calls()).toHaveLength(0);
  });
});
