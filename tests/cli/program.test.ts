import { defineCommand } from '../../src/cli/command.ts';
import { number } from '../../src/cli/options.ts';
import { helpTexts, spelled } from '../../src/cli/program.ts';

describe('helpTexts', () => {
  let texts: Readonly<Record<string, string>>;
  beforeAll(async () => {
    texts = await helpTexts();
  });

  it('names every command and the exit codes in the overview', () => {
    for (const name of Object.keys(texts)) expect(texts['']).toContain(name);
    expect(texts['']).toMatch(/hit +Calls a URL/);
    expect(texts['']).toContain('130');
  });

  it("lists a command's arguments, options and examples", () => {
    expect(texts['hit']).toContain('Usage: latency-lab hit [options] <URL> [COUNT]');
    expect(texts['hit']).toMatch(/COUNT +how many requests/);
    expect(texts['hit']).toMatch(/--from <FUNCTION> +send from inside/);
    expect(texts['hit']).toMatch(/--json +print/);
    expect(texts['hit']).toContain('\nExamples:\n  latency-lab hit http');
  });

  it('keeps every line but those to be copied within 80 columns, wrapped below their own column', () => {
    for (const text of Object.values(texts)) {
      const lines = text.split('\n').filter((line) => !/^  latency-lab|^Exit codes/.test(line));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    }
    expect(texts['local']).toMatch(
      /\n  --concurrency <N> +connections .*\n {28}default 1: N in succession\n/,
    );
  });
});

describe('spelled', () => {
  it.each([
    ['', 'help'],
    ['help run', 'help run'],
    ['run help', 'help run'],
    ['version', '--version'],
    ['-v', '--version'],
    ['hit help 3', 'hit help 3'],
  ])('takes `%s` for `%s`', (given, meant) => {
    expect(spelled(given === '' ? [] : given.split(' ')).join(' ')).toBe(meant);
  });
});

describe('defineCommand', () => {
  it('refuses a declaration whose value would never arrive', () => {
    const build = defineCommand({
      ...{ name: 'demo', summary: '', options: { max: number('--max-p50 <N>', '') } },
      run: () => Promise.resolve(0),
    });
    expect(() => build(() => Promise.resolve())).toThrow('--max-p50 <N> is declared as max');
  });
});
