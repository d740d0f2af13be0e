import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { readLines } from '../../../src/local/host/function-process.ts';

const linesOf = async (...chunks: readonly Buffer[]): Promise<string[]> => {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, { onLine: (line) => lines.push(line), room: () => undefined });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return lines;
};

describe('readLines', () => {
  it('puts lines and characters together that arrive in pieces', async () => {
    const bytes = Buffer.from('ärger\r\n\nzwei\nthe last');
    const pieces = [...bytes].map((byte) => Buffer.of(byte));
    expect(await linesOf(...pieces)).toEqual(['ärger', '', 'zwei', 'the last']);
  });

  it('shows bytes that are no UTF-8 as U+FFFD, also where the output breaks off inside a character', async () => {
    expect(await linesOf(Buffer.of(0xff, 0x61, 0x0a, 0x62, 0xc3))).toEqual(['\ufffda', 'b\ufffd']);
    expect(await linesOf(Buffer.of(0xe2, 0x82))).toEqual(['\ufffd']);
  });

  it('cuts a line without end every 256 Ki characters', async () => {
    const lines = await linesOf(Buffer.alloc(256 * 1024 + 5, 'x'));
    expect(lines.map((line) => line.length)).toEqual([256 * 1024, 5]);
  });

  it('stops reading until there is room', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    let makeRoom = (): void => undefined;
    const room = new Promise<void>((resolve) => (makeRoom = resolve));
    readLines(stream, {
      onLine: (line) => lines.push(line),
      room: () => (lines.length === 1 ? room : undefined),
    });
    stream.write('one\n');
    await new Promise(setImmediate);
    stream.end('two\n');
    await new Promise(setImmediate);
    expect(lines).toEqual(['one']);
    makeRoom();
    await finished(stream);
    expect(lines).toEqual(['one', 'two']);
  });
});
