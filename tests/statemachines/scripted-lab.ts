/** compare.asl.json on the real emulator, with scripted handlers in the place of ours. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { administrator, credentialsFor, newSecret } from '../../src/local/credentials.ts';
import { startEmulator } from '../../src/local/emulator/emulator.ts';
import { startReaper } from '../../src/local/reaper/reaper.ts';
import { ensureTools } from '../../tools/setup/ensure.mjs';
import { serve } from '../support/http-server.ts';
import { aslText } from './asl.ts';

const root = join(__dirname, '..', '..');
const region = 'us-east-1';
const bucket = 'scripted-results';
const secret = newSecret();
const role = 'arn:aws:iam::000000000000:role/scripted';
/** A zip archive of nothing: its end record alone. */
const emptyZip = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');
const handlers = [
  'Plan',
  'Verify',
  'Schedule',
  'Generate',
  'Trial',
  'Tuner',
  'Tune',
  'Collect',
  'Report',
  'CleanUp',
];

/** What a function throws; `name` is what the state machine sees. */
export class Thrown extends Error {
  constructor(name: string, message = 'on purpose') {
    super(message);
    this.name = name;
  }
}

// The state machine's data has no type here: tests look into it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Payload = any;
export type Script = Readonly<Record<string, (payload: Payload, nth: number) => unknown>>;

export interface Call {
  readonly handler: string;
  readonly payload: Payload;
  readonly startedMs: number;
  endedMs: number;
}

/** What the function host would answer. */
const answerOf = async (work: () => unknown): Promise<{ status: number; body: unknown; error?: boolean }> => {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'Lambda.TooManyRequestsException') return { status: 429, body: { message } };
    return { status: 200, body: { errorType: name, errorMessage: message }, error: true };
  }
};

/** Stands where the function host stands: answers every invocation from a script, and keeps a record of them. */
const startScriptedHandlers = async () => {
  let script: Script = {};
  let calls: Call[] = [];
  const { origin, close } = await serve((request, response) => {
    void (async () => {
      const payload: unknown = JSON.parse(await text(request));
      const arn = String(request.headers['x-amzn-lambda-function-arn']);
      const handler = handlers.find((name) => arn.endsWith(`:${name}`)) ?? arn;
      const call: Call = { handler, payload, startedMs: performance.now(), endedMs: Infinity };
      const nth = calls.filter((earlier) => earlier.handler === handler).length;
      calls.push(call);
      const { status, body, error } = await answerOf(() => {
        const work = script[handler];
        if (work === undefined) throw new Thrown('NoScript', `nothing is scripted for ${handler}`);
        return work(payload, nth);
      });
      call.endedMs = performance.now();
      if (error === true) response.setHeader('x-amz-function-error', 'Unhandled');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? null));
    })();
  });
  return {
    url: origin,
    /** Calls since the last `play`, in the order in which they began. */
    calls: (): readonly Call[] => calls,
    play: (next: Script): void => {
      script = next;
      calls = [];
    },
    stop: close,
  };
};

const startBackend = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'scripted-lab-'));
  const reaper = startReaper(root);
  reaper.remove(dir);
  const { emulator: tool } = await ensureTools(root, ['emulator']);
  const emulator = await startEmulator({
    root,
    python: tool.exec,
    region,
    accountId: '000000000000',
    codeDir: join(dir, 'code'),
    temporaryDir: join(dir, 'tmp'),
    logFile: join(dir, 'emulator.log'),
    secret,
    reaper,
  });
  await emulator.healthy();
  return { emulator, reaper };
};

export const startScriptedLab = async () => {
  const { emulator, reaper } = await startBackend();
  const scripted = await startScriptedHandlers();
  emulator.forwardTo(scripted.url);
  const credentials = credentialsFor(secret, administrator);
  const config = { endpoint: emulator.url, region, credentials };
  const [lambda, sfn] = [new LambdaClient(config), new SFNClient(config)];
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  // Other tests pin the interval of 20 s; nobody has to wait for it here.
  let definition = aslText
    .replaceAll('${ResultsBucketName}', bucket)
    .replaceAll(/(?<="IntervalSeconds": )20/g, '1');
  for (const name of handlers) {
    const { FunctionArn = '' } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: emptyZip },
      }),
    );
    definition = definition.replaceAll(`\${${name}FunctionArn}`, FunctionArn);
  }
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({ name: 'compare', definition, roleArn: role }),
  );

  const ended = async (executionArn: string | undefined) => {
    for (;;) {
      const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      await sleep(50);
    }
  };
  return {
    /** Runs one execution to its end. `input` is the execution's input as text. */
    run: async (input: string, script: Script) => {
      scripted.play(script);
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
      const { status, error, cause, output } = await ended(executionArn);
      const { events = [] } = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
      );
      return {
        status,
        error,
        cause,
        output: output === undefined ? undefined : (JSON.parse(output) as unknown),
        events: events.map(({ type }) => String(type)),
        calls: scripted.calls(),
      };
    },
    put: async (Key: string, value: unknown) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(value) }));
    },
    /** The JSON of an object. */
    get: async (Key: string): Promise<unknown> => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    },
    stop: async () => {
      for (const client of [lambda, sfn, s3]) client.destroy();
      await scripted.stop();
      await emulator.stop();
      await reaper.close();
    },
  };
};

export type ScriptedLab = Awaited<ReturnType<typeof startScriptedLab>>;
export type EndedExecution = Awaited<ReturnType<ScriptedLab['run']>>;
