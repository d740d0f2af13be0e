import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as read from '../../bench/load-tools-output.mjs';

/** What the tools printed for a server that answers 503 now and then, resets every fiftieth connection, or is not there. */
const printed = (name: string) => readFileSync(join('tests', 'bench', 'fixtures', name), 'utf8');

describe('what load tools print', () => {
  it('is read of wrk, errors of sockets on top of the answers', () => {
    const socketErrors = 1264;
    expect(read.readWrk(printed('wrk-mixed.txt'))).toEqual({
      requests: 61_950 + socketErrors,
      failed: 723 + socketErrors,
      perSecond: 56_314.6,
    });
    expect(read.readWrk(printed('wrk-constant.txt'))).toEqual({
      requests: 55_958,
      failed: 0,
      perSecond: 55_802.98,
    });
  });

  it('is read of hey, by status and by error', () => {
    expect(read.readHey(printed('hey-mixed.txt'))).toMatchObject({ requests: 32_457 + 382, failed: 382 });
    expect(read.readHey(printed('hey-refused.txt'))).toEqual({
      requests: 4,
      failed: 4,
      perSecond: 4350.3417,
    });
  });

  it('is read of autocannon, k6 and oha', () => {
    expect(read.readAutocannon(printed('autocannon-mixed.json'))).toEqual({
      requests: 39_315 + 464 + 812,
      failed: 464 + 812,
      perSecond: (39_315 + 464) / 1.03,
    });
    expect(read.readK6(printed('k6-mixed.json'))).toEqual({
      requests: 18_760,
      failed: 219,
      perSecond: 18_755.7813183754,
    });
    expect(read.readOha(printed('oha-mixed.json'))).toEqual({
      requests: 51_570 + 608 + 1065,
      failed: 608 + 1065,
      perSecond: 53_134.046724366,
    });
  });

  it('is no number where it is none of the tool’s', () => {
    expect(read.readWrk('unable to connect').requests).toBeNaN();
    expect(read.readHey('flag provided but not defined').perSecond).toBeNaN();
  });
});

describe('the CPU of what a shell ran', () => {
  it('is that of its children, user and system', () => {
    const times = '0m0.010000s 0m0.020000s\n1m2.500000s 0m0.250000s\n';
    expect(read.readTimes(times)).toBeCloseTo(62.75, 9);
  });

  it('is no number without both lines', () => {
    expect(read.readTimes('0m0.010000s 0m0.020000s\n')).toBeNaN();
  });
});
