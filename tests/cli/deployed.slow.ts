/** The commands that a deployed stack is for, against a local plane that is kept running: they cannot tell the difference. */
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HitResult } from '../../src/app/hit/result.ts';
import type { Report } from '../../src/core/schema/report.ts';
import { serve } from '../support/http-server.ts';
import { run, start, until, type Program } from './program.ts';

const minutes = 60_000;
// Each starts a process or two, on a busy machine.
jest.setTimeout(30_000);

let cwd: string;
let plane: Program;
let env: Record<string, string>;
let url: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'latency-lab-deployed-'));
  plane = start(
    [
      'local',
      '--keep',
      '--only',
      'python-s3',
      '--rounds',
      '1',
      '--requests',
      '5',
      '--cold-starts',
      'off',
      '--warmup',
      '0',
      '--out',
      'first',
    ],
    cwd,
  );
  let kept = '';
  plane.child.stdout?.on('data', (text: string) => (kept += text));
  await until('the plane is kept', 5 * minutes, () => {
    if (plane.child.exitCode !== null) throw new Error(plane.said());
    return plane.said().includes('keeps running');
  });
  env = Object.fromEntries(
    [...kept.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name!, value!]),
  );
  env['GENERATOR'] = /^GeneratorFunctionArn (.*)$/m.exec(kept)?.[1] ?? '';
}, 6 * minutes);

afterAll(async () => {
  plane.child.kill('SIGINT');
  // Ctrl-C is how a kept plane is meant to end, so the run's own code counts.
  expect((await plane.ended).code).toBe(0);
  rmSync(cwd, { recursive: true, force: true });
}, minutes);

/** Flags of a run of one short round beside the null target. */
const quickly = (requests: string, out: string): readonly string[] => [
  ...['--only', 'null', '--rounds', '1', '--requests', requests, '--warmup', '0', '--out', out],
  ...['--cold-starts', 'off'],
];

const lab = (...args: string[]) => run(args, cwd, env);

describe('latency-lab targets', () => {
  it('lists what is registered in the lab', async () => {
    const { code, stdout } = await lab('targets', '--lab', 'local');
    expect(code).toBe(0);
    url = /^python-s3 .* (http\S+)$/m.exec(stdout)?.[1] ?? '';
    expect(url).toMatch(/\/hits$/);
    const json = await lab('targets', '--lab', 'local', '--json');
    expect(JSON.parse(json.stdout)).toContainEqual(expect.objectContaining({ id: 'python-s3', url }));
  });

  it('finds that a service keeps the contract, and that another thing does not', async () => {
    expect(await lab('targets', '--conform', url)).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining('departs'),
    });
    const { stdout } = await lab('targets', '--conform', url, '--json');
    expect(JSON.parse(stdout)).toContainEqual({ title: expect.any(String), departures: [] });
    expect(await lab('targets', '--conform', env['AWS_ENDPOINT_URL']!)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('departs'),
    });
  });
});

describe('latency-lab hit --from', () => {
  it('gives the result of the same method from inside a Lambda', async () => {
    const { code, stdout } = await lab('hit', url, '7', '--from', env['GENERATOR']!, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout) as HitResult).toMatchObject({ url, count: 7, ok: 7, connections: 1 });
  });
});

describe('latency-lab doctor --stack', () => {
  it('finds nothing bad in a stack that is well', async () => {
    expect(await lab('doctor', '--stack', 'latency-lab')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('python-s3'),
    });
  });
});

describe('latency-lab run', () => {
  it(
    'measures a target of the stack beside one of the user, and brings the report here',
    async () => {
      const flags = [
        '--only',
        'python-s3',
        '--target',
        `mine=${url}`,
        '--rounds',
        '1',
        '--requests',
        '8',
        '--cold-starts',
        'off',
        '--out',
        'second',
        '--json',
      ];
      const { code, stdout, stderr } = await lab('run', ...flags);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const report = JSON.parse(readFileSync(join(cwd, 'second/report.json'), 'utf8')) as Report;
      expect(JSON.parse(stdout)).toEqual(report);
      expect(report.targets.map(({ id, requests }) => [id, requests.ok])).toEqual([
        ['null', 8],
        ['python-s3', 8],
        ['mine', 8],
      ]);
    },
    2 * minutes,
  );

  it(
    'fails where a server dies in mid-run, and tells why',
    async () => {
      let answered = 0;
      const server = await serve((_, response) => {
        response.end();
        if (++answered >= 27) void server.close();
      });
      const flags = quickly('60', 'dying');
      const { code, stderr } = await lab('run', ...flags, '--target', `dying=${server.origin}/`);
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/dying: \d+ of 60 planned requests failed .*refused/),
      });
    },
    2 * minutes,
  );

  it(
    'sends a secret that it writes down nowhere',
    async () => {
      const seen = new Set<string>();
      const server = await serve(({ headers }, response) => {
        seen.add(headers.authorization ?? 'none');
        response.end();
      });
      const flags = quickly('5', 'secret');
      const header = ['--header', 'authorization: Bearer env:MY_TOKEN'];
      const { code, stdout, stderr } = await run(
        ['run', ...flags, '--target', `mine=${server.origin}/`, ...header],
        cwd,
        {
          ...env,
          MY_TOKEN: 'very-s3cret',
        },
      );
      await server.close();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect([...seen]).toEqual(['Bearer very-s3cret']);
      const files = readdirSync(join(cwd, 'secret'), { recursive: true, encoding: 'utf8' })
        .map((path) => join(cwd, 'secret', path))
        .filter((path) => statSync(path).isFile());
      expect(files.length).toBeGreaterThan(5);
      for (const text of [stdout, stderr, ...files.map((path) => readFileSync(path, 'utf8'))])
        expect(text).not.toContain('very-s3cret');
      for (const path of files) expect(statSync(path).mode & 0o77).toBe(0);
      const left = await new SSMClient({
        region: env['AWS_REGION']!,
        endpoint: env['AWS_ENDPOINT_URL']!,
        credentials: {
          accessKeyId: env['AWS_ACCESS_KEY_ID']!,
          secretAccessKey: env['AWS_SECRET_ACCESS_KEY']!,
        },
      }).send(new GetParametersByPathCommand({ Path: '/latency-lab/local/secrets', Recursive: true }));
      expect(left.Parameters).toEqual([]);
    },
    2 * minutes,
  );

  it.each([
    ['--only nowhere', '--only: given "nowhere"'],
    ['--stack nowhere', '--stack: given "nowhere"'],
    ['--target mine=http://example.com/', '--i-may-load-this'],
  ])('refuses %s as misuse', async (flags, said) => {
    expect(await lab('run', ...flags.split(' '))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said),
    });
  });
});

