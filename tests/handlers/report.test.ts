import { partKey, planKey } from '../../src/core/keys.ts';
import { handler } from '../../src/handlers/report.ts';
import { fakeS3 } from '../adapters/aws/fake-s3.ts';
import { sampleRun, sixArchitectures } from '../core/report/sample-run.ts';

describe('handler of Report', () => {
  const { plan, parts } = sampleRun({ rounds: 1, requests: 40, seed: 1, characters: sixArchitectures });
  const { runId } = plan;
  const { objects, contentTypes } = fakeS3('results');
  const printed: string[] = [];

  beforeEach(() => {
    printed.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    objects.clear();
    objects.set(planKey(runId), JSON.stringify(plan));
    process.env['RESULTS_BUCKET'] = 'results';
    process.env['AWS_REGION'] = 'eu-west-2';
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('reads the run from the results bucket and writes four objects of the right type beside it', async () => {
    const output = await handler({ runId });

    expect(output.failed).toEqual(sixArchitectures.map(({ id }) => id));
    expect([...contentTypes]).toEqual([
      [`runs/${runId}/report.json`, 'application/json'],
      [`runs/${runId}/report.html`, 'text/html; charset=utf-8'],
      [`runs/${runId}/report.md`, 'text/markdown; charset=utf-8'],
      [`runs/${runId}/report.csv`, 'text/csv; charset=utf-8'],
    ]);
    expect(objects.get(`runs/${runId}/report.json`)).toContain('Lambda Python + DynamoDB');
  });

  it('publishes a metric line per target, with the quantiles that its answers can carry', async () => {
    for (const part of parts) objects.set(partKey(part), JSON.stringify(part));

    await handler({ runId });

    const lines = printed.map((text) => JSON.parse(text) as Record<string, unknown>);
    const python = lines.find((line) => line['target'] === 'python-dynamodb');
    expect(lines).toHaveLength(sixArchitectures.length);
    expect(python).toMatchObject({ RequestsFailed: 0, ResponseP50: expect.any(Number) });
    expect(python).not.toHaveProperty('ResponseP99');
  });

  it('rejects with InputError, the name that the state machine knows, where there is no plan', async () => {
    await expect(handler({ runId: 'gone' })).rejects.toMatchObject({ name: 'InputError' });
  });
});
