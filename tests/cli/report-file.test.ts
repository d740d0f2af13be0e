import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReportFile } from '../../src/cli/report-file.ts';
import { fileStore } from '../../src/cli/run/files.ts';
import { partKey, planKey } from '../../src/core/keys.ts';
import { sampleReport, sampleRun } from '../core/report/sample-run.ts';
import { ownDirectory } from '../support/directory.ts';

const directory = ownDirectory();
const root = join(__dirname, '../..');
const report = JSON.parse(JSON.stringify(sampleReport({ rounds: 1, requests: 14 }))) as unknown;

beforeAll(() => {
  for (const name of ['whole', 'empty', 'nested/report.json']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  writeFileSync(join(directory, 'whole/report.json'), JSON.stringify(report));
  writeFileSync(join(directory, 'blank.json'), '');
  writeFileSync(join(directory, 'damaged.json'), JSON.stringify({ ...(report as object), targets: [{}] }));
});

describe('readReportFile', () => {
  it.each(['whole', 'whole/report.json'])(
    'takes a report.json or the directory it is in: %s',
    async (name) => {
      expect(await readReportFile(join(directory, name), root)).toEqual(report);
    },
  );

  it.each([
    ['none.json', 'There is no such file'],
    ['blank.json', 'It is empty'],
    ['empty', 'The directory has no report.json'],
    ['nested', 'Its report.json is a directory'],
    ['blank.json/report.json', 'A part of the path is no directory'],
  ])('says what is wrong with %s', async (name, why) => {
    const path = join(directory, name);
    const said = readReportFile(path, root);
    await expect(said).rejects.toThrow(`FILE: given ${JSON.stringify(path)}; allowed: a report.json`);
    await expect(said).rejects.toThrow(why);
    await expect(said).rejects.toMatchObject({ exitCode: 2 });
  });

  it('names the file and the path in a damaged one', async () => {
    const path = join(directory, 'damaged.json');
    await expect(readReportFile(path, root)).rejects.toThrow(
      `${path}: targets[0].id: given nothing; allowed: a text`,
    );
  });

  it('makes the report of what a killed command left, and writes nothing', async () => {
    const run = sampleRun({
      rounds: 2,
      requests: 60,
      seed: 1,
      characters: [{ id: 'mine', warmMs: 3, coldMs: 9 }],
    });
    const left = join(directory, 'left');
    const files = fileStore(left, `runs/${run.plan.runId}/`);
    await files.put(planKey(run.plan.runId), JSON.stringify(run.plan));
    // Killed in the second round.
    for (const part of run.parts.filter(({ round }) => round === 1))
      await files.put(partKey(part), JSON.stringify(part));
    const before = readdirSync(left, { recursive: true });
    const found = await readReportFile(left, root);
    expect(found).toMatchObject({ runId: run.plan.runId, outcome: { ok: false } });
    expect(found.targets[0]).toMatchObject({ state: 'incomplete', requests: { ok: 60 } });
    expect(readdirSync(left, { recursive: true })).toEqual(before);
  });
});
