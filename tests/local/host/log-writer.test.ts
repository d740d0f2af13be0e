import { type LogEvent, batchLength, createLogWriter } from '../../../src/local/host/log-writer.ts';

const event = (message: string) => ({ size: Buffer.byteLength(message) + 26 });

describe('batchLength', () => {
  it('keeps to 200 events and 1 MiB with 26 bytes for each', () => {
    expect(batchLength([])).toBe(0);
    expect(batchLength(Array.from({ length: 300 }, () => event('a')))).toBe(200);
    const half = event('x'.repeat(524_288 - 26));
    expect(batchLength([half, half])).toBe(2);
    expect(batchLength([half, half, event('y')])).toBe(2);
    expect(batchLength([event('x'.repeat(2_000_000)), half])).toBe(1);
  });
});

describe('createLogWriter', () => {
  const fake = (now?: () => number) => {
    const calls: string[] = [];
    const api = {
      createGroup: jest.fn((group: string) => Promise.resolve(void calls.push(`group ${group}`))),
      createStream: jest.fn((group: string, stream: string) =>
        Promise.resolve(void calls.push(`stream ${group} ${stream}`)),
      ),
      put: jest.fn((_: string, stream: string, events: readonly LogEvent[]) =>
        Promise.resolve(void calls.push(`put ${stream} ${events.map(({ message }) => message).join()}`)),
      ),
    };
    const failures: unknown[] = [];
    const writer = createLogWriter(api, (error) => failures.push(error), now);
    return { calls, api, failures, writer };
  };

  it('makes group and stream once and writes what was collected in one call', async () => {
    const { calls, writer } = fake();
    const one = writer.open('g', 'one');
    const two = writer.open('g', 'two');
    one.write('a');
    one.write('');
    one.write('b');
    two.write('c');
    await writer.close(1000);
    expect(calls).toEqual(['group g', 'stream g one', 'put one a,b', 'stream g two', 'put two c']);
  });

  describe('in time', () => {
    beforeEach(() => {
      jest.useFakeTimers({ now: 0 });
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it('waits for a quiet moment', async () => {
      const { calls, writer } = fake(Date.now);
      const stream = writer.open('g', 's');
      for (let i = 0; i < 30; i++) {
        stream.write('busy');
        await jest.advanceTimersByTimeAsync(100);
      }
      expect(calls).toEqual([]);
      await jest.advanceTimersByTimeAsync(500);
      expect(calls).toHaveLength(3);
    });

    it('writes after 10 s even if it never gets quiet', async () => {
      const { calls, writer } = fake(Date.now);
      const stream = writer.open('g', 's');
      for (let i = 0; i < 103; i++) {
        stream.write(String(i));
        await jest.advanceTimersByTimeAsync(100);
      }
      expect(calls.slice(0, 2)).toEqual(['group g', 'stream g s']);
      expect(calls[2]).toMatch(/^put s 0,1,2,/);
    });

    it('tells when everything is written, and writes nothing sooner for who asks', async () => {
      const { calls, writer } = fake(Date.now);
      expect(writer.settled()).toBeUndefined();
      const stream = writer.open('g', 's');
      stream.write('a');
      const settled = jest.fn();
      void writer.settled()?.then(settled);
      await jest.advanceTimersByTimeAsync(200);
      stream.write('b');
      await jest.advanceTimersByTimeAsync(200);
      expect(calls).toEqual([]);
      expect(settled).not.toHaveBeenCalled();
      await jest.advanceTimersByTimeAsync(300);
      expect(calls.at(-1)).toBe('put s a,b');
      expect(settled).toHaveBeenCalled();
      expect(writer.settled()).toBeUndefined();
    });

    it('tells a failure once, loses those events, and goes on', async () => {
      const { calls, api, failures, writer } = fake(Date.now);
      api.put.mockRejectedValueOnce(new Error('down')).mockRejectedValueOnce(new Error('down'));
      const stream = writer.open('g', 's');
      for (const message of ['a', 'b', 'c']) {
        stream.write(message);
        await jest.advanceTimersByTimeAsync(1000);
      }
      expect(failures).toHaveLength(1);
      expect(calls.at(-1)).toBe('put s c');
    });
  });

  it('asks writers to hold back above 8 MiB, until they were written', async () => {
    const { writer } = fake();
    const stream = writer.open('g', 's');
    expect(writer.room()).toBeUndefined();
    for (let i = 0; i < 9; i++) stream.write('x'.repeat(1_000_000));
    await writer.room();
    expect(writer.room()).toBeUndefined();
    await writer.close(1000);
  });

  it('gives up closing when the logs do not answer', async () => {
    const { api, writer } = fake();
    api.put.mockReturnValue(new Promise(() => undefined));
    writer.open('g', 's').write('a');
    await writer.close(10);
    expect(api.put).toHaveBeenCalledTimes(1);
  });
});
