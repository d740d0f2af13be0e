/**
 * A root file system for functions: a directory of mount points, and the list of mounts that makes Lambda's layout of it.
 * Of this machine it shows programs and devices alone: /home, /root, /mnt and wherever else the repository is are left out.
 */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { HostConfig } from './config.ts';

const shared = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr', 'etc', 'dev', 'proc', 'sys', 'nix'];
const mountPoints = [
  '.host',
  '.code/task',
  '.code/layers',
  'tmp',
  'opt',
  'var/task',
  'var/runtime',
  'var/lang/bin',
];
/** What Lambda's Node runtime offers; the SDK's own dependencies only the SDK finds. */
export const sdkScopes = ['@aws-sdk', '@smithy', '@aws'];

/** fstab's way to write a path. */
const field = (path: string): string => path.replaceAll('\\', '\\134').replaceAll(' ', '\\040');

/** Its path, found as a shell finds it; undefined where it is not installed. */
export const findProgram = (program: string): string | undefined => {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, program));
  return program.includes('/') ? program : places.find((place) => existsSync(place));
};

class Image {
  readonly mounts: string[] = [];
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  inside(path: string): string {
    return join(this.root, path);
  }

  mount(source: string, path = source, how = 'rbind'): void {
    const target = this.inside(path);
    const isDirectory = lstatSync(realpathSync(source)).isDirectory();
    mkdirSync(isDirectory ? target : dirname(target), { recursive: true });
    if (!isDirectory) writeFileSync(target, '');
    this.mounts.push(`${field(source)} ${field(target)} none ${how} 0 0\n`);
  }

  /** Mounts at its own path what lies elsewhere than in the shared directories. */
  keep(path: string): void {
    if (existsSync(path) && !shared.some((name) => path.startsWith(`/${name}/`))) this.mount(path);
  }
}

const addMachine = (image: Image): void => {
  for (const path of mountPoints) mkdirSync(image.inside(path), { recursive: true });
  for (const name of shared) {
    const path = `/${name}`;
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), image.inside(name));
    else image.mount(path);
  }
  // A link, often, into /run or /mnt.
  if (existsSync('/etc/resolv.conf')) image.keep(dirname(realpathSync('/etc/resolv.conf')));
};

const addNode = (image: Image, loop: string, { exec, sdkModules }: HostConfig['runtimes']['node']): void => {
  for (const name of readdirSync(loop)) copyFileSync(join(loop, name), image.inside(`var/runtime/${name}`));
  const program = findProgram(exec);
  if (program !== undefined) image.mount(realpathSync(program), '/var/lang/bin/node', 'bind');
  image.mount(sdkModules, '/var/runtime/sdk/node_modules', 'bind');
  mkdirSync(image.inside('var/runtime/node_modules'));
  for (const scope of sdkScopes)
    symlinkSync(`../sdk/node_modules/${scope}`, image.inside(`var/runtime/node_modules/${scope}`));
  // `import` knows no NODE_PATH: above /var/task it finds what Lambda's own Node finds there.
  symlinkSync('/opt/nodejs/node_modules', image.inside('var/node_modules'));
  symlinkSync('/var/runtime/node_modules', image.inside('node_modules'));
};

/** A virtual environment moves to /var/lang with its libraries; the Python it is made of stays where it really is. */
const addPython = (image: Image, python: string): void => {
  const exec = findProgram(python);
  if (exec === undefined) return;
  const real = realpathSync(exec);
  const prefix = dirname(dirname(exec));
  symlinkSync(real, image.inside('var/lang/bin/python3'));
  if (existsSync(join(prefix, 'pyvenv.cfg'))) {
    // Its own may name a directory of links, ~/.local/bin say, which functions have no business in.
    writeFileSync(image.inside('var/lang/pyvenv.cfg'), `home = ${dirname(real)}\n`);
    image.mount(join(prefix, 'lib'), '/var/lang/lib', 'bind');
  }
  image.keep(dirname(dirname(real)));
};

/** Makes the directory; the list of mounts, as an fstab. A runtime that is not installed is left out. */
export const buildImage = (
  directory: string,
  { root, runtimes }: Pick<HostConfig, 'root' | 'runtimes'>,
): string => {
  const image = new Image(directory);
  addMachine(image);
  addNode(image, join(root, 'src', 'local', 'host', 'node-runtime'), runtimes.node);
  addPython(image, runtimes.python.exec);
  return image.mounts.join('');
};
