/**
 * HdrHistogram's V2 encoding: a 40 byte header, then counters as ZigZag LEB128 where a negative number -n stands for
 * n empty counters; deflated, behind a second header; base64 around it. Any HdrHistogram library reads it.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { InputError } from '../errors.ts';

const plainCookie = 0x1c849313;
const compressedCookie = 0x1c849314;
const headerBytes = 40;
const compressedHeaderBytes = 8;
/** 53 bits of a counter and the sign, 7 bits a byte. More bits than a number is exact with do not fit. */
const maxBytesPerCounter = 8;

const writeVarint = (out: Buffer, at: number, value: number): number => {
  let rest = value;
  let offset = at;
  while (rest >= 128) {
    out[offset++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  out[offset++] = rest;
  return offset;
};

const writeCounts = (counts: Float64Array, used: number, out: Buffer): number => {
  let offset = headerBytes;
  let empty = 0;
  for (let i = 0; i < used; i++) {
    const count = counts[i] ?? 0;
    if (count === 0) {
      empty++;
      continue;
    }
    if (empty > 0) offset = writeVarint(out, offset, empty * 2 - 1);
    empty = 0;
    offset = writeVarint(out, offset, count * 2);
  }
  return offset;
};

/** Encodes the first `used` counters, the last of which is not 0. */
export const encodeCounts = (counts: Float64Array, used: number): string => {
  const plain = Buffer.allocUnsafe(headerBytes + used * maxBytesPerCounter);
  const end = writeCounts(counts, used, plain);
  plain.writeInt32BE(plainCookie, 0);
  plain.writeInt32BE(end - headerBytes, 4);
  plain.writeInt32BE(0, 8); // normalising index offset: never shifted
  plain.writeInt32BE(significantDigits, 12);
  plain.writeBigInt64BE(1n, 16); // lowest discernible value
  plain.writeBigInt64BE(BigInt(highestTrackable), 24);
  plain.writeDoubleBE(1, 32); // integer to double ratio
  const deflated = deflateSync(plain.subarray(0, end));
  const head = Buffer.allocUnsafe(compressedHeaderBytes);
  head.writeInt32BE(compressedCookie, 0);
  head.writeInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
};

const refuseEncoding = (why: string): never => {
  throw new InputError(
    'histogram',
    why,
    'an HdrHistogram in V2 compressed base64 with 3 significant digits and unit 1',
  );
};

/** Offset and ratio are left unread: libraries differ in what they write there for a plain integer histogram. */
const unpack = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < compressedHeaderBytes || bytes.readInt32BE(0) !== compressedCookie) {
    return refuseEncoding('data with another cookie');
  }
  const length = bytes.readInt32BE(4);
  if (length !== bytes.length - compressedHeaderBytes) return refuseEncoding('data cut short');
  let plain: Buffer;
  try {
    plain = inflateSync(bytes.subarray(compressedHeaderBytes), {
      maxOutputLength: headerBytes + bucketCount * maxBytesPerCounter,
    });
  } catch {
    return refuseEncoding('data that does not inflate');
  }
  if (plain.length < headerBytes || plain.readInt32BE(0) !== plainCookie)
    return refuseEncoding('contents with another cookie');
  if (plain.readInt32BE(4) !== plain.length - headerBytes) return refuseEncoding('counters cut short');
  if (plain.readInt32BE(12) !== significantDigits)
    return refuseEncoding(`${plain.readInt32BE(12)} significant digits`);
  if (plain.readBigInt64BE(16) !== 1n) return refuseEncoding(`unit ${plain.readBigInt64BE(16)}`);
  return plain;
};

/**
 * Calls `visit(index, count)` for each counter that is not 0, in ascending order.
 * @throws InputError on anything that is not such an encoding, that counts values above an hour, or more than 2^53 of them.
 */
export const decodeCounts = (text: string, visit: (index: number, count: number) => void): void => {
  const plain = unpack(text);
  let index = 0;
  let offset = headerBytes;
  let total = 0;
  while (offset < plain.length) {
    const longest = offset + maxBytesPerCounter;
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      if (offset === longest) refuseEncoding('a counter above 2^53');
      byte = plain[offset++] ?? refuseEncoding('a counter cut short');
      value += (byte % 128) * scale;
      scale *= 128;
    } while (byte >= 128);
    if (value % 2 === 1) {
      index += (value + 1) / 2;
    } else {
      if (index >= bucketCount) refuseEncoding('values above one hour');
      total += value / 2;
      if (total > Number.MAX_SAFE_INTEGER) refuseEncoding('counters that add up to more than 2^53');
      if (value > 0) visit(index, value / 2);
      index++;
    }
  }
};

/**
 * The bucket layout of HdrHistogram (Gil Tene) for 3 significant digits and a unit of 1: values below 2,048 have a
 * bucket each; above, every doubling of the value is cut into 1,024 buckets, so a bucket is at most 0.1 % wide.
 */

export const significantDigits = 3;
/** Microseconds: one hour. It fits 32 bits without sign, which lets the index be computed by shifts. */
export const highestTrackable = 3_600_000_000;

const halfBits = 10;
const half = 1 << halfBits;

const bucketOf = (value: number): number => {
  const magnitude = 31 - Math.clz32(value) - halfBits;
  return magnitude < 0 ? 0 : magnitude;
};

/** Index of the counter for `value`, an integer from 0 to highestTrackable. */
export const indexOf = (value: number): number => {
  const bucket = bucketOf(value);
  return (bucket << halfBits) + (value >>> bucket);
};

const shiftOf = (index: number): number => Math.max(0, (index >>> halfBits) - 1);

/** The smallest value that is counted at `index`. */
export const lowestAt = (index: number): number => {
  const shift = shiftOf(index);
  return (index - shift * half) * 2 ** shift;
};

const widthAt = (index: number): number => 2 ** shiftOf(index);

/** The largest value that is counted at `index`: what HdrHistogram reports for a quantile. */
export const highestAt = (index: number): number => lowestAt(index) + widthAt(index) - 1;

/** The middle of the bucket, as HdrHistogram takes it for mean and standard deviation. */
export const medianAt = (index: number): number => lowestAt(index) + Math.floor(widthAt(index) / 2);

export const bucketCount = indexOf(highestTrackable) + 1;
