/** Log events as Lambda writes them. */
import { jsonLines, type Report, textLines } from '../../../src/local/host/journal.ts';
import { evaluate } from '../../../src/local/insights/evaluate.ts';
import type { StoredEvent } from '../../../src/local/insights/events.ts';
import { parseQuery } from '../../../src/local/insights/parse.ts';

export const requestIdOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const event = (message: string, timestamp = 0, n = 0): StoredEvent => ({
  ...{ message, timestamp, ingestionTime: timestamp + 5 },
  ...{ stream: '2026/11/21/[7]abc', id: `event-${n}`, log: '000000000000:/aws/lambda/one' },
});

export const reportLine = (n: number, change: Partial<Report> = {}): string =>
  textLines.report({
    ...{ requestId: requestIdOf(n), durationMs: 10 * n, memoryMb: 512, maxMemoryMb: 90 + n },
    ...{ status: 'success', ...change },
  });

/** Three lines each, one second apart; the first is cold. */
export const invocations = (count: number): StoredEvent[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((n) => [
    event(textLines.start(requestIdOf(n), '7'), n * 1000, 3 * n),
    event(textLines.end(requestIdOf(n)), n * 1000 + 1, 3 * n + 1),
    event(reportLine(n, n === 1 ? { initMs: 120 } : {}), n * 1000 + 1, 3 * n + 2),
  ]);

export const jsonReport = (n: number): StoredEvent =>
  event(
    jsonLines.report({
      ...{ requestId: requestIdOf(n), durationMs: 10 * n, initMs: 7, memoryMb: 512, maxMemoryMb: 90 },
      status: 'success',
    }),
    n * 1000,
    n,
  );

/** Rows as objects, without `@ptr`. */
export const ask = (query: string, events: readonly StoredEvent[]): Record<string, string>[] =>
  evaluate(parseQuery(query), events).results.map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])),
  );
