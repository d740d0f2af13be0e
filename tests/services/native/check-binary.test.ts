import { obstacles, readBinary } from '../../../src/services/check-binary.mjs';

/** What the parser reads of an ELF file, and nothing else: header, sections, one needed library, its versions. */
const elf = (machine: number, library?: string, versions: readonly string[] = []): Buffer => {
  const names = ['', ...(library === undefined ? [] : [library]), ...versions];
  const at = names.map((_, i) => names.slice(0, i).reduce((sum, name) => sum + name.length + 1, 0));
  const strings = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const dynamic = Buffer.alloc(32);
  dynamic.writeBigUInt64LE(1n, 0);
  dynamic.writeBigUInt64LE(BigInt(at[1] ?? 0), 8);
  const needs = Buffer.alloc(16 + 16 * versions.length);
  needs.writeUInt16LE(versions.length, 2);
  needs.writeUInt32LE(16, 8);
  versions.forEach((_, i) => {
    needs.writeUInt32LE(at[i + 2] ?? 0, 16 + 16 * i + 8);
    needs.writeUInt32LE(16, 16 + 16 * i + 12);
  });

  const parts = [
    { type: 3, body: strings },
    ...(library === undefined ? [] : [{ type: 6, body: dynamic }]),
    ...(versions.length === 0 ? [] : [{ type: 0x6ffffffe, body: needs }]),
  ];
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeUInt16LE(machine, 18);
  header.writeBigUInt64LE(64n, 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(parts.length, 60);
  const table = Buffer.alloc(64 * parts.length);
  let offset = 64 + table.length;
  parts.forEach(({ type, body }, i) => {
    table.writeUInt32LE(type, 64 * i + 4);
    table.writeBigUInt64LE(BigInt(offset), 64 * i + 24);
    table.writeBigUInt64LE(BigInt(body.length), 64 * i + 32);
    offset += body.length;
  });
  return Buffer.concat([header, table, ...parts.map(({ body }) => body)]);
};
const x86 = 62;
const arm = 183;

describe('readBinary', () => {
  it('reads machine, needed library and all of its versions', () => {
    expect(readBinary(elf(x86, 'libc.so.6', ['GLIBC_2.2.5', 'GLIBC_2.34']))).toEqual({
      machine: 'x86_64',
      needed: ['libc.so.6'],
      versions: ['GLIBC_2.2.5', 'GLIBC_2.34'],
    });
  });

  it('finds nothing needed in a static program', () => {
    expect(readBinary(elf(arm))).toEqual({ machine: 'arm64', needed: [], versions: [] });
  });

  it.each([
    ['a script', Buffer.from('#!/bin/sh\n'.repeat(10))],
    ['an empty file', Buffer.alloc(0)],
  ])('refuses %s', (_what, file) => {
    expect(() => readBinary(file)).toThrow('not a 64-bit little-endian ELF file');
  });
});

describe('obstacles', () => {
  const of = (...file: Parameters<typeof elf>) => obstacles(readBinary(elf(...file)), 'x86_64');

  it('finds none in a static program and in one for glibc 2.34', () => {
    expect(of(x86)).toEqual([]);
    expect(of(x86, 'libc.so.6', ['GLIBC_2.34', 'GLIBC_2.9'])).toEqual([]);
  });

  const cases: readonly [string, Parameters<typeof elf>, string][] = [
    ['another CPU', [arm], 'it is for arm64, not for x86_64'],
    [
      'a newer glibc',
      [x86, 'libc.so.6', ['GLIBC_2.35']],
      'it needs GLIBC_2.35, Amazon Linux 2023 has glibc 2.34',
    ],
    [
      'a private glibc',
      [x86, 'libc.so.6', ['GLIBC_PRIVATE']],
      'it needs GLIBC_PRIVATE, Amazon Linux 2023 has glibc 2.34',
    ],
    ['a library that is not there', [x86, 'libcurl.so.4'], 'it needs libcurl.so.4'],
  ];
  it.each(cases)('names %s', (_what, file, expected) => {
    expect(of(...file)).toEqual([expected]);
  });
});
