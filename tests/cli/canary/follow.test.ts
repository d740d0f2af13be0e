import { followRollout, type Followed, weightOf } from '../../../src/cli/canary/follow.ts';
import type { DeploymentState } from '../../../src/cli/canary/deployments.ts';
import type { Context } from '../../../src/cli/context.ts';
import { rolloutKey } from '../../../src/core/keys.ts';
import { sampleRollout } from '../../core/rollout/sample-rollout.ts';
import type { AliasState } from '../../../src/ports/index.ts';
import { plainTerminal } from '../../../src/cli/terminal.ts';
import pc from 'picocolors';

const lines: string[] = [];
const context = (signal = new AbortController().signal): Context => ({
  ...{ root: '', version: '', env: {}, print: () => undefined, signal },
  terminal: plainTerminal(
    { write: (line: string) => lines.push(line) } as never,
    pc.createColors(false),
    () => 0,
  ),
});

const record = sampleRollout(false);
const state = (status: string): DeploymentState => ({
  status,
  preference: record.preference,
  events: status === 'InProgress' ? record.events.slice(0, 1) : record.events,
});

const followed = (states: readonly (DeploymentState | Error)[], more: Partial<Followed> = {}): Followed => {
  const left = [...states];
  const aliases: AliasState[] = [
    { version: '1' },
    { version: '1', other: { version: '2', weight: 0.1 } },
    { version: '1' },
  ];
  return {
    ...{ deploymentId: 'd-ABCDEF123', newVersion: '2', pollMs: 1, startedMs: Date.now() - 5_000 },
    readAlias: () => Promise.resolve(aliases.length > 1 ? aliases.shift()! : aliases[0]!),
    state: () => {
      const next = left.length > 1 ? left.shift()! : left[0]!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    client: {
      traffic: record.traffic,
      lately: () => ({
        versions: [
          { version: '1', n: 9, p50Ms: 4.6 },
          { version: '2', n: 1, p50Ms: 14 },
        ],
        failed: 2,
      }),
      stop: () => Promise.resolve(),
    },
    store: {
      get: (key) =>
        Promise.resolve(
          key === rolloutKey('d-ABCDEF123', 'shift') ? JSON.stringify(record.evidence[1]) : undefined,
        ),
    },
    ...more,
  };
};

describe('followRollout', () => {
  beforeEach(() => {
    lines.length = 0;
  });

  it('keeps every state of the alias, and what the stages left, until the end', async () => {
    const to = await followRollout(
      context(),
      followed([state('InProgress'), state('InProgress'), state('Failed')]),
    );
    expect(to.state.status).toBe('Failed');
    expect(to.aliases.map(({ version, newWeight }) => [version, newWeight])).toEqual([
      ['1', 0],
      ['1', 0.1],
      ['1', 0],
    ]);
    expect(to.aliases[0]!.atMs).toBeGreaterThanOrEqual(5_000);
    expect(to.evidence).toEqual([record.evidence[1]]);
    expect(to.cutShort).toBeUndefined();
    expect(lines.join('')).toContain('✓ BeforeAllowTraffic (34 s)');
    expect(lines.join('')).toContain('weight of version 2: 10.0 %');
    expect(lines.join('')).toContain('! AllowTraffic failed (20 s)');
    expect(lines.join('')).toContain(
      '0 % for the new version; version 1 90.0 % (p50 4.60 ms) and version 2 10.0 % (p50 14.0 ms), 2 failed',
    );
  });

  it('leaves out the evidence that cannot be read, by its name', async () => {
    const store = {
      get: (key: string) => Promise.resolve(key.includes('shift') ? '{' : JSON.stringify(record.evidence[0])),
    };
    const to = await followRollout(context(), followed([state('Succeeded')], { store }));
    expect(to.evidence).toHaveLength(2);
    expect(lines.join('')).toContain('! rollouts/d-ABCDEF123/shift.json is left out');
  });

  it('goes on where it cannot look for a while', async () => {
    const to = await followRollout(context(), followed([new Error('throttled'), state('Succeeded')]));
    expect(to.state.status).toBe('Succeeded');
  });

  it('gives up where it cannot look any more', async () => {
    await expect(followRollout(context(), followed([new Error('denied')]))).rejects.toThrow('denied');
  });

  it('ends when the plane does, and at Ctrl-C, with what there is', async () => {
    const going = [state('InProgress')];
    const died = await followRollout(context(), followed(going, { died: Promise.resolve('the host ended') }));
    expect(died.cutShort).toBe('the host ended');
    const controller = new AbortController();
    const following = followRollout(context(controller.signal), followed(going));
    setTimeout(() => {
      controller.abort();
    }, 20);
    expect((await following).cutShort).toBe('stopped by the user');
  });
});

describe('weightOf', () => {
  it('is what the alias sends to a version, whichever of its two that is', () => {
    const alias = { version: '1', other: { version: '2', weight: 0.1 } };
    expect(['1', '2', '3'].map((version) => weightOf(alias, version))).toEqual([0.9, 0.1, 0]);
    expect(weightOf({ version: '2' }, '2')).toBe(1);
  });
});
