/** The server's boot as it stands in the template, on this machine: AWS, systemd and the service itself are played. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseDocument } from 'yaml';
import { root } from '../../contract/services.ts';
import { type ReceivedRequest, signatureFaults } from '../../contract/sigv4.ts';
import { ownDirectory } from '../../support/directory.ts';
import { serve, type HttpServer } from '../../support/http-server.ts';

jest.setTimeout(60_000);

const credentials = {
  AccessKeyId: 'AKIDEXAMPLE',
  SecretAccessKey: 'a/secret+key',
  Token: 'a//session+token==',
};
const target = { version: 1, id: 'fastapi-ec2', url: 'http://starting.invalid:8000/hits', vantage: 'vpc' };
const values: Readonly<Record<string, string>> = {
  'AWS::Region': 'eu-west-2',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'lab-FastapiEc2',
  ServerLogs: 'lab-logs',
  Registration: '/latency-lab/default/targets/fastapi-ec2',
  'Registration.Value': JSON.stringify(target),
  Name: 'FastapiLayer0a1b',
  Version: '7',
};

/** The user data as CloudFormation's Sub leaves it. */
const userData = (): string => {
  const template = readFileSync(join(root, 'templates/architectures/fastapi-ec2/template.yaml'), 'utf8');
  const data = parseDocument(template, { logLevel: 'silent' }).getIn([
    ...['Resources', 'ServerTemplate', 'Properties', 'LaunchTemplateData', 'UserData', 'Fn::Base64', 0],
  ]) as string;
  return data.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) =>
    literal === '' ? values[name]! : `\${${name}}`,
  );
};

const bases: Readonly<Record<string, unknown>> = {
  '/latest/api/token': 'a-token',
  '/latest/meta-data/instance-id': 'i-0123',
  '/latest/meta-data/local-ipv4': '10.42.0.7',
  '/latest/meta-data/iam/security-credentials/': 'a-role',
  '/latest/meta-data/iam/security-credentials/a-role': credentials,
  '/2018-10-31/layers/FastapiLayer0a1b/versions/7': {
    Content: { Location: 'http://layer.example/layer.zip' },
  },
};

interface Booted {
  readonly code: number | null;
  /** What AWS was asked, in order: a service and its action. */
  readonly asked: readonly string[];
  readonly bodyOf: (action: string) => string;
  readonly faults: readonly string[];
}

let server: HttpServer;
let answer: (path: string) => readonly [status: number, body: string | Buffer] | undefined;
let received: (ReceivedRequest & { readonly host: string })[] = [];
const directory = ownDirectory();

/** A script with this machine's places in the server's. */
const here = (script: string): string =>
  [
    ['/tmp/layer.zip', join(directory, 'downloaded.zip')],
    ['https://', 'http://'],
    ['/opt', join(directory, 'opt')],
    ['/etc/systemd/system', join(directory, 'system')],
    ['/var/log/cloud-init-output.log', join(directory, 'output.log')],
  ].reduce((all, [from, to]) => all.replaceAll(from!, to!), script);

const actionOf = ({ host, headers, target: path, body }: (typeof received)[number]): string | undefined => {
  const service = /^(\w+)\.eu-west-2\.amazonaws\.com$/.exec(host)?.[1];
  const action = headers['x-amz-target'] ?? /Action=(\w+)/.exec(body)?.[1] ?? path.split('/')[2];
  return service === undefined ? undefined : `${service} ${action ?? ''}`;
};

beforeAll(async () => {
  server = await serve((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      received.push({
        method,
        target: url,
        headers: headers as ReceivedRequest['headers'],
        body,
        host: headers.host!,
      });
      const [status, said] = answer(url) ?? [200, JSON.stringify(bases[url] ?? {}).replaceAll(/^"|"$/g, '')];
      response.writeHead(status).end(said);
    });
  });
  mkdirSync(join(directory, 'layer/fastapi'), { recursive: true });
  const own = join(directory, 'layer/fastapi/server');
  cpSync(join(root, 'src/services/fastapi/server'), own, { recursive: true });
  writeFileSync(join(own, 'boot.sh'), here(readFileSync(join(own, 'boot.sh'), 'utf8')));
  execFileSync('python3', ['-m', 'zipfile', '-c', join(directory, 'layer.zip'), 'fastapi'], {
    cwd: join(directory, 'layer'),
  });
  mkdirSync(join(directory, 'bin'));
  mkdirSync(join(directory, 'system'));
  writeFileSync(join(directory, 'bin/systemctl'), '#!/bin/sh\necho systemctl "$@"\n', { mode: 0o755 });
  // Every host is this one.
  writeFileSync(join(directory, '.curlrc'), `connect-to = "::127.0.0.1:${server.port}"\n`);
});
afterAll(() => server.close());

