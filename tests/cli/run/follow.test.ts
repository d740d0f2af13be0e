import pc from 'picocolors';
import type { ExecutionState } from '../../../src/cli/aws/executions.ts';
import { follow, type Followed } from '../../../src/cli/run/follow.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

const never = new AbortController().signal;

const quietTerminal = (): Terminal & { readonly shown: string[] } => {
  const shown: string[] = [];
  const add = (line: string): void => void shown.push(line);
  return { style: pc.createColors(false), shown, say: add, status: add, clear: () => undefined };
};

/** States one after the other; the last one stays. An Error is thrown instead. */
const runOf = (
  states: readonly (ExecutionState | Error)[],
  over: Partial<Omit<Followed, 'terminal'>> = {},
) => {
  let looks = 0;
  return {
    arn: 'arn',
    runId: 'r',
    pollMs: 1,
    terminal: quietTerminal(),
    signal: never,
    copyNew: () => Promise.resolve(0),
    executions: {
      state: () => {
        const state = states[Math.min(looks++, states.length - 1)]!;
        return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
      },
      step: () => Promise.resolve({ state: 'Report' }),
    },
    ...over,
  };
};

const running: ExecutionState = { status: 'RUNNING' };

describe('follow', () => {
  it('ends with the execution and shows what it does until then', async () => {
    const run = runOf([running, running, { status: 'SUCCEEDED' }]);
    expect(await follow(run)).toEqual({ kind: 'ended', state: { status: 'SUCCEEDED' } });
    expect(run.terminal.shown).toContain('Writing the report');
  });

  it('copies after it has seen the state, so that nothing of an ended run is missed', async () => {
    const order: string[] = [];
    const run = runOf([{ status: 'FAILED' }], {
      copyNew: () => {
        order.push('copy');
        return Promise.resolve(0);
      },
    });
    const { state } = run.executions;
    await follow({
      ...run,
      executions: { ...run.executions, state: (arn) => (order.push('state'), state(arn)) },
    });
    expect(order).toEqual(['state', 'copy']);
  });

  it('goes on without the name of the step where the history cannot be read', async () => {
    const run = runOf([running, { status: 'SUCCEEDED' }]);
    const executions = { ...run.executions, step: () => Promise.reject(new Error('AccessDenied')) };
    expect(await follow({ ...run, executions })).toMatchObject({ kind: 'ended' });
  });

  it('follows on while results cannot be copied, and says so', async () => {
    const run = runOf([running, { status: 'SUCCEEDED' }], {
      copyNew: () => Promise.reject(new Error('ENOSPC')),
    });
    expect(await follow(run)).toMatchObject({ kind: 'ended' });
    expect(run.terminal.shown[0]).toContain('ENOSPC');
  });

  it('tells at once of a generator that died, and of what', async () => {
    const key = 'runs/r/cells/2/node/3/1-0-died.json';
    const run = runOf([running, { status: 'SUCCEEDED' }], {
      copyNew: (onCopied) => {
        onCopied?.({ key, body: '{"Error":"Sandbox.Timedout","Cause":"{torn"}' });
        return Promise.resolve(1);
      },
    });
    await follow(run);
    expect(run.terminal.shown).toContain('! Worker 3 of node, round 2, died: Sandbox.Timedout: {torn');
  });

  it('stops when the user interrupts', async () => {
    const controller = new AbortController();
    const following = follow(runOf([running], { signal: controller.signal }));
    controller.abort();
    expect(await following).toEqual({ kind: 'interrupted' });
  });

  it('prefers the news that the plane died to the failure that it causes', async () => {
    let die: (reason: string) => void = () => undefined;
    const died = new Promise<string>((resolve) => (die = resolve));
    const following = follow(runOf([running, new Error('ECONNREFUSED')], { died }));
    setTimeout(die, 20, 'the emulator ended');
    expect(await following).toEqual({ kind: 'died', reason: 'the emulator ended' });
  });
});
