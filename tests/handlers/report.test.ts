import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { planKey } from '../../src/core/keys.ts';
import { handler } from '../../src/handlers/report.ts';
import { sampleRun, sixArchitectures } from '../core/report/sample-run.ts';

describe('handler of Report', () => {
  const s3 = mockClient(S3Client);
  const { plan } = sampleRun({ rounds: 1, requests: 1, seed: 1, characters: sixArchitectures });

  beforeEach(() => {
    s3.reset();
    process.env['RESULTS_BUCKET'] = 'results';
    process.env['AWS_REGION'] = 'eu-west-2';
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

  it('rejects with InputError, the name that the state machine knows, where there is no plan', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: {} }));
    await expect(handler({ runId: 'gone' })).rejects.toMatchObject({ name: 'InputError' });
  });
});
