import fc from 'fast-check';
import { evaluate } from '../../../src/local/insights/evaluate.ts';
import { parseQuery } from '../../../src/local/insights/parse.ts';
import { distributionFromSamples, valueAtRank } from '../../../src/core/stats/distribution.ts';
import { ask, event, invocations, jsonReport, reportLine, requestIdOf } from './lines.ts';

const ten = invocations(10);

describe('fields that are discovered', () => {
  it('are those of a REPORT line, memory in bytes', () => {
    const fields =
      'fields @type, @requestId, @duration, @billedDuration, @initDuration, @memorySize, @maxMemoryUsed';
    expect(ask(`${fields} | filter @requestId = "${requestIdOf(1)}" and @type = "REPORT"`, ten)).toEqual([
      {
        '@type': 'REPORT',
        '@requestId': requestIdOf(1),
        '@duration': '10',
        '@billedDuration': '130',
        '@initDuration': '120',
        '@memorySize': '512000000',
        '@maxMemoryUsed': '91000000',
      },
    ]);
  });

  it('are those of every event, moments as text', () => {
    const row = evaluate(parseQuery('fields @timestamp, @logStream, @log, @ingestionTime'), [
      event('hello', Date.UTC(2026, 10, 21, 9, 5, 12, 345), 3),
    ]).results[0];
    expect(row).toEqual([
      { field: '@timestamp', value: '2026-11-21 09:05:12.345' },
      { field: '@logStream', value: '2026/11/21/[7]abc' },
      { field: '@log', value: '000000000000:/aws/lambda/one' },
      { field: '@ingestionTime', value: '2026-11-21 09:05:12.350' },
      { field: '@ptr', value: 'event-3' },
    ]);
  });

  it('are the request id of what a function logs itself, and those of JSON', () => {
    const own = event(`2026-11-21T09:05:12.345Z\t${requestIdOf(4)}\tINFO\thello`);
    expect(ask('fields @requestId, @type', [own])).toEqual([{ '@requestId': requestIdOf(4) }]);
    expect(
      ask(
        'filter type = "platform.report" | stats avg(record.metrics.durationMs) as mean, max(record.metrics.maxMemoryUsedMB) as used',
        [jsonReport(1), jsonReport(3)],
      ),
    ).toEqual([{ mean: '20', used: '90' }]);
  });

  it('are not there in a line that only looks like one', () => {
    expect(ask('filter ispresent(@type)', [event('REPORT of the year'), event('{"broken')])).toEqual([]);
  });
});

describe('a query', () => {
  it('of somebody else works as it is', () => {
    const query =
      'filter @type = "REPORT" | stats avg(@duration), max(@duration), min(@duration), avg(@billedDuration) by bin(5m)';
    expect(ask(query, ten)).toEqual([
      {
        'bin(5m)': '1970-01-01 00:00:00.000',
        'avg(@duration)': '55',
        'max(@duration)': '100',
        'min(@duration)': '10',
        'avg(@billedDuration)': '67',
      },
    ]);
  });

  it('of AWS’s samples works: over-provisioned memory, cold share', () => {
    const memory = `filter @type = "REPORT"
      # in megabytes
      | stats max(@memorySize / 1000 / 1000) as provisionedMemoryMB,
          max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB, provisionedMemoryMB - maxMemoryUsedMB`;
    expect(() => ask(memory, ten)).toThrow('is no aggregate');
    const cold =
      'filter @type="REPORT" | stats sum(strcontains(@message, "Init Duration")) / count(*) * 100 as coldPct, avg(@duration) by bin(5m)';
    expect(ask(cold, ten)).toMatchObject([{ coldPct: '10' }]);
  });

  it('without fields shows time and message, latest first', () => {
    const rows = ask('limit 2', ten);
    expect(rows).toHaveLength(2);
    expect(rows[0]!['@message']).toMatch(/^REPORT/);
    expect(rows[0]!['@timestamp']).toBe('1970-01-01 00:00:10.001');
  });

  it.each([
    ['@duration > 50 and @duration <= 70', 2],
    ['@duration = 50 or @duration = "60"', 2],
    ['not (@duration > 10)', 21],
    ['@requestId in ["x", "00000000-0000-4000-8000-000000000002"]', 3],
    ['@requestId not in ["x"]', 30],
    ['@duration in [10, "20.0", 15]', 2],
    ['@message like "Init Duration"', 1],
    ['@message like /(?i)init duration: 12\\d/', 1],
    ['@message =~ /^END/', 10],
    ['@message not like /^(START|END)/', 10],
    ['@initDuration != 5', 1],
    ['strlen(@message) > 1000', 0],
    ['isblank(@type)', 0],
    ['@duration % 20 = 0', 5],
    ['-@duration < -2 ^ 6', 4],
  ])('filters by %s', (condition, count) => {
    expect(ask(`filter ${condition} | stats count(*) as n`, ten)).toEqual([{ n: String(count) }]);
  });

  it('computes columns that later commands know, and sorts by them', () => {
    const query =
      'filter @type = "REPORT" | fields @duration * 2 as twice, `twice` + 1 | sort twice desc, @requestId | limit 2';
    expect(ask(query, ten)).toEqual([
      { twice: '200', 'twice + 1': '201' },
      { twice: '180', 'twice + 1': '181' },
    ]);
    expect(ask('fields @duration as a | display @type | limit 1', ten)).toEqual([{ '@type': 'REPORT' }]);
  });

  it('parses by stars and by a pattern, and leaves absent what does not match', () => {
    const failed = event(reportLine(2, { status: 'error', errorType: 'Runtime.ExitError' }), 1);
    const pattern = 'parse @message /Status: (?<status>\\w+)/ | stats count(*) as n by status | sort n';
    expect(ask(pattern, [failed, ...ten])).toEqual([{ status: 'error', n: '1' }, { n: '30' }]);
    expect(ask('parse "Duration: * ms*Size: * MB" as ms, x, mb | fields ms, mb', [failed])).toEqual([
      { ms: '20.00', mb: '512' },
    ]);
  });

  it('counts nothing as 0, and a mean of nothing is absent', () => {
    expect(ask('filter @type = "NONE" | stats count(*) as n, avg(@duration) as mean', ten)).toEqual([
      { n: '0' },
    ]);
    expect(ask('filter @type = "NONE" | stats count(*) as n by @type', ten)).toEqual([]);
  });

  it('has the sample’s standard deviation, distinct values, first and last', () => {
    const query = `filter @type = "REPORT" | stats stddev(@duration) as sd, count_distinct(@memorySize) as sizes,
      count(@initDuration) as colds, earliest(@duration) as first, latest(@duration) as last`;
    // sd of 10, 20, ..., 100 by R: 30.2765
    const [row] = ask(query, ten);
    expect(Number(row!['sd'])).toBeCloseTo(30.2765, 4);
    expect(row).toMatchObject({ sizes: '1', colds: '1', first: '10', last: '100' });
  });
});

