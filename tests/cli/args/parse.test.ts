import { InputError } from '../../../src/core/errors.ts';
import {
  choiceFlag,
  durationFlag,
  listFlag,
  numberFlag,
  percentFlag,
  repeatedFlag,
  switchFlag,
  textFlag,
} from '../../../src/cli/args/flags.ts';
import { parseArguments } from '../../../src/cli/args/parse.ts';

const declaration = {
  name: 'demo',
  positionals: [
    { name: 'URL', required: true, help: 'an address' },
    { name: 'COUNT', required: false, help: 'a count' },
  ],
  flags: {
    only: listFlag('A,B', ''),
    requests: numberFlag('N', ''),
    duration: durationFlag(''),
    limit: percentFlag(''),
    format: choiceFlag(['json', 'table'], ''),
    header: repeatedFlag('H', ''),
    out: textFlag('DIR', ''),
    keep: switchFlag(''),
  },
};

const parse = (...words: string[]) => parseArguments(['u', ...words], declaration).values;
const fault = (...words: string[]): InputError => {
  try {
    parseArguments(words, declaration);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('parseArguments', () => {
  it('gives every flag its empty value when nothing is given', () => {
    expect(parse()).toEqual({
      only: undefined,
      requests: undefined,
      duration: undefined,
      limit: undefined,
      format: undefined,
      header: [],
      out: undefined,
      keep: false,
    });
  });

  it('reads values behind a space and behind an equals sign alike', () => {
    expect(parse('--requests', '30').requests).toBe(30);
    expect(parse('--requests=30').requests).toBe(30);
    expect(parse('--out=a=b').out).toBe('a=b');
  });

  it('takes flags before, between and after the arguments', () => {
    const parsed = parseArguments(['--keep', 'u', '--requests', '3', '7'], declaration);
    expect(parsed.positionals).toEqual(['u', '7']);
    expect(parsed.values).toMatchObject({ keep: true, requests: 3 });
  });

  it('takes everything after -- as an argument', () => {
    expect(parseArguments(['--', '--keep'], declaration).positionals).toEqual(['--keep']);
  });

  it('takes a negative number as a value, so that its own check can refuse it', () => {
    expect(parse('--requests', '-1').requests).toBe(-1);
    expect(parseArguments(['u', '-1'], declaration).positionals).toEqual(['u', '-1']);
  });

  it('collects lists over repetitions, each name once', () => {
    expect(parse('--only', 'a,b', '--only', 'b, c').only).toEqual(['a', 'b', 'c']);
    expect(parse('--header', 'a: 1,2', '--header', 'b: 3').header).toEqual(['a: 1,2', 'b: 3']);
  });

  it.each([
    ['30', 30],
    ['30s', 30],
    ['500ms', 0.5],
    ['1.5m', 90],
    ['2h', 7200],
  ])('reads the duration %s as %d seconds', (text, seconds) => {
    expect(parse('--duration', text).duration).toBeCloseTo(seconds, 9);
  });

  it('reads a percentage with and without its sign', () => {
    expect([parse('--limit', '10%').limit, parse('--limit', '2.5').limit]).toEqual([10, 2.5]);
  });

  it('suggests the flag that was probably meant', () => {
    expect(fault('u', '--reqests', '3').message).toContain('Did you mean --requests?');
    expect(fault('u', '-k').message).toContain('--only, --requests');
  });

  it('refuses names that every object has', () => {
    expect(fault('u', '--constructor').given).toBe('--constructor');
  });

  it.each([
    [['u', '--requests', 'many'], '--requests'],
    [['u', '--requests', ''], '--requests'],
    [['u', '--requests', '0x10'], '--requests'],
    [['u', '--duration', '5 parsecs'], '--duration'],
    [['u', '--limit', '-5%'], '--limit'],
    [['u', '--format', 'xml'], '--format'],
    [['u', '--only', 'a,,b'], '--only'],
    [['u', '--out', ''], '--out'],
    [['u', '--keep=yes'], '--keep'],
    [['u', '--requests', '1', '--requests', '2'], '--requests'],
    [['u', '--requests'], '--requests'],
    [['u', '--requests', '--keep'], '--requests'],
    [[], 'URL'],
    [['u', '3', 'extra'], 'latency-lab demo'],
  ])('refuses %j and names %s', (words, field) => {
    const error = fault(...words);
    expect(error.field).toBe(field);
    expect(error.exitCode).toBe(2);
  });
});
