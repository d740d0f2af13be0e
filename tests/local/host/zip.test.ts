import { readZip } from '../../../src/local/host/zip.ts';
import { makeZip } from './zip-file.ts';

describe('readZip', () => {
  it('gives paths, kinds, permissions and bytes', () => {
    const zip = makeZip([
      { path: 'bin/', data: '', mode: 0o040755 },
      { path: 'bin/bootstrap', data: 'x'.repeat(100_000), mode: 0o100755 },
      { path: 'lib/link.so', data: 'link.so.1', mode: 0o120777 },
      { path: './plain', data: '', mode: 0 },
    ]);
    const entries = readZip(zip).map((entry) => [entry.path, entry.kind, entry.mode, entry.read().length]);
    expect(entries).toEqual([
      ['bin', 'directory', 0o755, 0],
      ['bin/bootstrap', 'file', 0o755, 100_000],
      ['lib/link.so', 'link', 0o777, 9],
      ['plain', 'file', 0o644, 0],
    ]);
  });

  it.each(['../up', '/etc/passwd', 'a/../../up', 'a\\b', ''])('refuses the path %j', (path) => {
    expect(() => readZip(makeZip([{ path, data: '' }]))).toThrow('unsafe path');
  });

  it('refuses what is no archive, is cut, or lies about sizes', () => {
    const zip = makeZip([{ path: 'a', data: 'hello hello hello' }]);
    expect(() => readZip(Buffer.from('no archive, but more than twenty-two bytes'))).toThrow(
      'not a zip archive',
    );
    expect(() => readZip(zip.subarray(0, 40))).toThrow('not a zip archive');
    const at = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const lying = Buffer.from(zip);
    lying.writeUInt32LE(5, at + 24);
    expect(() => readZip(lying)[0]?.read()).toThrow();
    const bomb = Buffer.from(zip);
    bomb.writeUInt32LE(300_000_000, at + 24);
    expect(() => readZip(bomb)).toThrow('unpacks to more than');
  });
});