describe('latency-lab stop', () => {
  it(
    'ends a run early with its partial report, so that the next one may begin',
    async () => {
      const long = start(
        ['run', '--only', 'null', '--rate', '20', '--duration', '2m', '--out', 'ended'],
        cwd,
        env,
      );
      await until('something is measured', minutes, () => {
        if (long.child.exitCode !== null) throw new Error(long.said());
        return ['cells', 'plan.json'].every((name) => existsSync(join(cwd, 'ended', name)));
      });
      const { runId } = JSON.parse(readFileSync(join(cwd, 'ended/plan.json'), 'utf8')) as { runId: string };
      expect(await lab('run', '--only', 'null')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`run "${runId}"`),
      });
      expect(await lab('stop', 'run-of-nobody')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`RUN: given "run-of-nobody"; allowed: ${runId}`),
      });
      const { code, stderr } = await lab('stop', runId);
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`/runs/${runId}/report.html`),
      });
      expect(await long.ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('stopped by the user'),
      });
      const report = JSON.parse(readFileSync(join(cwd, 'ended/report.json'), 'utf8')) as Report;
      expect(report.outcome).toMatchObject({ ok: false, cause: 'stopped by the user' });
      expect(
        await lab('run', '--only', 'null', '--rounds', '1', '--requests', '5', '--cold-starts', 'off'),
      ).toMatchObject({
        code: 0,
      });
    },
    3 * minutes,
  );
});

describe('latency-lab diff and report', () => {
  it('compare and render what the runs left', async () => {
    const { code, stdout } = await lab('diff', 'first', 'second', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'latency-lab.diff.v2', added: ['mine'], missing: [] });
    expect(await lab('diff', 'second', 'first', '--max-p50-increase', '1000%')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mine: has no figures any more'),
    });
    expect(await lab('report', 'second', '--format', 'csv')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('mine'),
    });
  });
});

describe('latency-lab down', () => {
  it('deletes nothing unasked', async () => {
    expect(await lab('down')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Nothing was deleted'),
    });
    expect(await lab('targets', '--lab', 'local')).toMatchObject({ code: 0 });
  });

  it(
    'leaves a stack alone that is no lab, and what is in its buckets',
    async () => {
      const settings = {
        region: env['AWS_REGION']!,
        endpoint: env['AWS_ENDPOINT_URL']!,
        credentials: {
          accessKeyId: env['AWS_ACCESS_KEY_ID']!,
          secretAccessKey: env['AWS_SECRET_ACCESS_KEY']!,
        },
      };
      const cloudFormation = new CloudFormationClient(settings);
      const s3 = new S3Client({ ...settings, forcePathStyle: true });
      const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'of-another-stack' } };
      const template = JSON.stringify({ Resources: { Bucket: bucket } });
      await cloudFormation.send(new CreateStackCommand({ StackName: 'other', TemplateBody: template }));
      await waitUntilStackCreateComplete(
        { client: cloudFormation, maxWaitTime: 20, minDelay: 1 },
        { StackName: 'other' },
      );
      await s3.send(new PutObjectCommand({ Bucket: 'of-another-stack', Key: 'precious', Body: 'data' }));
      expect(await lab('down', '--stack', 'other', '--purge', '--yes')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('This is something else; nothing was deleted'),
      });
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'of-another-stack' }));
      expect(Contents).toHaveLength(1);
    },
    minutes,
  );

  it(
    'deletes the stack and keeps its results, which a second call purges',
    async () => {
      const first = await lab('down', '--yes');
      expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining(' stay.') });
      expect(await lab('targets', '--lab', 'local')).toMatchObject({ code: 1 });
      expect(await lab('down', '--yes')).toMatchObject({ code: 2 });
      const second = await lab('down', '--yes', '--purge');
      expect(second).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/Deleted .* with \d{2,} objects/),
      });
      expect(await lab('down', '--yes', '--purge')).toMatchObject({ code: 2 });
    },
    2 * minutes,
  );
});
