import pc from 'picocolors';
import type { ExecutionState } from '../../../src/cli/aws/executions.ts';
import type { Context } from '../../../src/cli/context.ts';
import { concludeEnded, type Results } from '../../../src/cli/run/conclude.ts';
import { reportKey } from '../../../src/core/keys.ts';
import type { Report } from '../../../src/core/schema/report.ts';
import { memoryObjectStore } from '../../support/memory.ts';
import { sampleReport } from '../../core/report/sample-run.ts';

const { plane: _, ...rest } = sampleReport({
  rounds: 2,
  requests: 50,
  characters: [{ id: 'mine', warmMs: 9, coldMs: 90 }],
});
const clean: Report = { ...rest, plane: 'aws' };

const concluded = async (report: Report, state: ExecutionState) => {
  const talk: string[] = [];
  const say = (line: string): void => void talk.push(line);
  const terminal = { style: pc.createColors(false), say, status: say, clear: () => undefined };
  const context = { print: () => undefined, terminal } as unknown as Context;
  const files = memoryObjectStore(new Map([[reportKey('r', 'json'), JSON.stringify(report)]]));
  const results = { runId: 'r', out: 'reports/r', files, wanted: {} as Results['wanted'] };
  return { code: await concludeEnded(context, results, state), talk };
};

describe('concludeEnded', () => {
  const state = { status: 'FAILED', error: 'ThresholdCrossed', cause: 'cut' } as const;

  it('takes the verdict of the execution: 0 where it succeeded', async () => {
    expect(await concluded(clean, { status: 'SUCCEEDED' })).toEqual({ code: 0, talk: [] });
  });

  it('tells each threshold that the execution failed with, and a target without a result once', async () => {
    const targets = clean.targets.map(
      (target) => ({ ...target, state: 'incomplete', remarks: ['died'] }) as const,
    );
    const crossed = ['mine: died', 'mine: p99 is 60 ms; allowed: 50 ms'];
    expect(await concluded({ ...clean, targets, crossed }, state)).toEqual({
      code: 1,
      talk: ['! mine: died', 'Threshold crossed: mine: p99 is 60 ms; allowed: 50 ms'],
    });
  });

  it('says of any other failure that the run failed', async () => {
    const { code, talk } = await concluded(clean, {
      status: 'FAILED',
      error: 'States.Timeout',
      cause: 'late',
    });
    expect({ code, talk }).toEqual({ code: 1, talk: ['The run failed: States.Timeout: late'] });
  });
});
