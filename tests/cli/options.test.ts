import { Argument } from 'commander';
import {
  choice,
  duration,
  list,
  nearest,
  number,
  percent,
  repeated,
  text,
  toggle,
} from '../../src/cli/options.ts';
import { inputErrorOf } from '../support/errors.ts';
import { parse as parseAs } from './parse.ts';

const options = {
  only: list('--only <A,B>', ''),
  requests: number('--requests <N>', ''),
  duration: duration('--duration <TIME>', ''),
  limit: percent('--limit <PERCENT>', ''),
  format: choice('--format <FORMAT>', ['json', 'table'], ''),
  header: repeated('--header <H>', ''),
  out: text('--out <DIR>', ''),
  keep: toggle('--keep', ''),
};
const positionals = [new Argument('<URL>', 'an address'), new Argument('[COUNT]', 'a count')];

const parseAll = (...words: string[]) => parseAs(words, options, positionals);
const parse = (...words: string[]) => parseAll('u', ...words).values;
const fault = (...words: string[]) => inputErrorOf(() => parseAll(...words));

describe('a command line', () => {
  it('gives no value to an option that was not given', () => {
    expect(parse()).toEqual({});
  });

  it('reads values behind a space and behind an equals sign alike', () => {
    expect(parse('--requests', '30').requests).toBe(30);
    expect(parse('--requests=30').requests).toBe(30);
    expect(parse('--out=a=b').out).toBe('a=b');
  });

  it('takes flags before, between and after the arguments', () => {
    const parsed = parseAll('--keep', 'u', '--requests', '3', '7');
    expect(parsed.words).toEqual(['u', '7']);
    expect(parsed.values).toMatchObject({ keep: true, requests: 3 });
  });

  it('takes everything after -- as an argument', () => {
    expect(parseAll('--', '--keep').words).toEqual(['--keep', undefined]);
  });

  it('takes a negative number as a value, so that its own check can refuse it', () => {
    expect(parse('--requests', '-1').requests).toBe(-1);
    expect(parseAll('u', '-1').words).toEqual(['u', '-1']);
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

  it('reads a percentage with and without its sign, as a share', () => {
    expect([parse('--limit', '10%').limit, parse('--limit', '2.5').limit]).toEqual([0.1, 0.025]);
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

describe('nearest', () => {
  const known = ['local', 'hit', 'report', 'node-dynamodb', 'python-dynamodb'];

  it.each([
    ['lcoal', 'local'],
    ['reprot', 'report'],
    ['node-dynamo', 'node-dynamodb'],
    ['hitt', 'hit'],
  ])('finds what %s was meant to be', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it('stays silent when nothing is near', () => {
    expect(nearest('kubernetes', known)).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
  });
});
