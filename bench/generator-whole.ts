/** The generator as a load tool, for the benchmarks that set it beside others. */
import { httpConnection } from '../src/adapters/http/client.ts';
import { startPacer } from '../src/adapters/pacer.ts';
import { systemClock, watchVitals } from '../src/adapters/system.ts';
import { generate } from '../src/app/generate/generate.ts';
import { reserveMs } from '../src/core/schedule/time-budget.ts';
import type { GenerateOutput, WorkerAssignment } from '../src/core/schema/work.ts';
import { memoryObjectStore, unused } from '../tests/support/memory.ts';

const timeoutMs = 10_000;

/**
 * The whole generator as its function runs it, under a closed load: parsing, judging, histograms, raw samples and errors
 * booked, parts stored (in memory). Certificates are not checked.
 * @param requests to send at most   @param seconds after which it stops sending
 */
export const generator = async ({
  url,
  connections,
  requests,
  seconds = 600,
}: {
  readonly url: string;
  readonly connections: number;
  readonly requests: number;
  readonly seconds?: number;
}): Promise<GenerateOutput> => {
  const assignment: WorkerAssignment = {
    ...{ runId: 'bench', round: 1, cellId: 'c', segment: 0, attempt: 1, worker: 0, workers: 1 },
    target: { version: 1, id: 'c', kind: 'sync-counter', url },
    load: { model: 'closed', requests, concurrency: connections, warmup: 0, timeoutMs },
  };
  const { output } = await generate(
    {
      clock: systemClock,
      store: memoryObjectStore(),
      ...unused,
      httpConnection: (request) => httpConnection({ ...request, insecure: true }, { clock: systemClock }),
      startPacer,
      watchVitals,
    },
    { assignment },
    {
      remainingMs: seconds * 1000 + reserveMs(timeoutMs),
      ...{ coldStart: false, memoryMb: 1024, node: process.version },
    },
  );
  return output;
};
