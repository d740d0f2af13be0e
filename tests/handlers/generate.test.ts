import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { parseLoad } from '../../src/core/schema/load.ts';
import type { GenerateInput } from '../../src/core/schema/work.ts';
import type { SamplePart } from '../../src/core/schema/part.ts';
import { handler } from '../../src/handlers/generate.ts';
import { fakeS3 } from '../adapters/aws/fake-s3.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:f:live';
const context = { getRemainingTimeInMillis: () => 900_000, memoryLimitInMB: '1024' } as Context;

const input: GenerateInput = {
  assignment: {
    runId: 'r1',
    round: 1,
    cellId: 'f',
    segment: 0,
    attempt: 1,
    worker: 0,
    workers: 1,
    target: { version: 1, id: 'f', kind: 'sync-counter', functionArn },
    load: parseLoad({ requests: 5, warmup: 1 }),
  },
};

describe('handler of Generate', () => {
  const { objects } = fakeS3('bucket');
  const key = 'runs/r1/cells/1/f/0/1-0-0.json';
  const lambda = mockClient(LambdaClient);

  beforeEach(() => {
    objects.clear();
    lambda.reset();
    process.env['RESULTS_BUCKET'] = 'bucket';
    const payload = JSON.stringify({ statusCode: 200, headers: { 'x-cold': '0' }, body: '{"hits":1}' });
    const Payload = Object.assign(Buffer.from(payload), { transformToString: () => payload });
    lambda.on(InvokeCommand).callsFake(() => ({ Payload, $metadata: { requestId: 'q' } }));
  });

  const storedPart = (): SamplePart => JSON.parse(objects.get(key) ?? '') as SamplePart;

  /** Runs the handler and returns what it printed beside its output: Powertools writes metrics to the standard output. */
  const run = async () => {
    const printed: string[] = [];
    const write = jest
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => printed.push(String(text)) > 0);
    try {
      return { output: await handler(input, context), printed };
    } finally {
      write.mockRestore();
    }
  };

  it('measures, stores its part in the bucket and publishes its own figures', async () => {
    const { output, printed } = await run();
    expect(output).toEqual({ worker: 0, parts: 1, sent: 5, ok: 5, failed: 0, unsent: 0 });
    expect([...objects.keys()]).toEqual([key]);
    const { self } = storedPart();
    expect(self).toMatchObject({ requests: 6, coldStart: true, memoryMb: 1024, node: process.version });
    expect(self?.cpuShare).toBeGreaterThan(0);
    const figures = JSON.parse(printed.join('')) as Record<string, unknown>;
    expect(figures).toMatchObject({ target: 'f', RequestsSent: 5, RequestsFailed: 0 });
    expect(JSON.stringify(figures)).toContain('"Namespace":"LatencyLab"');
  });

  it('is no longer a cold start when it is called again', async () => {
    await run();
    expect(storedPart().self?.coldStart).toBe(false);
  });

  it('refuses a wrong hit before anything is sent', async () => {
    await expect((async () => handler({ hit: { url: 'x', count: 0 } }, context))()).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});