describe('what is not evaluated', () => {
  it.each([
    ['dedup @requestId', 'the command "dedup"'],
    ['filter @type = "REPORT" | pattern @message', 'the command "pattern"'],
    ['fields fromMillis(@timestamp)', 'the function "fromMillis"'],
    ['stats median(@duration)', 'the function "median"'],
    ['filter @type =', 'expected a field, a value or a function'],
    ['filter @type = "REPORT" stats count(*)', 'expected "|"'],
    ['filter @duration in [@x]', 'expected a text or a number'],
    ['stats @duration', 'is no aggregate'],
    ['fields avg(@duration)', 'aggregates belong into stats'],
    ['limit 10001', 'from 1 to 10000'],
    ['stats avg(*)', 'arguments that it does not take'],
    ['stats count(*) by bin(5)', 'arguments that it does not take'],
    ['parse @message "a*b*" as one', 'as many names as there are stars'],
    ['filter @message like /(/', 'not a regular expression'],
    ['', 'expected a command'],
  ])('is refused by name: %s', (query, words) => {
    expect(() => parseQuery(query)).toThrow(words);
  });
});

it('may have 10,000 characters', () => {
  expect(() => parseQuery(`filter @message = "${'x'.repeat(10_000)}"`)).toThrow('at most 10000');
});

const durations = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 60 });
const reports = (all: readonly number[]) =>
  all.map((ms, i) => event(reportLine(i, { durationMs: ms }), i * 1000, i));

describe('properties', () => {
  it('a percentile is the value at its rank of all values', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 99 }), (all, share) => {
        const [row] = ask(`stats pct(@duration, ${share}) as p`, reports(all));
        const distribution = distributionFromSamples(all)!;
        expect(Number(row!['p'])).toBe(valueAtRank(distribution, (share / 100) * all.length));
      }),
    );
  });

  it('groups by time hold every event once, whatever the order of events', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 50 }), (all, seconds) => {
        const query = `stats count(*) as n, sum(@duration) as ms by bin(${seconds}s) | sort n`;
        const rows = ask(query, reports(all).reverse());
        const total = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
        expect(total('n')).toBe(all.length);
        expect(total('ms')).toBe(all.reduce((sum, ms) => sum + ms, 0));
      }),
    );
  });

  it('a condition and its negation part all events that have the field', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: 10_000 }), (all, bound) => {
        const count = (condition: string) => ask(`filter ${condition}`, reports(all)).length;
        expect(count(`@duration < ${bound}`) + count(`not @duration < ${bound}`)).toBe(all.length);
        expect(count(`@duration < ${bound} or @duration >= ${bound}`)).toBe(all.length);
      }),
    );
  });

  it('a text that is quoted comes through as it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
        expect(ask(`fields concat("", ${quoted}) as it`, [event('x')])).toEqual([{ it: text }]);
      }),
    );
  });
});
