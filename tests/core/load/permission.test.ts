import { InputError } from '../../../src/core/errors.ts';
import { isLoopback, requirePermission } from '../../../src/core/load/permission.ts';
import { parseLoad } from '../../../src/core/schema/load.ts';

describe('isLoopback', () => {
  it.each([
    ['http://127.1.2.3/', true],
    ['http://[::1]/', true],
    ['http://a.localhost/', true],
    ['http://127.0.0.1.example.com/', false],
    ['http://localhost.example.com/', false],
    ['http://10.0.0.1/', false],
  ])('%s: %s', (url, expected) => {
    expect(isLoopback(url)).toBe(expected);
  });
});

describe('requirePermission', () => {
  const foreign = 'https://example.com/hits';
  const open = (rate: number) => parseLoad({ rate, durationSeconds: 10 });

  it.each([
    ['any load on this machine', 'http://x.localhost:1/', parseLoad({ concurrency: 100 }), false],
    ['10 requests/s elsewhere', foreign, open(10), false],
    ['any load elsewhere with permission', foreign, open(5000), true],
  ])('lets %s pass', (_, url, load, allowed) => {
    expect(() => {
      requirePermission(url, load, allowed);
    }).not.toThrow();
  });

  it.each([
    ['11 requests/s', open(11)],
    ['a closed load, which has no bound,', parseLoad({})],
  ])('refuses %s elsewhere and names the flag', (_, load) => {
    const attempt = (): void => {
      requirePermission(foreign, load, false);
    };
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(/example\.com.*--i-may-load-this/);
  });
});
