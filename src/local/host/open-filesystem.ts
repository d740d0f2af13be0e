/**
 * What functions see of the file system, and as whom. Where mount namespaces can be had, as root or in a user namespace:
 * Lambda's layout, with code at /var/task, layers at /opt, a /tmp per sandbox, and nothing of the repository. Elsewhere:
 * code in a directory away from the repository, so that neither its package.json nor its modules reach in.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { tryOrWhy } from './control-groups.ts';
import { type FileSystem, type FileSystemConfig, type Layout, quoted } from './filesystem.ts';
import { buildImage, findProgram, sdkScopes } from './image.ts';

/** Lambda's own user and group. */
const uid = 993;
const gid = 990;
const asLambdaUser = ['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
const lambdaUser = `user ${uid}, as on Lambda`;

/**
 * Arguments: image, fstab, /tmp, directory. The old root is gone when the shell says that it is there, and with it what
 * PATH names below /home or /tmp.
 */
const enterScript = `set -e
PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"
mount --bind "$1" "$1"
mount --all --fstab "$2"
mount --bind "$3" "$1/tmp"
mount --bind "$4/task" "$1/.code/task"
mount --bind "$4/layers" "$1/.code/layers"
mount -o remount,bind,ro "$1"
cd "$1"
pivot_root . .host
umount -l /.host
echo there >&3
exec sh`;

const temporary = (
  directory: string,
  owner: number,
  group: number,
): Pick<FileSystem, 'openTmp' | 'closeTmp'> => ({
  openTmp: (id) => {
    const tmp = join(directory, 'tmp', id);
    mkdirSync(tmp, { recursive: true });
    chmodSync(tmp, 0o700);
    if (owner !== process.getuid?.()) chownSync(tmp, owner, group);
    return tmp;
  },
  closeTmp: (tmp) => {
    void rm(tmp, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  },
});

const lambdaLayout: Layout = {
  task: '/var/task',
  opt: '/opt',
  runtime: '/var/runtime',
  node: '/var/lang/bin/node',
  python: '/var/lang/bin/python3',
  tmp: undefined,
};

const mounted = (directory: string, image: string, fstab: string, isRoot: boolean): FileSystem => {
  const source = (kind: 'task' | 'layers', path: string): string =>
    quoted(join('/.code', kind, relative(join(directory, kind), path)));
  const own = isRoot ? [] : ['--user', '--map-root-user'];
  return {
    report: isRoot ? 'mount namespace' : 'user and mount namespaces',
    user: isRoot ? lambdaUser : 'the user of this process',
    directory,
    ...temporary(directory, isRoot ? uid : (process.getuid?.() ?? 0), gid),
    shell: (tmp) => {
      const script = ['sh', '-c', enterScript, 'sh', image, fstab, tmp, directory];
      return { file: 'unshare', args: [...own, '--mount', '--propagation', 'private', ...script] };
    },
    // Root alone can look into /.code. In a user namespace the function could too, so it goes.
    place: (code, layers) =>
      [
        `mount --bind -o ro ${source('task', code)} /var/task`,
        ...(layers === undefined ? [] : [`mount --bind -o ro ${source('layers', layers)} /opt`]),
        ...(isRoot ? [] : ['umount -l /.code/task /.code/layers']),
        'cd /var/task',
      ]
        .map((line) => `${line} || exit 125\n`)
        .join(''),
    unprivileged: isRoot
      ? [...asLambdaUser, '--no-new-privs']
      : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
    layout: () => lambdaLayout,
  };
};

/** Node, and Python where it is installed. */
const programsOf = ({ runtimes }: FileSystemConfig): readonly string[] => {
  const python = findProgram(runtimes.python.exec);
  return [findProgram(runtimes.node.exec) ?? runtimes.node.exec, ...(python === undefined ? [] : [python])];
};

/** Runs what a function's start runs, and checks that it sees what it should. Why that fails, or undefined. */
const whyNot = (files: FileSystem, code: string, programs: readonly string[]): string | undefined => {
  const tmp = files.openTmp('trial');
  const { file, args } = files.shell(tmp);
  const writable = files.layout(code, undefined, tmp).tmp ?? '/tmp';
  const checks = [
    ...programs.map((program) => ['-x', program, 'be executed']),
    ['-r', '.', 'be read'],
    ['-w', writable, 'be written to'],
  ]
    .map(
      ([test = '', path = '', what = '']) =>
        `{ test ${test} ${quoted(path)} || { echo ${quoted(`${path} cannot ${what}`)} >&2; exit 1; }; }`,
    )
    .join(' && ');
  const command = [...files.unprivileged, 'sh', '-c', checks].map(quoted).join(' ');
  const trial = spawnSync(file, args, {
    input: `${files.place(code, undefined)}exec ${command}\n`,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  });
  rmSync(tmp, { recursive: true, force: true });
  if (trial.status === 0) return undefined;
  if (trial.error !== undefined) return trial.error.message;
  const said = trial.stderr.toString().trim().split('\n').pop() ?? '';
  return said === '' ? 'it has no effect' : said;
};

/** Nothing of the repository is above it: not its modules, and its package.json is not the nearest one. */
const plain = (config: FileSystemConfig, why: string): FileSystem => {
  const { root, runtimes } = config;
  const directory = mkdtempSync('/tmp/latency-lab-');
  chmodSync(directory, 0o755);
  const modules = join(directory, 'task', 'node_modules');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(directory, 'task', 'package.json'), '{}');
  for (const scope of sdkScopes) symlinkSync(join(runtimes.node.sdkModules, scope), join(modules, scope));
  const programs = programsOf(config);
  const [node = runtimes.node.exec] = programs;
  const as = (user: string, unprivileged: readonly string[], owner: number): FileSystem => ({
    report: `none: ${why}; code, layers and /tmp have other paths than on Lambda`,
    user,
    directory,
    ...temporary(directory, owner, gid),
    shell: () => ({ file: 'sh', args: ['-c', 'echo there >&3; exec sh'] }),
    place: (code) => `cd ${quoted(code)} || exit 125\n`,
    unprivileged,
    layout: (task, layers, tmp) => {
      const runtime = join(root, 'src', 'local', 'host', 'node-runtime');
      return { task, opt: layers ?? '/opt', runtime, node, python: runtimes.python.exec, tmp };
    },
  });
  if (process.getuid?.() !== 0) return as('the user of this process', [], process.getuid?.() ?? 0);
  const dropped = as(lambdaUser, asLambdaUser, uid);
  const fault = whyNot(dropped, join(directory, 'task'), programs);
  return fault === undefined ? dropped : as(`root: ${fault}`, [], 0);
};

/** The nearest to Lambda's that this machine and this user allow. Takes some 50 ms. */
export const openFileSystem = (config: FileSystemConfig): FileSystem => {
  const { workDir } = config;
  for (const name of ['task', 'layers', 'image']) {
    mkdirSync(join(workDir, name), { recursive: true });
    chmodSync(join(workDir, name), 0o755);
  }
  if (process.platform !== 'linux')
    return plain(config, `namespaces are a matter of Linux, and this is ${process.platform}`);
  const [image, fstab] = [join(workDir, 'image'), join(workDir, 'fstab')];
  const failure = tryOrWhy(() => {
    writeFileSync(fstab, buildImage(image, config));
    chmodSync(join(image, '.code'), 0o700);
  });
  if (failure !== undefined) return plain(config, failure);
  const faults: string[] = [];
  const { node, python } = lambdaLayout;
  const programs = programsOf(config).length > 1 ? [node, python] : [node];
  for (const isRoot of process.getuid?.() === 0 ? [true, false] : [false]) {
    const files = mounted(workDir, image, fstab, isRoot);
    const fault = whyNot(files, join(workDir, 'task'), programs);
    if (fault === undefined) return files;
    faults.push(fault);
  }
  return plain(config, faults.join('; '));
};
