import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { StoredTuning } from '../../src/core/schema/tuning.ts';
import type { Report } from '../../src/core/schema/report.ts';
import type { Trial } from '../../src/core/schema/trial.ts';
import type { Findings } from '../local/iam/check.ts';
import { judgeLab } from '../local/iam/lab.ts';
import { unused } from '../local/iam/unused.ts';
import { serve, type HttpServer } from '../support/http-server.ts';
import { type DeployedLab, deployWholeLab } from './deployed-lab.ts';

jest.setTimeout(240_000);

const targets = ['null', 'python-dynamodb', 'node-dynamodb'];
/** Two alone and one burst of three, each of them cold. */
const coldStarts = { perTarget: 2, bursts: 1, burstSize: 3 };
const tuning = { powerValues: [256, 1024], num: 5, confirmRounds: 1, confirmRequests: 5 };
const slowMs = 50;
const bearer = 'Bearer 0123456789';

/** A service of somebody else's: one path loses updates, one breaks after its verification, one is slow. */
const startForeign = (): Promise<HttpServer> => {
  let breaking = 0;
  return serve((request, response) => {
    const answer = (status: number, ms: number) =>
      setTimeout(() => response.writeHead(status).end('{"hits":1}'), ms);
    if (request.url === '/breaks' && request.headers.authorization !== bearer) answer(401, 0);
    else if (request.url === '/breaks') answer(++breaking > 3 ? 503 : 200, 0);
    else answer(200, request.url === '/slow' ? slowMs : 0);
  });
};

let lab: DeployedLab;
let foreign: HttpServer;
beforeAll(async () => {
  [lab, foreign] = await Promise.all([deployWholeLab([...targets, 'python-s3']), startForeign()]);
});
afterAll(async () => {
  await foreign.close();
  await lab.stop();
});

const extra = (id: string, kind: string, url: string) => ({ version: 1, id, kind, url });
const stateOf = ({ targets: reports }: Report) =>
  Object.fromEntries(reports.map(({ id, state }) => [id, state]));
const of = ({ targets: reports }: Report, id: string) => reports.find((target) => target.id === id)!;

/** The counters as their tables hold them, in no particular order. */
const counts = async (): Promise<readonly number[]> => {
  const client = new DynamoDBClient({
    endpoint: lab.env['AWS_ENDPOINT_URL']!,
    region: 'us-east-1',
    credentials: lab.credentials,
  });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const tables = await Promise.all(
    TableNames.map((TableName) => client.send(new ScanCommand({ TableName }))),
  );
  client.destroy();
  return tables.map(({ Items = [] }) => Number(Items[0]?.['hits']?.N ?? 0));
};

/** Kills the generator's processes as an out-of-memory killer would. */
const killGenerators = (): number => {
  const mark = `AWS_LAMBDA_FUNCTION_NAME=${lab.generatorArn.split(':')[6]!}`;
  const pids = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
  pids.forEach((pid) => process.kill(Number(pid), 'SIGKILL'));
  return pids.length;
};

