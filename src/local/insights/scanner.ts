/** Reads a query's text piece by piece; what a slash means depends on where it stands, so there is no list of tokens beforehand. */
import { MalformedQueryError } from './query.ts';

const blank = /(?:\s|#[^\n]*)*/y;
const word = /@?[A-Za-z_][\w.]*|`[^`]+`/y;
const numeral = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const unit = /(ms|[smhdw])(?![\w.])/y;
const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const regex = /\/((?:[^/\\\n]|\\.)+)\/([im]*)/y;

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.skip(blank);
  }

  get position(): number {
    return this.#at;
  }

  get ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** What was read since `from`, as it was written. */
  since(from: number): string {
    return this.#text.slice(from, this.#at).trim();
  }

  fail(expected: string): never {
    const next = this.#text.slice(this.#at, this.#at + 30);
    const found = next === '' ? 'the end of the query' : JSON.stringify(next);
    throw new MalformedQueryError(`expected ${expected} at character ${this.#at}, found ${found}`);
  }

  skip(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    if (pattern !== blank) this.skip(blank);
    return match;
  }

  /** A sign, if it is next. */
  sign<S extends string>(...signs: readonly S[]): S | undefined {
    const found = signs.find((sign) => this.#text.startsWith(sign, this.#at));
    if (found === undefined) return undefined;
    this.#at += found.length;
    this.skip(blank);
    return found;
  }

  require(sign: string): void {
    if (this.sign(sign) === undefined) this.fail(`"${sign}"`);
  }

  /** A word of the language, in upper or lower case, if it is next. */
  keyword<K extends string>(...words: readonly K[]): K | undefined {
    const before = this.#at;
    const given = this.skip(word)?.[0].toLowerCase();
    const found = words.find((one) => one === given);
    if (found === undefined) this.#at = before;
    return found;
  }

  name(): string | undefined {
    return this.skip(word)?.[0].replaceAll('`', '');
  }

  number(): number | undefined {
    const match = this.skip(numeral);
    return match && Number(match[0]);
  }

  /** Milliseconds of `5m`; undefined where what is next is no number with a unit. */
  period(): number | undefined {
    const before = this.#at;
    numeral.lastIndex = before;
    const count = numeral.exec(this.#text);
    unit.lastIndex = numeral.lastIndex;
    const found = count && unit.exec(this.#text);
    if (found === null) return undefined;
    this.#at = unit.lastIndex;
    this.skip(blank);
    return Number(count?.[0]) * (unitMs[found[1] ?? ''] ?? NaN);
  }

  text(): string | undefined {
    const match = this.skip(quoted);
    return match && (match[1] ?? match[2] ?? '').replace(/\\(["'\\])/g, '$1');
  }

  regex(): RegExp | undefined {
    const match = this.skip(regex);
    if (match === undefined) return undefined;
    const [, source = '', flags = ''] = match;
    const ignoreCase = source.startsWith('(?i)');
    try {
      return new RegExp(source.replace(/^\(\?i\)/, ''), ignoreCase ? `${flags.replace('i', '')}i` : flags);
    } catch {
      throw new MalformedQueryError(`/${source}/ is not a regular expression`);
    }
  }
}
