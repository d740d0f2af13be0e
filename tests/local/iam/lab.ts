/** What the runs on a plane did so far, held against what the deployed lab allows. */
import { readFileSync } from 'node:fs';
import { accountId, region } from '../../../src/local/aws-environment.ts';
import type { Call } from './calls.ts';
import { check, type Findings } from './check.ts';
import { type Lab, readDeployed } from './deployed.ts';

interface RecordedLab extends Lab {
  readonly callsFile: string;
}

const readCalls = ({ callsFile }: RecordedLab): readonly Call[] =>
  readFileSync(callsFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);

/** @returns findings of everything that was called until now */
export const judgeLab = async (lab: RecordedLab): Promise<() => Findings> => {
  const functions = readCalls(lab).flatMap((call) => (call.kind === 'route' ? [call.functionArn] : []));
  const deployed = await readDeployed(lab, new Set(functions));
  return () => check(readCalls(lab), deployed, { region, accountId });
};
