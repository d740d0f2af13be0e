import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { partKey, planKey } from '../../src/core/keys.ts';
import { handler } from '../../src/handlers/report.ts';
import { sampleRun, sixArchitectures } from '../core/report/sample-run.ts';

describe('handler of Report', () => {
  const s3 = mockClient(S3Client);
  const run = sampleRun({ rounds: 1, requests: 40, seed: 1, characters: sixArchitectures });
  const { plan } = run;
  const printed: string[] = [];

  beforeEach(() => {
    printed.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    s3.reset();
    process.env['RESULTS_BUCKET'] = 'results';
    process.env['AWS_REGION'] = 'eu-west-2';
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('reads the run from the results bucket and writes four objects of the right type beside it', async () => {
    const body = { transformToString: () => Promise.resolve(JSON.stringify(plan)) };
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: {} }));
    s3.on(GetObjectCommand, { Bucket: 'results', Key: planKey(plan.runId) }).resolves({
      Body: body as never,
    });
    s3.on(ListObjectsV2Command).resolves({ Contents: [] });
    s3.on(PutObjectCommand).resolves({});

    const output = await handler({ runId: plan.runId });

    expect(output.failed).toEqual(sixArchitectures.map(({ id }) => id));
    const written = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(written.map(({ Bucket, Key, ContentType }) => [Bucket, Key, ContentType])).toEqual([
      ['results', `runs/${plan.runId}/report.json`, 'application/json'],
      ['results', `runs/${plan.runId}/report.html`, 'text/html; charset=utf-8'],
      ['results', `runs/${plan.runId}/report.md`, 'text/markdown; charset=utf-8'],
      ['results', `runs/${plan.runId}/report.csv`, 'text/csv; charset=utf-8'],
    ]);
    expect(written[0]?.Body).toEqual(expect.stringContaining('Lambda Python + DynamoDB'));
  });

  it('publishes a metric line per target, with the quantiles that its answers can carry', async () => {
    const objects = new Map(run.parts.map((part) => [partKey(part), JSON.stringify(part)]));
    objects.set(planKey(plan.runId), JSON.stringify(plan));
    s3.on(ListObjectsV2Command).resolves({ Contents: [...objects.keys()].map((Key) => ({ Key })) });
    s3.on(PutObjectCommand).resolves({});
    s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
      const text = objects.get(Key);
      if (text === undefined) throw new NoSuchKey({ message: 'none', $metadata: {} });
      return { Body: { transformToString: () => Promise.resolve(text) } };
    });

    await handler({ runId: plan.runId });

    const lines = printed.map((text) => JSON.parse(text) as Record<string, unknown>);
    const python = lines.find((line) => line['target'] === 'python-dynamodb');
    expect(lines).toHaveLength(sixArchitectures.length);
    expect(python).toMatchObject({ RequestsFailed: 0, WarmResponseP50: expect.any(Number) });
    expect(python).not.toHaveProperty('WarmResponseP99');
  });

  it('rejects with InputError, the name that the state machine knows, where there is no plan', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: {} }));
    await expect(handler({ runId: 'gone' })).rejects.toMatchObject({ name: 'InputError' });
  });
});
