import type { PartPlace } from '../../../src/core/keys.ts';
import type { WorkerAssignment } from '../../../src/core/schema/work.ts';
import { cellHistories } from '../../../src/core/schedule/resume.ts';
import { closedLoad } from '../../support/loads.ts';

const place = { runId: 'run', round: 1, cellId: 'a', segment: 0, attempt: 1, worker: 0 };
const assigned = (change: Partial<WorkerAssignment>): WorkerAssignment => ({
  ...place,
  workers: 1,
  target: { version: 1, id: 'a', kind: 'url', url: 'http://127.0.0.1/' },
  load: closedLoad,
  ...change,
});
const written = (change: Partial<PartPlace>): PartPlace => ({ ...place, part: 0, ...change });
const cell = { round: 1, cellId: 'a' };

describe('cellHistories', () => {
  it('knows nothing of a cell that was never tried', () => {
    expect(cellHistories([], [])(cell)).toEqual({ attempts: 0, lastParts: [] });
  });

  it('finds the last part of each worker and segment', () => {
    const workers = [assigned({}), assigned({ worker: 1 }), assigned({ segment: 1 })];
    const parts = [
      written({ part: 10 }),
      written({ part: 9 }),
      written({ worker: 1 }),
      written({ segment: 1 }),
    ];
    expect(cellHistories(workers, parts)(cell)).toEqual({
      attempts: 1,
      lastParts: [written({ part: 10 }), written({ worker: 1 }), written({ segment: 1 })],
    });
  });

  it('shows a worker that wrote nothing', () => {
    const workers = [assigned({}), assigned({ worker: 1 })];
    expect(cellHistories(workers, [written({})])(cell).lastParts).toEqual([written({}), undefined]);
  });

  it('looks at the latest attempt alone, whose segments may be fewer', () => {
    const workers = [assigned({ attempt: 2 }), assigned({ attempt: 1, segment: 1 })];
    const parts = [written({ attempt: 1 }), written({ attempt: 1, segment: 1 }), written({ attempt: 2 })];
    expect(cellHistories(workers, parts)(cell)).toEqual({
      attempts: 2,
      lastParts: [written({ attempt: 2 })],
    });
  });

  it('keeps cells and rounds apart', () => {
    const historyOf = cellHistories(
      [assigned({ round: 2 }), assigned({ cellId: 'b' })],
      [written({ round: 2 })],
    );
    expect(historyOf(cell).attempts).toBe(0);
    expect(historyOf({ round: 2, cellId: 'a' }).lastParts).toEqual([written({ round: 2 })]);
    expect(historyOf({ round: 1, cellId: 'b' }).lastParts).toEqual([undefined]);
  });
});