/** Boots once. `refuse` says which paths AWS, the metadata service or the service itself refuse, and how. */
const boot = async (refuse: Readonly<Record<string, number>> = {}): Promise<Booted> => {
  received = [];
  answer = (path) => {
    const status = refuse[path];
    if (status !== undefined) return [status, 'refused'];
    return path === '/layer.zip' ? [200, readFileSync(join(directory, 'layer.zip'))] : undefined;
  };
  const script = join(directory, 'user-data.sh');
  writeFileSync(script, here(userData()));
  writeFileSync(join(directory, 'output.log'), 'before "the" boot\n');
  const output = openSync(join(directory, 'output.log'), 'a');
  const path = `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`;
  const child = spawn('bash', [script], {
    env: { PATH: path, CURL_HOME: directory },
    stdio: ['ignore', output, output],
  });
  const [code] = (await once(child, 'close')) as [number];
  closeSync(output);
  const calls = received.flatMap((request) => {
    const action = actionOf(request);
    return action === undefined ? [] : [{ action, request }];
  });
  return {
    code,
    asked: calls.map(({ action }) => action),
    bodyOf: (asked) => calls.find(({ action }) => action === asked)!.request.body,
    faults: calls.flatMap(({ request }) =>
      signatureFaults(request, credentials.AccessKeyId, credentials.SecretAccessKey),
    ),
  };
};

const layerPath = '/2018-10-31/layers/FastapiLayer0a1b/versions/7';
const told = [
  'logs Logs_20140328.CreateLogStream',
  'logs Logs_20140328.PutLogEvents',
  'cloudformation SignalResource',
];
const logged = ({ bodyOf }: Booted): readonly string[] =>
  (JSON.parse(bodyOf(told[1]!)) as { logEvents: { message: string }[] }).logEvents.map(
    ({ message }) => message,
  );

/** Amazon Linux has one that signs; a small machine may have none. */
const missing = /^curl (7\.7[5-9]|7\.[89]|[89]|\d\d)/.test(
  spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout,
)
  ? ''
  : ' (curl >= 7.75 is missing)';

(missing === '' ? describe : describe.skip)(`the boot of the server${missing}`, () => {
  it('starts the service, registers its address, ships its log and reports success, every call signed', async () => {
    const booted = await boot();
    expect(booted).toMatchObject({ code: 0, faults: [] });
    expect(booted.asked).toEqual(['lambda layers', 'ssm AmazonSSM.PutParameter', ...told]);
    const { Value, ...rest } = JSON.parse(booted.bodyOf('ssm AmazonSSM.PutParameter')) as Record<
      string,
      string
    >;
    expect(rest).toEqual({ Name: values['Registration'], Type: 'String', Overwrite: true });
    expect(JSON.parse(Value!)).toEqual({ ...target, url: 'http://10.42.0.7:8000/hits' });
    expect(logged(booted)).toEqual([
      'before "the" boot',
      'systemctl daemon-reload',
      'systemctl enable --now fastapi.service',
      expect.any(String),
    ]);
    expect(new URLSearchParams(booted.bodyOf(told[2]!)).get('Status')).toBe('SUCCESS');
    expect(Object.fromEntries(new URLSearchParams(booted.bodyOf(told[2]!)))).toMatchObject({
      StackName: 'lab-FastapiEc2',
      LogicalResourceId: 'ServerGroup',
      UniqueId: 'i-0123',
    });
    expect(received.every(({ headers }) => !(headers['authorization'] ?? '').includes('secret'))).toBe(true);
  });

  it.each([
    ['its code cannot be found', layerPath, 404, []],
    ['its code cannot be downloaded', '/layer.zip', 403, ['lambda layers']],
    ['the service does not answer', '/healthz', 404, ['lambda layers']],
  ])('tells CloudFormation at once when %s', async (_what, path, status, before) => {
    const booted = await boot({ [path]: status });
    expect(booted.code).not.toBe(0);
    expect(booted.asked.slice(-3)).toEqual(told);
    expect(booted.asked).toEqual(expect.arrayContaining(before));
    expect(booted.asked).not.toContain('ssm AmazonSSM.PutParameter');
    expect(new URLSearchParams(booted.bodyOf(told[2]!)).get('Status')).toBe('FAILURE');
    expect(logged(booted).join('\n')).toContain(`error: ${status}`);
  });
});
