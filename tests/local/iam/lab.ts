/** What the runs on a plane did so far, held against what the deployed lab allows. */
import { readFileSync } from 'node:fs';
import { accountId, region } from '../../../src/local/aws-environment.ts';
import type { Credentials } from '../../../src/local/credentials.ts';
import type { Call } from './calls.ts';
import { check, type Findings } from './check.ts';
import { type Deployed, readDeployed } from './deployed.ts';

interface Lab {
  /** The repository. */
  readonly root: string;
  readonly emulatorUrl: string;
  readonly credentials: Credentials;
  readonly callsFile: string;
  readonly stackName: string;
}

const readCalls = ({ callsFile }: Lab): readonly Call[] =>
  readFileSync(callsFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);

/** @returns findings of everything that was called until now */
export const judgeLab = async (lab: Lab): Promise<() => Findings> => {
  const functions = readCalls(lab).flatMap((call) => (call.kind === 'route' ? [call.functionArn] : []));
  const deployed: Deployed = await readDeployed({ ...lab, region, functions: [...new Set(functions)] });
  return () => check(readCalls(lab), deployed, { region, accountId });
};
