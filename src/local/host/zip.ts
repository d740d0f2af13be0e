/** Reads a zip archive that is wholly in memory: what deployment packages use (stored or deflated, no zip64, no encryption). */
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Relative, with `/` between parts and never leading out of the archive. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  /** Unix permission bits; 0o644 where the archive was not made on Unix. */
  readonly mode: number;
  /** The file's bytes or the link's target. */
  read(): Buffer;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
/** Lambda's limit for an unpacked package with its layers, in bytes. */
export const maxUnpackedBytes = 262_144_000;

const findEnd = (zip: Buffer): number => {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at--)
    if (zip.readUInt32LE(at) === endSignature) return at;
  throw new Error('not a zip archive: no end record');
};

const safePath = (path: string): string => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (
    path.startsWith('/') ||
    path.includes('\\') ||
    path.includes('\0') ||
    parts.includes('..') ||
    parts.length === 0
  )
    throw new Error(`the archive holds the unsafe path "${path}"`);
  return parts.join('/');
};

const kindOf = (unixMode: number, path: string): ZipEntry['kind'] => {
  if ((unixMode & 0o170000) === 0o120000) return 'link';
  return path.endsWith('/') ? 'directory' : 'file';
};

/**
 * The entries in the archive's order.
 * @throws Error where the bytes are no such archive, a path leads out of it or it unpacks to more than 250 MiB
 */
export const readZip = (zip: Buffer): ZipEntry[] => {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let unpacked = 0;
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || zip.readUInt32LE(at) !== entrySignature)
      throw new Error('the archive has a bad directory');
    const madeOnUnix = zip[at + 5] === 3;
    const flags = zip.readUInt16LE(at + 8);
    const method = zip.readUInt16LE(at + 10);
    const packedSize = zip.readUInt32LE(at + 20);
    const size = zip.readUInt32LE(at + 24);
    const nameLength = zip.readUInt16LE(at + 28);
    const unixMode = madeOnUnix ? zip.readUInt16LE(at + 40) : 0;
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    unpacked += size;
    if (unpacked > maxUnpackedBytes)
      throw new Error(`the archive unpacks to more than ${maxUnpackedBytes} bytes`);
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
      throw new Error(`cannot unpack "${name}": method ${method}`);
    const read = (): Buffer => {
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const packed = zip.subarray(start, start + packedSize);
      const data = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
      if (data.length !== size) throw new Error(`"${name}" is damaged`);
      return data;
    };
    const mode = unixMode & 0o777;
    entries.push({
      path: safePath(name),
      kind: kindOf(unixMode, name),
      mode: mode === 0 ? 0o644 : mode,
      read,
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
};
