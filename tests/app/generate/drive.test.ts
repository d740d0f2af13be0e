import { timerPacer } from '../../../src/adapters/pacer.ts';
import { driveClosed, type Sent } from '../../../src/app/generate/closed.ts';
import { type OpenDrive, driveOpen } from '../../../src/app/generate/open.ts';
import { type OpenShare, openSchedule } from '../../../src/core/load/schedule.ts';
import type { Connection, Pacer } from '../../../src/ports/index.ts';
import { type Behaviour, answer, takes, VirtualClock, virtualServer } from '../../support/virtual-clock.ts';

const setUp = (behave: Behaviour, extra: (clock: VirtualClock) => Partial<OpenDrive> = () => ({})) => {
  const clock = new VirtualClock();
  const server = virtualServer(clock, behave);
  const sent: Sent[] = [];
  const pacer = timerPacer(clock);
  const drive: OpenDrive = {
    clock,
    openConnection: server.openConnection,
    onSent: (one) => sent.push(one),
    mayGoOn: () => true,
    pacer,
    ...extra(clock),
  };
  const closed = (load: object) =>
    clock.run(driveClosed({ requests: 10, concurrency: 1, warmup: 0, timeoutMs: 1000, ...load }, drive));
  const open = (share: Partial<OpenShare>, load: object = {}, startMs = 0) => {
    const schedule = openSchedule({ totalRate: 100, durationSeconds: 0.1, worker: 0, workers: 1, ...share });
    return clock.run(
      driveOpen({ warmup: 0, timeoutMs: 1000, maxConnections: 10, ...load }, schedule, startMs, drive),
    );
  };
  return { clock, server, sent, closed, open };
};

/** Wakes `byMs` after each planned time. */
const late = (clock: VirtualClock, byMs: number): Pacer => {
  const punctual = timerPacer(clock);
  return {
    ...punctual,
    pace: (timesMs, wake) => {
      punctual.pace(
        timesMs.map((ms) => ms + byMs),
        wake,
      );
    },
  };
};

/** Each request over a new connection, which takes `connectMs` to open. */
const connecting = (clock: VirtualClock, connectMs: number) => (): Connection => ({
  send: async () => {
    await clock.sleepUntil(clock.now() + connectMs);
    return {
      sentMs: clock.now(),
      endMs: clock.now(),
      opening: { dnsMs: 0, tcpMs: connectMs, tlsMs: 0 },
      result: answer(),
    };
  },
  close: () => undefined,
});

describe('driveClosed', () => {
  it('takes opening a connection for part of the response time, not of the service time', async () => {
    const { sent, closed } = setUp(takes(1), (clock) => ({ openConnection: connecting(clock, 3) }));
    await closed({ requests: 2 });
    expect(sent.map(({ plannedMs, sentMs }) => [plannedMs, sentMs])).toEqual([
      [0, 3],
      [3, 6],
    ]);
  });

  it('sends N in succession, each when the last was answered, after the warm-up', async () => {
    const { sent, server, closed } = setUp(takes(7));
    expect(await closed({ requests: 3, warmup: 2 })).toEqual({ unsent: 0, connections: 1 });
    expect(sent.map(({ sentMs, endMs }) => [sentMs, endMs])).toEqual(
      [0, 7, 14, 21, 28].map((ms) => [ms, ms + 7]),
    );
    expect(sent.map(({ warmup }) => warmup)).toEqual([true, true, false, false, false]);
    expect(sent.every(({ plannedMs, sentMs }) => plannedMs === sentMs)).toBe(true);
    expect([server.opened(), server.closed(), server.mostAtOnce()]).toEqual([1, 1, 1]);
  });

  it('keeps as many requests under way as it has connections', async () => {
    const { sent, server, closed, clock } = setUp(takes(10));
    await closed({ requests: 100, concurrency: 20 });
    expect(sent).toHaveLength(100);
    expect([server.opened(), server.mostAtOnce(), clock.now()]).toEqual([20, 20, 50]);
  });

  it('stops sending when it may not go on, and tells what was never sent', async () => {
    const { sent, server, closed } = setUp(takes(10), (clock) => ({ mayGoOn: () => clock.now() < 35 }));
    expect(await closed({ requests: 10, warmup: 1 })).toEqual({ unsent: 7, connections: 1 });
    expect(sent).toHaveLength(4);
    expect(server.closed()).toBe(1);
  });

  it('lets a connection pause between two requests, outside of every time', async () => {
    const { sent, closed } = setUp(takes(1), (clock) => ({
      between: () => clock.sleepUntil(clock.now() + 4),
    }));
    await closed({ requests: 3 });
    expect(sent.map(({ sentMs, endMs }) => [sentMs, endMs])).toEqual([
      [0, 1],
      [5, 6],
      [10, 11],
    ]);
  });

  it('closes its connections and rejects when recording fails', async () => {
    const { server, closed } = setUp(takes(1), () => ({
      onSent: () => {
        throw new Error('no room');
      },
    }));
    await expect(closed({ concurrency: 3 })).rejects.toThrow('no room');
    expect(server.closed()).toBe(3);
  });
});

