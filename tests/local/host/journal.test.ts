import fc from 'fast-check';
import { billedMs, jsonLines, streamName, textLines } from '../../../src/local/host/journal.ts';

const report = {
  requestId: 'id',
  durationMs: 79.671,
  memoryMb: 128,
  maxMemoryMb: 73,
  status: 'success' as const,
};

describe('billedMs', () => {
  it('counts begun milliseconds of the event and of a cold initialisation together', () => {
    expect([billedMs(79.67), billedMs(80), billedMs(0.01)]).toEqual([80, 80, 1]);
    expect(billedMs(79.67, 300.11)).toBe(380);
    const microseconds = fc.nat({ max: 1_000_000_000 });
    fc.assert(
      fc.property(microseconds, microseconds, (run, init) => {
        const billed = billedMs(run / 1000, init / 1000);
        expect(Math.abs(billed * 1000 - (run + init) - 500)).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe('textLines', () => {
  it("writes Lambda's lines", () => {
    expect(textLines.start('id', '7')).toBe('START RequestId: id Version: 7');
    expect(textLines.end('id')).toBe('END RequestId: id');
    expect(textLines.report(report)).toBe(
      'REPORT RequestId: id\tDuration: 79.67 ms\tBilled Duration: 80 ms\tMemory Size: 128 MB\tMax Memory Used: 73 MB\t',
    );
    expect(textLines.report({ ...report, initMs: 300.114 })).toBe(
      'REPORT RequestId: id\tDuration: 79.67 ms\tBilled Duration: 380 ms\tMemory Size: 128 MB\tMax Memory Used: 73 MB\tInit Duration: 300.11 ms\t',
    );
  });

  it('says how it failed, and leaves out what is not known', () => {
    const late = {
      ...report,
      maxMemoryMb: undefined,
      status: 'timeout',
      errorType: 'Sandbox.Timedout',
    } as const;
    expect(textLines.report(late)).toBe(
      'REPORT RequestId: id\tDuration: 79.67 ms\tBilled Duration: 80 ms\tMemory Size: 128 MB\tStatus: timeout',
    );
    expect(textLines.report({ ...report, status: 'error', errorType: 'Runtime.ExitError' })).toMatch(
      /\tStatus: error\tError Type: Runtime.ExitError$/,
    );
    expect(textLines.initReport({ initMs: 10_000.5, phase: 'init', status: 'timeout' })).toBe(
      'INIT_REPORT Init Duration: 10000.50 ms\tPhase: init\tStatus: timeout',
    );
  });
});

describe('jsonLines', () => {
  it('writes records with the same figures', () => {
    const { type, record } = JSON.parse(jsonLines.report({ ...report, initMs: 300.114 }));
    expect(type).toBe('platform.report');
    expect(record).toEqual({
      requestId: 'id',
      status: 'success',
      metrics: {
        durationMs: 79.671,
        billedDurationMs: 380,
        memorySizeMB: 128,
        maxMemoryUsedMB: 73,
        initDurationMs: 300.114,
      },
    });
    expect(JSON.parse(jsonLines.start('id', '7')).record).toEqual({ requestId: 'id', version: '7' });
  });
});

describe('streamName', () => {
  it("names the function where the group is not the function's own", () => {
    const at = new Date('2026-11-21T10:00:00Z');
    expect(streamName(at, 'f', '7', '/aws/lambda/f', 'ab')).toBe('2026/11/21/[7]ab');
    expect(streamName(at, 'f', '$LATEST', 'shared', 'ab')).toBe('2026/11/21/f[$LATEST]ab');
  });
});
