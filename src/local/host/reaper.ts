/**
 * Function processes must be gone when the host is, however it ends. A small shell process holds a pipe from the host;
 * when the pipe closes, which even SIGKILL of the host does, it kills what is still on its list.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Reaper {
  readonly pid: number;
  /** @param group process group id */
  add(group: number): void;
  remove(group: number): void;
  /** Makes it do its work now. */
  finish(): Promise<void>;
}

/**
 * Lines `+ <group>` and `- <group>` arrive on stdin. Arguments: directories of control groups, whose processes are
 * killed too (they hold those that left their process group) and which are removed.
 */
const script = `
trap '' HUP INT TERM
live=' '
while read -r what group; do
  case $what in
    +) live="$live$group " ;;
    -) case $live in *" $group "*) live="\${live%% $group *} \${live#* $group }" ;; esac ;;
  esac
done
for group in $live; do kill -KILL -- "-$group" 2>/dev/null; done
for try in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for base in "$@"; do
    for child in "$base"/*/; do
      while read -r pid; do kill -KILL "$pid"; done <"$child/cgroup.procs"
      rmdir "$child"
    done 2>/dev/null
    rmdir "$base" 2>/dev/null
    [ -d "$base" ] && left=1
  done
  [ -z "$left" ] && break
  sleep 0.1
done
`;

const launch = (controlGroups: readonly string[]): ChildProcess =>
  spawn('sh', ['-c', script, 'latency-lab-reaper', ...controlGroups], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own: Ctrl-C at the terminal must not end it before its work is done.
    detached: true,
    cwd: '/',
  });

/** Ends its list and resolves when its work is done. */
const letGo = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('close', resolve);
    child.stdin?.end();
  });

/** @param onDeath the reaper itself was killed: the host must not go on without it */
export const startReaper = (controlGroups: readonly string[], onDeath: () => void): Reaper => {
  const child = launch(controlGroups);
  let isDead = false;
  let finishing = false;
  child.once('exit', () => {
    isDead = true;
    if (!finishing) onDeath();
  });
  child.once('error', onDeath);
  child.stdin?.on('error', () => undefined);
  const tell = (line: string): void => {
    if (!isDead) child.stdin?.write(line);
  };
  return {
    pid: child.pid ?? 0,
    add: (group) => {
      tell(`+ ${group}\n`);
    },
    remove: (group) => {
      tell(`- ${group}\n`);
    },
    finish: () => {
      finishing = true;
      // One that was killed leaves its control groups to a second one.
      return letGo(isDead ? launch(controlGroups) : child);
    },
  };
};
