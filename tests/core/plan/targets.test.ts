import { InputError, NoTargetError } from '../../../src/core/errors.ts';
import { chooseTargets, requireLimits } from '../../../src/core/plan/targets.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import type { Target, TargetKind } from '../../../src/core/schema/target.ts';

const target = (id: string, kind: TargetKind = 'sync-counter'): Target => ({
  version: 1,
  id,
  kind,
  url: `http://127.0.0.1/${id}`,
});
const registered = [target('a'), target('b'), target('null', 'null')];
const idsOf = (targets: readonly Target[]) => targets.map(({ id }) => id);

describe('chooseTargets', () => {
  it('takes all registered targets and then the extra ones', () => {
    const extraTargets = [target('mine', 'url')];
    expect(idsOf(chooseTargets({ extraTargets }, registered))).toEqual(['a', 'b', 'null', 'mine']);
  });

  it('takes the named ones in the order of the registry, and the null target with them', () => {
    expect(idsOf(chooseTargets({ targets: ['b'], extraTargets: [] }, registered))).toEqual(['b', 'null']);
    const both = chooseTargets({ targets: ['b', 'a'], extraTargets: [] }, registered);
    expect(idsOf(both)).toEqual(['a', 'b', 'null']);
  });

  it('names an unknown target and lists the registered ones', () => {
    const choose = () => chooseTargets({ targets: ['a', 'c'], extraTargets: [] }, registered);
    expect(choose).toThrow(InputError);
    expect(choose).toThrow('targets[1]: given "c"; allowed: a registered target: a, b, null');
  });

  it('says so when a target is named and none is registered', () => {
    expect(() => chooseTargets({ targets: ['a'], extraTargets: [] }, [])).toThrow(
      'since no target is registered',
    );
  });

  it('refuses a target that is named twice', () => {
    expect(() => chooseTargets({ targets: ['a', 'a'], extraTargets: [] }, registered)).toThrow(
      expect.objectContaining({ field: 'targets[1]' }),
    );
  });

  it.each([[[target('a', 'url')]], [[target('x', 'url'), target('x', 'url')]]])(
    'refuses an extra target whose id is taken: %j',
    (extraTargets) => {
      expect(() => chooseTargets({ extraTargets }, registered)).toThrow(
        expect.objectContaining({ field: `extraTargets[${extraTargets.length - 1}].id` }),
      );
    },
  );

  it('fails when nothing is left to measure', () => {
    expect(() => chooseTargets({ extraTargets: [] }, [])).toThrow(NoTargetError);
  });

  it('refuses more targets than the state machine can carry', () => {
    const many = Array.from({ length: 101 }, (_, i) => target(`t${i}`));
    expect(() => chooseTargets({ extraTargets: [] }, many)).toThrow('targets: given "101 targets"');
  });
});

describe('requireLimits', () => {
  const arn = (name: string) => `arn:aws:lambda:eu-west-2:123456789012:function:${name}`;
  const direct = ({ url: _, ...rest }: Target, name: string): Target => ({ ...rest, functionArn: arn(name) });
  const mine = direct(target('mine', 'url'), 'mine');
  const load = (rate?: number) => parseLoad(rate === undefined ? {} : { rate, durationSeconds: 60 });
  const limits = { invokableArns: [arn('other')] };

  it('refuses a function that the generators may not invoke, and says how to add it', () => {
    const check = () => {
      requireLimits({ load: load(), extraTargets: [mine] }, [...registered, mine], limits);
    };
    expect(check).toThrow(
      expect.objectContaining({ field: 'extraTargets[0].functionArn', given: arn('mine') }),
    );
    expect(check).toThrow(/allowed: .*function:other\. Deploy .*InvokableFunctionArns/);
  });

  it('lets through what the stack lists, and what is registered', () => {
    const listed = { invokableArns: [arn('mine')] };
    requireLimits({ load: load(), extraTargets: [mine] }, [mine], listed);
    const registeredToo = direct(target('a'), 'mine');
    requireLimits({ load: load(), extraTargets: [mine] }, [registeredToo, mine], limits);
  });

  it.each([
    [{ maxRate: 200, apiRateLimit: 200 }, 'ApiRateLimit'],
    [{ maxRate: 20, apiRateLimit: 200 }, "the target's store"],
  ])('refuses a rate above %j and names what bounds it', (bounds, words) => {
    const bounded = { ...target('a'), ...bounds };
    const check = (rate?: number) => () => {
      requireLimits({ load: load(rate), extraTargets: [] }, [bounded], limits);
    };
    expect(check(bounds.maxRate)).not.toThrow();
    expect(check()).not.toThrow();
    expect(check(bounds.maxRate + 1)).toThrow(expect.objectContaining({ field: 'load.rate' }));
    expect(check(bounds.maxRate + 1)).toThrow(words);
  });
});
