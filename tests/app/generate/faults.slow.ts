import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { httpConnection } from '../../../src/adapters/http/client.ts';
import { startPacer } from '../../../src/adapters/pacer.ts';
import { systemClock, watchVitals } from '../../../src/adapters/system.ts';
import { generate } from '../../../src/app/generate/generate.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';
import { type SamplePart, samplesOf } from '../../../src/core/schema/part.ts';
import { memoryObjectStore, unused } from '../../support/memory.ts';
import { ok, rawServer } from '../../support/raw-server.ts';

const timeoutMs = 150;

const measure = async (url: string, load: object) => {
  const objects = new Map<string, string>();
  const deps = {
    ...{ clock: systemClock, startPacer, watchVitals, store: memoryObjectStore(objects), ...unused },
    httpConnection: (request: Parameters<typeof httpConnection>[0]) =>
      httpConnection(request, { clock: systemClock }),
  };
  const assignment = {
    ...{ runId: 'r', round: 1, cellId: 'c', segment: 0, attempt: 1, worker: 0, workers: 1 },
    target: { version: 1, id: 'c', kind: 'sync-counter', url } as const,
    load: parseLoad({ warmup: 0, timeoutMs, ...load }),
  };
  const around = { remainingMs: 600_000, coldStart: false, memoryMb: 1, node: process.version };
  const { output } = await generate(deps, { assignment }, around);
  const parts = [...objects.values()].map((body) => JSON.parse(body) as SamplePart);
  const rows = parts.flatMap((part) => [...samplesOf(part)]);
  return { output, errors: parts[0]?.counts.errors, rows };
};

const half = 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"hits":';
/** What a server can do wrong, and what that is called. */
const faults: Readonly<Record<string, readonly [string, (socket: Socket) => void]>> = {
  'closes at once': ['reset', (socket) => socket.destroy()],
  'closes after the headers': [
    'reset',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'),
  ],
  'sends half a header and closes': ['reset', (socket) => socket.end('HTTP/1.1 200 OK\r\nConte')],
  'sends half a header and stops': ['timeout', (socket) => void socket.write('HTTP/1.1 200 OK\r\nConte')],
  'sends half a body and stops': ['timeout', (socket) => void socket.write(half)],
  'resets after half a body': ['reset', (socket) => void socket.write(half, () => socket.resetAndDestroy())],
  'sends garbage': ['protocol', (socket) => void socket.write(Buffer.alloc(300, 0xee))],
  'sends garbage line by line': ['protocol', (socket) => void socket.write('\r\n\r\nwhat?\r\n\r\n')],
  'sends two lengths': [
    'protocol',
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'),
  ],
  'sends less than it announced': [
    'body',
    (socket) => void socket.write(ok('{"hits":1}').replace(': 10', ': 9')),
  ],
  'answers 500': ['status', (socket) => void socket.write(ok('').replace('200 OK', '500 Oh'))],
  'answers 429': ['throttled', (socket) => void socket.write(ok('').replace('200 OK', '429 No'))],
  'never answers': ['timeout', () => undefined],
};

describe('the generator against a server that fails', () => {
  it.each(Object.entries(faults))('books every request where it %s', async (_, [kind, fault]) => {
    const server = await rawServer(fault);
    try {
      const { output, errors, rows } = await measure(server.url, { requests: 6, concurrency: 3 });
      expect(output).toMatchObject({ sent: 6, ok: 0, failed: 6, unsent: 0 });
      expect([errors, rows.length]).toEqual([{ [kind]: 6 }, 6]);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['closed', { requests: 200, concurrency: 8 }],
    ['open', { rate: 400, durationSeconds: 1, maxConnections: 60 }],
  ])('loses none of many, whatever goes wrong among them: %s', async (_, load) => {
    const kinds = Object.values(faults);
    const expected: Record<string, number> = {};
    let asked = 0;
    const server = await rawServer((socket) => {
      const fault = asked++ % 2 === 0 ? undefined : kinds[(asked >> 1) % kinds.length];
      if (fault === undefined) {
        socket.write(ok('{"hits":1}'));
        return;
      }
      expected[fault[0]] = (expected[fault[0]] ?? 0) + 1;
      fault[1](socket);
    });
    try {
      const { output, errors, rows } = await measure(server.url, load);
      const planned = 'requests' in load ? load.requests : 400;
      const dropped = errors?.dropped ?? 0;
      expect(output.sent + dropped + output.unsent).toBe(planned);
      expect(output.ok + output.failed).toBe(output.sent + dropped);
      expect(rows).toHaveLength(output.ok + output.failed);
      // A server that has just closed a connection resets what was sent to it meanwhile: no fewer resets than it made.
      const { reset = 0, ...others } = expected;
      expect(errors).toMatchObject(others);
      expect(errors?.reset).toBeGreaterThanOrEqual(reset);
    } finally {
      await server.close();
    }
  });

  it('waits no longer than the timeout for a server that accepts nothing', async () => {
    const program = `const s = require('net').createServer();
      s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port));
      process.stdin.on('end', () => process.exit()).resume();`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    child.kill('SIGSTOP');
    // What the kernel accepts in the program's stead: two connections, which then hear nothing.
    const fillers = [0, 1, 2, 3].map(() => net.connect({ port: Number(port), host: '127.0.0.1' }));
    try {
      for (const filler of fillers) filler.on('error', () => undefined);
      await Promise.race(fillers.map((filler) => once(filler, 'connect')));
      const { output, errors, rows } = await measure(`http://127.0.0.1:${port}/`, {
        requests: 4,
        concurrency: 4,
      });
      expect(output).toMatchObject({ sent: 4, ok: 0, failed: 4 });
      expect((errors?.connect ?? 0) + (errors?.timeout ?? 0)).toBe(4);
      expect(errors?.connect).toBeGreaterThan(0);
      for (const { sentUs, endUs } of rows) expect(endUs - sentUs).toBeGreaterThan((timeoutMs - 2) * 1000);
    } finally {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGCONT');
      child.stdin.end();
      await once(child, 'exit');
    }
  });
});
