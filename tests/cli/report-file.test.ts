import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReportFile } from '../../src/cli/report-file.ts';
import { sampleReport } from '../core/report/sample-run.ts';

const directory = mkdtempSync(join(tmpdir(), 'latency-lab-reports-'));
const report = JSON.parse(JSON.stringify(sampleReport({ rounds: 1, requests: 14 }))) as unknown;

beforeAll(() => {
  for (const name of ['whole', 'empty', 'nested/report.json']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  writeFileSync(join(directory, 'whole/report.json'), JSON.stringify(report));
  writeFileSync(join(directory, 'blank.json'), '');
  writeFileSync(join(directory, 'damaged.json'), JSON.stringify({ ...(report as object), targets: [{}] }));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('readReportFile', () => {
  it.each(['whole', 'whole/report.json'])(
    'takes a report.json or the directory it is in: %s',
    async (name) => {
      expect(await readReportFile(join(directory, name))).toEqual(report);
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
    const said = readReportFile(path);
    await expect(said).rejects.toThrow(`FILE: given ${JSON.stringify(path)}; allowed: a report.json`);
    await expect(said).rejects.toThrow(why);
    await expect(said).rejects.toMatchObject({ exitCode: 2 });
  });

  it('names the file and the path in a damaged one', async () => {
    const path = join(directory, 'damaged.json');
    await expect(readReportFile(path)).rejects.toThrow(
      `${path}: targets[0].id: given nothing; allowed: a text`,
    );
  });
});
