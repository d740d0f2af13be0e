/** Programs of load-tools.mjs: found, pinned to a core, bounded in time, and told what CPU they took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTimes } from './load-tools-output.mjs';

/** Where a program is, undefined where it is not installed. Debian keeps servers outside a user's PATH. */
export const find = (/** @type {string} */ name) =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });

/** The numbers of a list such as "0-2,5". */
const listed = (/** @type {string} */ list) =>
  list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [from = NaN, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });

/** Where the system says so: which processors this process may use, and which share a core with one. */
const allowed = () =>
  listed(/Cpus_allowed_list:\s*(.*)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '');
const siblings = (/** @type {number} */ cpu) =>
  listed(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'));

/**
 * One processor for the server and another for the client, on a core of its own if there is one.
 * @returns the commands that keep a program there, and what to say of it
 */
export const pins = () => {
  const taskset = find('taskset');
  const free = { server: [], client: [] };
  if (taskset === undefined) return { ...free, said: 'not pinned, as there is no taskset here' };
  const [server = 0, ...others] = allowed();
  if (others.length === 0) return { ...free, said: 'not pinned, as there is one processor only' };
  const apart = others.find((cpu) => !siblings(server).includes(cpu));
  const client = apart ?? others[0];
  const on = (/** @type {number | undefined} */ cpu) => [taskset, '-c', String(cpu)];
  return {
    ...{ server: on(server), client: on(client) },
    said: `server pinned to processor ${server}, client to ${client}${apart === undefined ? ', two threads of one core' : ''}`,
  };
};

/** Milliseconds that a program may take beyond what it was told to. */
const slackMs = 30_000;

/**
 * Runs a program to its end.
 * @param {readonly string[]} command
 * @param {number} seconds that it was told to take
 * @returns what it printed, and its CPU in seconds, that of its children included
 * @throws Error where it fails or does not end
 */
export const run = async (command, seconds) => {
  // POSIX: a shell knows what its children took, Node does not.
  const script = '"$@"; status=$?; times >&3; exit $status';
  const child = spawn('sh', ['-c', script, 'sh', ...command], {
    ...{ stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true },
  });
  const [printed, complaints, times] = child.stdio.slice(1).map(async (stream) => {
    const chunks = [];
    for await (const chunk of /** @type {import('node:stream').Readable} */ (stream)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  });
  const timer = setTimeout(
    () => {
      // The whole group: the shell and what it runs.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    },
    seconds * 1000 + slackMs,
  );
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}: ${(await complaints) ?? ''}`);
  return { printed: (await printed) ?? '', cpuSeconds: readTimes((await times) ?? '') };
};

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
};

const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** The answer of generator-constant-server.mjs by one process of nginx, which never closes a connection. */
const configuration = (/** @type {string} */ directory, /** @type {number} */ port) => `
daemon off; worker_processes 1; error_log stderr crit; pid ${directory}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  ${paths.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port}; default_type application/json;
    add_header x-architecture constant; add_header x-cold 0; add_header x-request-id 01234567-89ab-cdef-0123-456789abcdef;
    location = /hits { return 200 '{"hits":1}'; }
  }
}`;

const answers = async (/** @type {number} */ port) => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/**
 * @param {string} nginx @param {string} directory for its files
 * @param {readonly string[]} before the command that runs it
 */
export const startNginx = async (nginx, directory, before) => {
  const port = await freePort();
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration(directory, port));
  // Ends with its stdin, as the other servers do, so also when this program is killed.
  const script = '"$@" & cat; kill $!; wait $!';
  const child = spawn('sh', ['-c', script, 'sh', ...before, nginx, '-p', directory, '-c', file], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  for (let tries = 0; !(await answers(port)); tries++) {
    await sleep(50);
    if (tries === 100) throw new Error('nginx does not start');
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};
