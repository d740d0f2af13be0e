/** A second version of a function on the local plane: the same code, or with something around its handler. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import {
  GetAliasCommand,
  GetFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { type Injection, type Wrapper, wrapperOf } from '../../core/rollout/injection.ts';
import { ensureTools } from '../../../tools/setup/ensure.mjs';

export interface Versions {
  /** Behind the alias. */
  readonly baseVersion: string;
  readonly newVersion: string;
}

const longestWaitSeconds = 30;

const packageOf = async (location: string): Promise<Buffer> => {
  const answer = await fetch(location);
  if (!answer.ok) throw new Error(`the function's package cannot be read: ${answer.status} from ${location}`);
  return Buffer.from(await answer.arrayBuffer());
};

/** The package with the wrapper's file in it. Python knows how; the tools of the lab have one. */
const withFile = async (root: string, given: Buffer, { fileName, text }: Wrapper): Promise<Buffer> => {
  const { emulator } = await ensureTools(root, ['emulator'], { log: () => undefined });
  const directory = await mkdtemp(join(tmpdir(), 'second-version-'));
  try {
    const file = join(directory, 'package.zip');
    await writeFile(file, given);
    const script = join(root, 'src', 'local', 'second-version', 'add.py');
    const { status, stderr } = spawnSync(emulator.exec, [script, file, fileName], {
      input: text,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the second version could not be packed: ${stderr.trim()}`);
    return await readFile(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/**
 * Publishes a version whose number is new even where nothing is injected: its configuration says which one it is.
 * @throws InputError where nothing can be put around the function's handler
 */
export const publishSecondVersion = async (
  root: string,
  { functionName, alias }: { readonly functionName: string; readonly alias: string },
  injection: Injection,
  client = new LambdaClient({ maxAttempts: 3 }),
): Promise<Versions> => {
  const { FunctionVersion: baseVersion = '' } = await client.send(
    new GetAliasCommand({ FunctionName: functionName, Name: alias }),
  );
  const { Configuration: given = {}, Code } = await client.send(
    new GetFunctionCommand({ FunctionName: functionName }),
  );
  const updated = () =>
    waitUntilFunctionUpdatedV2({ client, maxWaitTime: longestWaitSeconds }, { FunctionName: functionName });
  const wrapper =
    injection.kind === 'none'
      ? undefined
      : wrapperOf(injection, { runtime: given.Runtime ?? '', handler: given.Handler ?? '' });
  if (wrapper !== undefined) {
    const ZipFile = await withFile(root, await packageOf(Code?.Location ?? ''), wrapper);
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: functionName, ZipFile }));
    await updated();
  }
  await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: functionName,
      Environment: { Variables: { ...given.Environment?.Variables, LATENCY_LAB_ROLLOUT: '2' } },
      ...(wrapper === undefined ? {} : { Handler: wrapper.handler }),
    }),
  );
  await updated();
  const { Version: newVersion = '' } = await client.send(
    new PublishVersionCommand({ FunctionName: functionName, Description: 'second version of a rollout' }),
  );
  return { baseVersion, newVersion };
};