describe('driveOpen', () => {
  it('sends at the planned times, however long answers take, on as few connections as that needs', async () => {
    const { sent, server, open } = setUp(takes(25));
    expect(await open({}, {}, 1000)).toMatchObject({ unsent: 0, connections: 3 });
    expect(sent.map(({ sentMs }) => sentMs)).toEqual(
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((ms) => ms + 1000),
    );
    expect(sent.map(({ plannedMs, sentMs }) => sentMs - plannedMs)).toEqual(Array(10).fill(0));
    expect([server.opened(), server.closed()]).toEqual([3, 3]);
  });

  it('takes every n-th send of the cell as worker of n, offset by its number', async () => {
    const { sent, open } = setUp(takes(1));
    await open({ worker: 2, workers: 4 });
    expect(sent.map(({ plannedMs }) => plannedMs)).toEqual([20, 60]);
  });

  it('lets sends wait for a free connection in the order of their plan, timed from the plan', async () => {
    const { sent, open } = setUp(takes(15));
    await open({ durationSeconds: 0.04 }, { maxConnections: 1 });
    expect(sent.map(({ plannedMs, sentMs, endMs }) => [plannedMs, sentMs, endMs])).toEqual([
      [0, 0, 15],
      [10, 15, 30],
      [20, 30, 45],
      [30, 45, 60],
    ]);
  });

  it('drops a send that finds no connection within the timeout, and tells when and why', async () => {
    const { sent, open } = setUp(takes(40));
    await open({ durationSeconds: 0.05 }, { maxConnections: 1, timeoutMs: 45 });
    const dropped = sent.filter(({ result }) => 'error' in result && result.error === 'dropped');
    expect(dropped.map(({ plannedMs, sentMs, endMs }) => [plannedMs, sentMs, endMs])).toEqual([
      [20, 20, 65],
      [30, 30, 75],
    ]);
    expect(dropped[0]?.result).toMatchObject({ message: 'no connection of 1 became free within 45 ms' });
  });

  it('counts waiting for a connection apart from its own lag', async () => {
    const { open } = setUp(takes(15));
    const { kept } = await open({ durationSeconds: 0.04 }, { maxConnections: 1 });
    expect(kept).toMatchObject({ sendLagMaxMs: 0, waitedForConnection: 3 });
    // Four requests planned over 30 ms were sent over 45 ms.
    expect(kept?.plannedPerSecond).toBeCloseTo(100, 9);
    expect(kept?.sentPerSecond).toBeCloseTo(3 / 0.045, 9);
  });

  it('calls it lag when a connection was free and the request sent late nevertheless', async () => {
    const { kept } = await setUp(takes(1), (clock) => ({ pacer: late(clock, 7) })).open({});
    expect(kept).toMatchObject({ sendLagMaxMs: 7, waitedForConnection: 0 });
    expect(kept?.sendLagP50Ms).toBeCloseTo(7, 1);
  });

  it('counts lag from when the connection became free, if that is later', async () => {
    // Sent at 7 and answered at 15; the second, planned at 10, is sent then and had waited until then.
    const { open, sent } = setUp(takes(8), (clock) => ({ pacer: late(clock, 7) }));
    const { kept } = await open({ durationSeconds: 0.02 }, { maxConnections: 1 });
    expect(sent.map(({ sentMs }) => sentMs)).toEqual([7, 15]);
    expect(kept).toMatchObject({ sendLagP50Ms: 0, sendLagMaxMs: 7, waitedForConnection: 1 });
  });

  it('takes opening a connection for no lag', async () => {
    const { kept } = await setUp(takes(1), (clock) => ({ openConnection: connecting(clock, 30) })).open({});
    expect(kept).toMatchObject({ sendLagMaxMs: 0, waitedForConnection: 0 });
  });

  it('is timed by its plan also while a connection is opened for it', async () => {
    const { sent, open } = setUp(takes(1), (clock) => ({ openConnection: connecting(clock, 3) }));
    await open({});
    expect(sent.map(({ plannedMs, sentMs }) => sentMs - plannedMs)).toEqual(Array(10).fill(3));
  });

  it('ends at once when it is aborted between two planned times', async () => {
    const abort = new AbortController();
    const { clock, open } = setUp(takes(1), () => ({ signal: abort.signal }));
    void clock.sleepUntil(1500).then(() => {
      abort.abort();
    });
    expect(await open({ totalRate: 1, durationSeconds: 100 })).toMatchObject({ unsent: 98 });
    expect(clock.now()).toBe(1500);
  });

  it('counts what was planned, measured and never sent when it may not go on', async () => {
    const { sent, open } = setUp(takes(35), (clock) => ({ mayGoOn: () => clock.now() <= 40 }));
    // One connection sends at 0 and 35; the sends planned at 10..40 but the first still wait at 70, the others come too late.
    expect(await open({}, { maxConnections: 1, warmup: 3 })).toMatchObject({ unsent: 7, connections: 1 });
    expect(sent.map(({ sentMs }) => sentMs)).toEqual([0, 35]);
  });

  it('catches up at once with sends whose time has passed', async () => {
    const { clock, sent, open } = setUp(takes(1));
    await clock.run(clock.sleepUntil(45));
    await open({});
    expect(sent.map(({ sentMs }) => sentMs)).toEqual([45, 45, 45, 45, 45, 50, 60, 70, 80, 90]);
  });

  it('closes its connections and rejects when recording fails', async () => {
    const { server, open } = setUp(takes(1), () => ({
      onSent: () => {
        throw new Error('no room');
      },
    }));
    await expect(open({})).rejects.toThrow('no room');
    expect(server.closed()).toBe(server.opened());
  });
});
