import type { Architecture } from '../../../src/core/schema/manifest.ts';
import { split } from '../../../src/local/deploy/toolchains.ts';

const architecture = (id: string, toolchains: Architecture['toolchains'], local = true): Architecture => ({
  ...{ id, title: id, kind: 'sync-counter', template: 't', enabledBy: `Enable${id}` },
  ...{ functions: [], toolchains, service: 's', group: 'lambda', local },
});
const all = [
  architecture('node', ['node']),
  architecture('rust', ['cargo']),
  architecture('cpp', ['cmake', 'cargo']),
];

describe('split', () => {
  it('builds everything when nothing is missing', () => {
    expect(split(all, {})).toEqual({ buildable: all, leftOut: [] });
  });

  it('leaves out what needs a missing toolchain, and says how to get each', () => {
    const { buildable, leftOut } = split(all, { cargo: 'install Rust', cmake: 'apt-get install cmake' });
    expect(buildable.map(({ id }) => id)).toEqual(['node']);
    expect(leftOut).toEqual([
      { id: 'rust', reason: 'cargo is missing: install Rust' },
      { id: 'cpp', reason: 'cmake is missing: apt-get install cmake; cargo is missing: install Rust' },
    ]);
  });

  it('leaves out what the local plane cannot run, whatever is installed', () => {
    const { buildable, leftOut } = split([architecture('fargate', ['node'], false)], {});
    expect(buildable).toEqual([]);
    expect(leftOut).toEqual([{ id: 'fargate', reason: expect.stringContaining('AWS account') }]);
  });
});
