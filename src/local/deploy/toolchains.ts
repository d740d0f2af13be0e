import type { Architecture, Toolchain } from '../../core/schema/manifest.ts';
import type { LeftOut } from '../../core/schema/request.ts';
import { runProgram } from '../program.ts';
import type { Reaper } from '../reaper/reaper.ts';

interface Probe {
  /** Succeeds where the toolchain is there; its output tells its version. */
  readonly command: readonly [string, ...string[]];
  readonly get: string;
}

const make: Probe = {
  command: ['make', '--version'],
  get: 'Debian, Ubuntu: apt-get install make; macOS: xcode-select --install',
};

const probes: Readonly<Record<Toolchain, readonly Probe[]>> = {
  // Both are set up by the lab itself.
  node: [],
  python: [],
  pip: [
    {
      command: ['python3', '-c', 'import pip, sys; assert sys.version_info >= (3, 11); print(sys.version)'],
      get: 'Python 3.11 or later with pip; Debian, Ubuntu: apt-get install python3 python3-pip; macOS: brew install python',
    },
    make,
  ],
  cargo: [{ command: ['cargo', '--version'], get: 'install Rust from https://rustup.rs' }, make],
  cmake: [
    {
      command: ['cmake', '--version'],
      get: 'Debian, Ubuntu: apt-get install cmake; macOS: brew install cmake',
    },
    make,
    {
      command: ['c++', '--version'],
      get: 'Debian, Ubuntu: apt-get install g++; macOS: xcode-select --install',
    },
    {
      // As the service's CMakeLists.txt asks for.
      command: [
        'sh',
        '-c',
        String.raw`printf '#include <curl/curl.h>\n#if LIBCURL_VERSION_NUM < 0x075800\n#error\n#endif\n' | c++ -fsyntax-only -x c++ -`,
      ],
      get: 'the headers of libcurl 7.88 or later; Debian, Ubuntu: apt-get install libcurl4-openssl-dev',
    },
  ],
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

/** Looks for the toolchains, all at once. */
export const openToolbox = async (wanted: Iterable<Toolchain>, reaper: Reaper): Promise<Toolbox> => {
  const versions: Partial<Record<Toolchain, string>> = {};
  const missing: Partial<Record<Toolchain, string>> = {};
  const look = async (name: Toolchain): Promise<void> => {
    const found = await Promise.all(probes[name].map((one) => probe(one, reaper)));
    const absent = probes[name].filter((_, i) => found[i] === undefined);
    if (absent.length === 0) versions[name] = found.join('');
    else missing[name] = absent.map(({ get }) => get).join('; ');
  };
  await Promise.all([...new Set(wanted)].map(look));
  return { versions, missing };
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