describe('a whole run on the local plane', () => {
  it('refuses bad input with its reason and leaves nothing behind', async () => {
    const { status, error, cause } = await lab.run('bad', { rounds: 0 });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'InputError' });
    expect(cause).toContain('rounds');
    expect(await lab.keys('runs/')).toEqual([]);
  });

  it('measures every target and loses no hit', async () => {
    const load = { model: 'closed', requests: 20, concurrency: 2, warmup: 2 };
    const ended = lab.run('well', { runId: 'well', targets, rounds: 2, load, coldStarts, tuning });
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    const report = await lab.report('well');
    expect(stateOf(report)).toEqual(Object.fromEntries(targets.map((id) => [id, 'measured'])));
    for (const { requests, verification } of report.targets) {
      expect(requests).toMatchObject({ sent: 40, ok: 40, failed: 0, unsent: 0 });
      expect(verification).toMatchObject({ ok: true, sent: 50, acknowledged: 50 });
    }
    for (const { logs } of report.targets) {
      expect(logs?.live).toMatchObject({ requests: 94, expected: 94, sent: 94, missingShare: 0 });
      expect(logs?.live?.coldStarts).toBeGreaterThan(0);
      expect(logs?.remarks).toEqual([]);
      expect(logs?.copy?.missingShare).toBe(0);
      const joined = logs!.waterfalls.map(({ source, cold }) => `${source} ${cold ? 'cold' : 'warm'}`);
      expect(joined).toEqual(expect.arrayContaining(['live warm', 'copy cold']));
    }
    // A copy counts into its target's own table: what was forced, tuned and confirmed.
    const perCounter = 50 + report.targets[0]!.requests.warmup + 40 + 2 + 3 + 3 * tuning.num;
    const expected = await Promise.all(
      targets.slice(1).map(async (id) => {
        const keys = await lab.keys(`runs/well/trials/confirm/${id}/`);
        return perCounter + keys.length * (1 + tuning.confirmRequests);
      }),
    );
    expect([...(await counts())].sort()).toEqual(expected.sort());
    // And the platform has a line of each.
    const lines = report.targets
      .filter(({ kind }) => kind === 'sync-counter')
      .map(({ logs }) => logs!.live!.requests + logs!.copy!.requests);
    expect(lines.sort()).toEqual(expected.sort());
    expect(await lab.keys('runs/lock.json')).toEqual([]);
  });

  it('forces every cold start that it was asked for, one process for each request', async () => {
    const trials = await Promise.all((await lab.keys('runs/well/trials/cold-starts/')).map(lab.json));
    expect(trials).toHaveLength(9);
    for (const { simultaneous, requests } of trials as readonly Trial[])
      expect(requests.map(({ cold, fault }) => ({ cold, fault }))).toEqual(
        Array.from({ length: simultaneous }, () => ({ cold: true, fault: undefined })),
      );
  });

  it('tunes every service once, and measures a winner that is not deployed again', async () => {
    const keys = await lab.keys('runs/well/tuning/');
    expect(keys).toEqual(
      targets
        .slice(1)
        .sort()
        .map((id) => `runs/well/tuning/${id}.json`),
    );
    for (const stored of (await Promise.all(keys.map(lab.json))) as readonly StoredTuning[]) {
      expect(stored.failure).toBeUndefined();
      expect(stored.sizes.map(({ memoryMb }) => memoryMb)).toEqual([256, 512, 1024]);
      const { targetId, deployedMb, winner } = stored;
      const sizes = winner?.memoryMb === deployedMb ? [] : [deployedMb, winner?.memoryMb];
      const trials = await Promise.all(
        (await lab.keys(`runs/well/trials/confirm/${targetId}/`)).map(lab.json),
      );
      expect((trials as readonly Trial[]).map(({ memoryMb }) => memoryMb).sort()).toEqual(sizes.sort());
      for (const { requests } of trials as readonly Trial[])
        expect(requests.filter(({ warm, fault }) => warm && fault === undefined)).toHaveLength(5);
    }
  });

  it('shows three targets that fail in three ways, and hides nobody else', async () => {
    const authorization = await lab.secret('mixed', bearer);
    const ended = lab.run('mixed', {
      runId: 'mixed',
      targets: ['python-dynamodb'],
      extraTargets: [
        extra('loses', 'sync-counter', `${foreign.origin}/loses`),
        { ...extra('breaks', 'url', `${foreign.origin}/breaks`), request: { headers: { authorization } } },
        extra('absent', 'url', 'http://127.0.0.1:9/'),
      ],
      rounds: 1,
      coldStarts: false,
      tuning: false,
      load: { model: 'closed', requests: 10, concurrency: 1, warmup: 0 },
    });
    const { status, error, cause } = await ended;
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'ThresholdCrossed' });
    const report = await lab.report('mixed');
    expect(stateOf(report)).toEqual({
      null: 'measured',
      'python-dynamodb': 'measured',
      loses: 'not-timed',
      breaks: 'unanswered',
      absent: 'not-timed',
    });
    expect(of(report, 'loses').verification!.reason).toContain('updates are lost');
    expect(of(report, 'breaks').errors).toMatchObject([{ kind: 'status', count: 10 }]);
    expect(of(report, 'absent').verification!.reason).toContain('none of 3 requests');
    expect(of(report, 'python-dynamodb').requests.ok).toBe(10);
    for (const id of ['loses', 'breaks', 'absent'])
      expect(report.crossed).toContainEqual(expect.stringMatching(`^${id}: `));
    expect(cause).toBe(report.crossed?.join('; '));
  });

  it('keeps the samples of a generator that died midway, and measures the others whole', async () => {
    const requests = 12_000 / slowMs;
    const ended = lab.run('dies', {
      runId: 'dies',
      targets: ['null'],
      extraTargets: [extra('slow', 'url', `${foreign.origin}/slow`)],
      rounds: 1,
      coldStarts: false,
      tuning: false,
      load: { model: 'closed', requests, concurrency: 1, warmup: 0 },
    });
    const deadline = Date.now() + 120_000;
    while ((await lab.keys('runs/dies/cells/1/slow/')).length === 0 && Date.now() < deadline)
      await sleep(100);
    expect(killGenerators()).toBeGreaterThan(0);
    expect(await ended).toMatchObject({ status: 'FAILED', error: 'ThresholdCrossed' });
    const report = await lab.report('dies');
    expect(stateOf(report)).toEqual({ null: 'measured', slow: 'incomplete' });
    const { requests: counted, rounds } = of(report, 'slow');
    expect(rounds[0]!.workers).toMatchObject({ planned: 1, finished: 0, died: [{ worker: 0 }] });
    expect(counted.ok).toBeGreaterThan(0);
    expect(counted.ok).toBeLessThan(requests);
  });

  it('takes up a run again that is complete, and measures nothing twice', async () => {
    const load = { model: 'closed', requests: 20, concurrency: 2, warmup: 2 };
    const before = await Promise.all([lab.keys('runs/well/cells/'), lab.keys('runs/well/trials/')]);
    const ended = lab.run('again', { runId: 'well', targets, rounds: 2, load, coldStarts, tuning });
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    const after = await Promise.all([lab.keys('runs/well/cells/'), lab.keys('runs/well/trials/')]);
    expect(after).toEqual(before);
  });

  it('refuses to go on with a run in another way, and frees the lab', async () => {
    const ended = lab.run('changed', { runId: 'well', targets, rounds: 3 });
    expect(await ended).toMatchObject({ status: 'FAILED', error: 'InputError' });
    expect(await lab.keys('runs/lock.json')).toEqual([]);
  });

  it('invokes functions without the API in front of them', async () => {
    const extraTargets = await lab.direct();
    const load = { model: 'closed', requests: 5, concurrency: 1, warmup: 0 };
    const registered = [...targets, 'python-s3'];
    const ended = lab.run('direct', {
      ...{
        runId: 'direct',
        targets: registered,
        extraTargets,
        rounds: 1,
        load,
        coldStarts: { perTarget: 1, bursts: 0 },
        tuning: { ...tuning, confirmRounds: 0 },
      },
    });
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    const measured = [...registered, ...extraTargets.map(({ id }) => id)];
    expect(stateOf(await lab.report('direct'))).toEqual(
      Object.fromEntries(measured.map((id) => [id, 'measured'])),
    );
  });
});

describe('the permissions of the lab', () => {
  let findings: Findings;
  const listed = unused.flatMap(({ permissions }) => permissions);
  beforeAll(async () => {
    const judge = await judgeLab(lab);
    await lab.delete();
    // The last log lines are written a while after the last invocation.
    const deadline = Date.now() + 15_000;
    do {
      await sleep(500);
      findings = judge();
    } while (findings.unused.some((one) => !listed.includes(one)) && Date.now() < deadline);
  });

  it('suffice for every call that these runs made', () => {
    expect(findings.refused).toEqual([]);
  });

  it('are used, or listed with the reason', () => {
    expect([...findings.unused].sort()).toEqual([...listed].sort());
  });

  it('are needed: without any one of those that are used, a call is refused', () => {
    expect(findings.redundant).toEqual([]);
  });
});
