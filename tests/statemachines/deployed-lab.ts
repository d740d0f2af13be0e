/** The whole lab on a local plane of its own: what `latency-lab local` deploys, with the executions in the test's hands. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ssmTargetRegistry } from '../../src/adapters/aws/parameters.ts';
import { secretsPath, targetsPath } from '../../src/core/keys.ts';
import { secretPrefix } from '../../src/core/secrets.ts';
import type { Report } from '../../src/core/schema/report.ts';
import type { Target } from '../../src/core/schema/target.ts';
import { buildLab } from '../../src/local/deploy/build.ts';
import { deployLab } from '../../src/local/deploy/deploy.ts';
import { startPlane } from '../../src/local/plane.ts';

const root = join(__dirname, '..', '..');

const silent = () => undefined;
const [stackName, labName] = ['whole-run', 'whole-run'];

/** @param targets ids of architectures */
export const deployWholeLab = async (
  targets: readonly string[],
  { gradual = false }: { readonly gradual?: boolean } = {},
) => {
  const workDir = join(root, '.latency-lab', 'tests', `whole-run-${process.pid}`);
  mkdirSync(workDir, { recursive: true });
  const callsFile = join(workDir, 'calls.jsonl');
  const [plane] = await Promise.all([
    startPlane({ root, workDir, callsFile }),
    buildLab({ root, only: targets, onProgress: silent }),
  ]);
  const { outputs } = await deployLab(plane, {
    root,
    stackName,
    labName,
    memoryMb: 512,
    targets,
    gradual,
    onProgress: silent,
  });
  const config = {
    endpoint: plane.emulatorUrl,
    region: 'us-east-1',
    credentials: plane.credentials,
  };
  const sfn = new SFNClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const ssm = new SSMClient(config);
  const Bucket = outputs['ResultsBucketName'];

  const json = async (Key: string): Promise<unknown> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '');
  };

  return {
    root,
    stackName,
    labName,
    outputs,
    ...{ emulatorUrl: plane.emulatorUrl, env: plane.env, credentials: plane.credentials },
    /** Every call to an API, with who made it. */
    callsFile,
    generatorArn: outputs['GeneratorFunctionArn'] ?? '',
    /** Fulfilled when the execution has ended. */
    run: async (name: string, input: unknown) => {
      const stateMachineArn = outputs['StateMachineArn'];
      const starting = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      const { executionArn } = await sfn.send(starting);
      for (;;) {
        const { status, error, cause = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (status !== 'RUNNING') return { status, error, cause };
        await sleep(200);
      }
    },
    keys: async (Prefix: string) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = '' }) => Key);
    },
    /** What registered itself as a target, without the HTTP API in front of it where there is one. */
    direct: async (): Promise<readonly Target[]> => {
      const registered = await ssmTargetRegistry(ssm, targetsPath(labName)).list();
      return registered.map(({ id, functionArn = '' }) => ({
        ...{ version: 1, id: `direct-${id}`, kind: 'url', functionArn },
      }));
    },
    /** Stores a secret of a run, and gives the reference to it. */
    secret: async (runId: string, Value: string) => {
      const Name = `${secretsPath(labName, runId)}1`;
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
      return `${secretPrefix}${Name}`;
    },
    json,
    report: async (runId: string) => (await json(`runs/${runId}/report.json`)) as Report,
    /** Deletes the stack and what it does not keep. */
    delete: async () => {
      const client = new CloudFormationClient(config);
      await client.send(new DeleteStackCommand({ StackName: stackName }));
      const waiting = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
      await waitUntilStackDeleteComplete(waiting, { StackName: stackName });
      client.destroy();
    },
    stop: async () => {
      sfn.destroy();
      s3.destroy();
      ssm.destroy();
      await plane.stop();
      rmSync(workDir, { recursive: true, force: true });
    },
  };
};

export type DeployedLab = Awaited<ReturnType<typeof deployWholeLab>>;
