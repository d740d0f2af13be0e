import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { swallowedByNpm, textAskedFor } from '../../bin/before-setup.mjs';
import { helpTexts } from '../../src/cli/program.ts';
import { root } from '../local/fixtures/bundle.ts';

const file = join(root, 'bin', 'help.json');

it('bin/help.json holds the help of the program (WRITE_HELP=1 writes it anew)', async () => {
  const texts = await helpTexts();
  if (process.env['WRITE_HELP'] !== undefined) writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(texts);
});

describe('textAskedFor', () => {
  const texts = { '': 'overview', local: 'about local', hit: 'about hit' };
  const of = (line: string) => textAskedFor(line.split(' ').filter(Boolean), texts, '1.2.3');

  it.each([
    ...['', 'help', '--help', '-h'].map((line) => [line, 'overview']),
    ...['help local', 'local --help', 'local -h', 'local help', 'local --only x --help'].map((line) => [
      line,
      'about local',
    ]),
    ...['version', '--version', '-V', '-v'].map((line) => [line, 'latency-lab 1.2.3\n']),
  ])('answers "%s"', (line, text) => {
    expect(of(line)).toBe(text);
  });

  it.each(['local', 'help lcoal', 'lcoal --help', 'hit help 3', 'help local x'])(
    'leaves "%s" alone',
    (line) => {
      expect(of(line)).toBeUndefined();
    },
  );
});

describe('swallowedByNpm', () => {
  const options =
    '  --only <IDS>  these\n  -y, --yes  without asking\n  --no-open  do not\n  --memory-mb <N>  size\n';
  const texts = { local: options, down: options };
  const script = (name: string, more: object = {}) => ({ npm_lifecycle_event: name, ...more });
  const log = (...argv: string[]) =>
    `9 verbose title npm run\n10 verbose argv ${argv.map((word) => JSON.stringify(word)).join(' ')}\n`;
  const local = 'npm run local --';
  const down = 'npm run latency-lab -- down x';

  it.each([
    ['local', ['local'], log('run', 'local', '--only', 'a,b'), '--only=a,b', local],
    ['local', ['local', 'x'], log('run', '--no-open', 'local', 'x'), '--no-open', `${local} x`],
    [
      'latency-lab',
      ['down', 'x'],
      log('run', 'latency-lab', 'down', 'x', '--yes', '--memory-mb', '512'),
      '--yes --memory-mb=512',
      down,
    ],
  ])('names what npm took from `%s`, by its log', (name, args, said, flags, right) => {
    expect(swallowedByNpm(args, script(name), texts, said)).toBe(
      `npm took ${flags} for its own. With -- before it: ${right} ${flags}`,
    );
  });

  it('goes by the variables where npm keeps no log', () => {
    const env = script('latency-lab', { npm_config_yes: 'true', npm_config_memory_mb: '512' });
    expect(swallowedByNpm(['down', 'x'], env, texts, '')).toContain(`${down} --yes --memory-mb=512`);
  });

  it.each([
    ['npm did not start it', {}, log('run', 'local', '--only', 'a')],
    ['another script started it', script('test', { npm_config_only: 'a' }), ''],
    ['-- stood before the flag', script('local'), log('run', 'local', '--', '--only', 'a')],
    ["it is a setting of npm's own", script('local', { npm_config_yes: 'true' }), log('run', 'local')],
  ])('finds nothing where %s', (_why, env, said) => {
    expect(swallowedByNpm(['local'], env, texts, said)).toBeUndefined();
  });
});
