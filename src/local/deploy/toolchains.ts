import type { Architecture, Toolchain } from '../../core/schema/manifest.ts';
import type { LeftOut } from '../../core/schema/request.ts';
import { runProgram } from '../program.ts';
import type { Reaper } from '../reaper/reaper.ts';

interface Probe {
  /** Succeeds where the toolchain is there; its output tells its version. */
  readonly command: readonly [string, ...string[]];
  readonly get: string;
}

/** What zig compiles, as for Lambda. */
const linux: Probe = {
  command: ['sh', '-c', 'uname -s | grep Linux'],
  get: 'what it compiles runs on Linux alone',
};

/** undefined: the lab sets it up itself, wherever it runs. */
const probes: Readonly<Record<Toolchain, Probe | undefined>> = {
  node: undefined,
  python: undefined,
  pip: {
    command: ['python3', '-c', 'import pip, sys; assert sys.version_info >= (3, 11); print(sys.version)'],
    get: 'Python 3.11 or later with pip; Debian, Ubuntu: apt-get install python3 python3-pip; macOS: brew install python',
  },
  cargo: { command: ['cargo', '--version'], get: 'install Rust from https://rustup.rs' },
  make: {
    command: ['make', '--version'],
    get: 'Debian, Ubuntu: apt-get install make; macOS: xcode-select --install',
  },
  zig: linux,
  cpp: linux,
};

/** What a toolchain's programs say of themselves; or, where one is missing, how to get it. */
export interface Toolbox {
  readonly versions: Readonly<Partial<Record<Toolchain, string>>>;
  readonly missing: Readonly<Partial<Record<Toolchain, string>>>;
}

const probe = async ({ command }: Probe, reaper: Reaper): Promise<string | undefined> => {
  const [program, ...args] = command;
  try {
    const { code, output } = await runProgram(program, args, { cwd: '/', env: process.env, reaper });
    return code === 0 ? output : undefined;
  } catch {
    return undefined;
  }
};

/** Looks for the toolchains, all at once. The answer is in order of their names: builds are known again by it. */
export const openToolbox = async (wanted: Iterable<Toolchain>, reaper: Reaper): Promise<Toolbox> => {
  const look = async (name: Toolchain) => {
    const wanting = probes[name];
    return {
      name,
      get: wanting?.get ?? '',
      found: wanting === undefined ? '' : await probe(wanting, reaper),
    };
  };
  const looked = await Promise.all([...new Set(wanted)].sort().map(look));
  return {
    versions: Object.fromEntries(
      looked.flatMap(({ name, found }) => (found === undefined ? [] : [[name, found]])),
    ),
    missing: Object.fromEntries(
      looked.flatMap(({ name, found, get }) => (found === undefined ? [[name, get]] : [])),
    ),
  };
};

/** Splits architectures into those that can be built here and those that cannot, with a reason for each of these. */
export const split = (
  wanted: readonly Architecture[],
  missing: Toolbox['missing'],
): { buildable: Architecture[]; leftOut: LeftOut[] } => {
  const buildable: Architecture[] = [];
  const leftOut: LeftOut[] = [];
  for (const one of wanted) {
    const reasons = one.toolchains.flatMap((name) => {
      const get = missing[name];
      return get === undefined ? [] : [`${name} is missing: ${get}`];
    });
    if (!one.local)
      leftOut.push({ id: one.id, reason: 'the local plane cannot run it: it takes an AWS account' });
    else if (reasons.length > 0) leftOut.push({ id: one.id, reason: reasons.join('; ') });
    else buildable.push(one);
  }
  return { buildable, leftOut };
};
