#!/usr/bin/env node
/**
 * Tells whether a program can run on provided.al2023: `check-binary.mjs FILE x86_64|arm64`.
 * Prints what it found; ends with 1 where the program needs a newer glibc than Amazon Linux 2023 has, a library that is
 * not there, or another CPU.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Amazon Linux 2023's. */
const newestGlibc = [2, 34];
/** What its smallest image has for certain. */
const libraries = /^(libc|libm|libdl|libpthread|librt)\.so\.\d+$|^libgcc_s\.so\.1$|^ld-linux[-\w]*\.so\.\d+$/;
/** @type {Readonly<Record<number, string>>} */
const machines = { 62: 'x86_64', 183: 'arm64' };

const sectionTypes = { dynamic: 6, versionNeeds: 0x6ffffffe };
const neededTag = 1n;

/**
 * What a 64-bit little-endian ELF file asks of the system it runs on.
 * @param {Buffer} file
 * @returns {{ machine: string, needed: string[], versions: string[] }} `needed`: shared libraries, none in a static
 *   program; `versions`: of their symbols, as in `GLIBC_2.34`
 * @throws {Error} where it is no such file
 */
export const readBinary = (file) => {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    throw new Error('not a 64-bit little-endian ELF file');
  const machine = file.readUInt16LE(18);
  const [start, size, count] = [
    Number(file.readBigUInt64LE(40)),
    file.readUInt16LE(58),
    file.readUInt16LE(60),
  ];
  const sections = Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    const [offset, length] = [Number(file.readBigUInt64LE(at + 24)), Number(file.readBigUInt64LE(at + 32))];
    return { type: file.readUInt32LE(at + 4), offset, length, link: file.readUInt32LE(at + 40) };
  });
  /** @param {number} type */
  const find = (type) => sections.find((section) => section.type === type);
  /** @param {{ link: number }} section @param {number} at */
  const text = (section, at) => {
    const from = (sections[section.link]?.offset ?? 0) + at;
    return file.toString('latin1', from, file.indexOf(0, from));
  };

  const needed = [];
  const dynamic = find(sectionTypes.dynamic);
  for (let at = 0; dynamic !== undefined && at < dynamic.length; at += 16) {
    const tag = file.readBigUInt64LE(dynamic.offset + at);
    if (tag === neededTag) needed.push(text(dynamic, Number(file.readBigUInt64LE(dynamic.offset + at + 8))));
  }

  const versions = [];
  const needs = find(sectionTypes.versionNeeds);
  for (let at = needs?.offset ?? 0, next = 1; needs !== undefined && next !== 0; at += next) {
    next = file.readUInt32LE(at + 12);
    let entry = at + file.readUInt32LE(at + 8);
    for (let left = file.readUInt16LE(at + 2); left > 0; left -= 1) {
      versions.push(text(needs, file.readUInt32LE(entry + 8)));
      entry += file.readUInt32LE(entry + 12);
    }
  }
  return { machine: machines[machine] ?? `machine ${machine}`, needed, versions };
};

/** @param {string} version */
const isTooNew = (version) => {
  const match = /^GLIBC_(\d+)\.(\d+)/.exec(version);
  if (match === null) return version.startsWith('GLIBC_'); // GLIBC_PRIVATE: tied to one build of glibc
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > (newestGlibc[0] ?? 0) || (major === newestGlibc[0] && minor > (newestGlibc[1] ?? 0));
};

/**
 * What keeps a program from running on provided.al2023, in words; empty where nothing does.
 * @param {ReturnType<typeof readBinary>} binary @param {string} arch
 */
export const obstacles = ({ machine, needed, versions }, arch) => [
  ...(machine === arch ? [] : [`it is for ${machine}, not for ${arch}`]),
  ...needed.filter((name) => !libraries.test(name)).map((name) => `it needs ${name}`),
  ...versions
    .filter(isTooNew)
    .map((version) => `it needs ${version}, Amazon Linux 2023 has glibc ${newestGlibc.join('.')}`),
];

const main = () => {
  const [file, arch] = argv.slice(2);
  if (file === undefined || (arch !== 'x86_64' && arch !== 'arm64')) {
    stderr.write('usage: check-binary.mjs FILE x86_64|arm64\n');
    return 2;
  }
  const binary = readBinary(readFileSync(file));
  const found = obstacles(binary, arch);
  for (const obstacle of found) stderr.write(`${file} cannot run on provided.al2023: ${obstacle}\n`);
  if (found.length > 0) return 1;
  const how = binary.needed.length === 0 ? 'static' : `needs ${binary.needed.join(', ')}`;
  stdout.write(`${file} runs on provided.al2023 (${arch}, ${how})\n`);
  return 0;
};

if (argv[1] !== undefined && realpathSync(argv[1]) === fileURLToPath(import.meta.url)) exit(main());
