/** A process's output as lines. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface OutputDeps {
  readonly onLine: (line: string) => void;
  /** Resolves when there is room for more output again. */
  readonly room: () => Promise<void> | undefined;
}

/** Longest line kept in one piece, in characters; Lambda cuts at 256 KiB too. */
const maxLine = 256 * 1024;

/** Calls back per line. Bytes that are no UTF-8 become U+FFFD; the last line needs no end. */
export const readLines = (stream: Readable, deps: OutputDeps): void => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) deps.onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    while (rest.length > maxLine) {
      deps.onLine(rest.slice(0, maxLine));
      rest = rest.slice(maxLine);
    }
    const room = deps.room();
    if (room === undefined) return;
    stream.pause();
    void room.then(() => stream.resume());
  });
  stream.on('end', () => {
    rest += decoder.end();
    if (rest !== '') deps.onLine(rest);
  });
  stream.on('error', () => undefined);
};
