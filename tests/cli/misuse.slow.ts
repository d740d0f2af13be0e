import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../support/directory.ts';
import { serve } from '../support/http-server.ts';
import { run, start, type Program } from './program.ts';

const cwd = ownDirectory();
beforeAll(() => {
  writeFileSync(join(cwd, 'file'), '');
  writeFileSync(join(cwd, 'other.json'), '{"schema":"another.v1"}');
});

/** The arguments, and what the one message must hold: what was given, what is allowed. */
const misuses: readonly (readonly [string, ...string[]])[] = [
  ['lcoal', 'given "lcoal"', 'Did you mean local?'],
  ['--nope', 'given "--nope"', 'latency-lab help'],
  ['local --nope', 'given "--nope"', '--only'],
  ['local extra', 'given "extra"', 'no argument'],
  ['local --requests 0', '--requests: given 0', '1 to 1,000,000'],
  ['local --requests -1', '--requests: given -1', '1 to 1,000,000'],
  ['local --requests 1e12', '--requests: given 1000000000000', '1 to 1,000,000'],
  ['local --requests', '--requests: given nothing', '<N>'],
  ['local --rate 50', '--duration: given nothing', 'together with a rate'],
  ['local --rate 5001 --duration 5', '--rate: given 5001', '5,000'],
  ['local --duration 5', '--rate: given nothing', 'together with a duration'],
  ['local --concurrency 200', '--concurrency: given 200', '1 to 62', '64 functions'],
  ['local --only null --target null=http://127.0.0.1/', '--target: given "null"', 'no other target'],
  ['local --target a=http://127.0.0.1/ --header connection:x', '--header: given', 'connection'],
  ['local --rounds 51', '--rounds: given 51', '1 to 50'],
  ['local --memory 127', '--memory: given 127', '128 to 10,240'],
  ['local --memory 10241', '--memory: given 10241', '128 to 10,240'],
  ['local --only nowhere', '--only: given "nowhere"', 'node-dynamodb'],
  ['local --only null', '--only: given "null"', 'compares nothing'],
  ['local --target mine=http://example.com/', '--target: given', '--i-may-load-this'],
  ['local --payload x', '--target: given nothing', '--payload'],
  ['run --only ,', '--only: given ","', 'commas'],
  ['report none.json', 'FILE: given "none.json"', 'There is no such file'],
  ['targets --conform example.com', '--conform: given "example.com"', 'http://'],
  ['local --out file', '--out: given "file"', 'a directory that can be written'],
  ['local --out /proc/nothing', '--out: given "/proc/nothing"', 'a directory that can be written'],
  ['help lcoal', 'given "lcoal"', 'Did you mean local?'],
  ['complete nosh', 'shell: given "nosh"', 'bash'],
  ['canary', '--target: given "nothing"', 'node-dynamodb'],
  ['canary --target null', '--target: given "null"', 'node-dynamodb'],
  ['canary --target node-dynamo', '--target: given "node-dynamo"', 'Did you mean node-dynamodb?'],
  ['canary --target node-dynamodb --preference Canary1Percent', '--preference: given', 'AllAtOnce'],
  ['canary --target node-dynamodb --inject crash', '--inject: given "crash"', 'none, slow, errors'],
  ['canary --target node-dynamodb --slow-by 5', '--slow-by: given 5', '--inject slow'],
  ['canary --target node-dynamodb --minute 61', '--minute: given 61', '1 to 60'],
  ['canary --target node-dynamodb --deployment d-1', '--deployment: given "d-1"', '--stack'],
  ['canary --target x --stack s --inject slow', '--inject: given "slow"', 'without --stack'],
  ['canary --stack latency-lab', '--target: given "nothing"', 'registered target'],
  ['hit', 'URL: given nothing', 'http://'],
  ['hit example.com', 'URL: given "example.com"', 'with its scheme'],
  ['hit ftp://example.com/', 'URL: given "ftp://example.com/"', 'http://'],
  ['hit http://127.0.0.1/ 0', 'COUNT: given 0', '1 to 1,000,000'],
  ['hit http://127.0.0.1/ -1', 'COUNT: given -1', '1 to 1,000,000'],
  ['hit http://127.0.0.1/ 1e12', 'COUNT: given 1000000000000', '1 to 1,000,000'],
  ['diff none.json other.json', 'FILE: given "none.json"', 'There is no such file'],
  ['diff other.json other.json', 'FILE: given "other.json"', 'latency-lab.report.v3'],
];

describe('latency-lab', () => {
  it.each(misuses)('refuses `%s` with exit code 2 and one message', async (line, ...parts) => {
    const { code, stdout, stderr } = await run(line.split(' '), cwd);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    for (const part of parts) expect(stderr).toContain(part);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('has written nothing for all of that', () => {
    expect(readdirSync(cwd).sort()).toEqual(['file', 'other.json']);
    expect(existsSync('/proc/nothing')).toBe(false);
  });

  it.each([
    ...['--version', '-V', '-v', 'version', 'help', '--help', '-h', 'help local', 'help help'].map((line) => [
      line,
    ]),
    ...['local --help', 'local help', 'hit -h', 'help complete', ''].map((line) => [line]),
  ])('answers `%s` on stdout with exit code 0', async (line) => {
    const { code, stdout, stderr } = await run(line === '' ? [] : line.split(' '), cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('latency-lab');
  });
});

describe('completion', () => {
  it.each([
    ['lo', 'local'],
    ['local --conc', '--concurrency'],
    ['report --format h', 'html'],
    ['report reports/', 'reports/local-1'],
  ])('of `%s` knows %s', async (line, word) => {
    const place = ownDirectory();
    mkdirSync(join(place, 'reports/local-1'), { recursive: true });
    const { code, stdout } = await run(['complete', '--', ...line.split(' ')], place);
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.map((one) => one.split('\t')[0])).toContain(word);
    // A line without a description would be taken for a word.
    expect(lines.slice(0, -1).every((one) => one.includes('\t'))).toBe(true);
  });

  it('works in bash', async () => {
    const { stdout } = await run(['complete', 'bash'], cwd);
    // In place of what the package bash-completion brings, and of an installed program.
    const helpers = `
      _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cur=\${COMP_WORDS[COMP_CWORD]}; }
      compopt() { :; }
      latency-lab() { "${process.execPath}" "${join(__dirname, '../../bin/latency-lab.mjs')}" "$@"; }`;
    const use = 'COMP_WORDS=(latency-lab rep); COMP_CWORD=1; __latency_lab_complete; echo "${COMPREPLY[@]}"';
    const completed = execFileSync('bash', ['-c', `${helpers}\n${stdout}\n${use}`], {
      encoding: 'utf8',
      cwd,
    });
    expect(completed).toBe('report\n');
  });
});

describe('Ctrl-C', () => {
  const expectEndAtOnce = async ({ child, ended }: Program): Promise<void> => {
    const before = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(2_000);
  };

  it.each([
    ['report', ['report', 'fifo']],
    ['diff', ['diff', 'fifo', 'other.json']],
  ])('ends %s at once while it waits for its input', async (_, args) => {
    rmSync(join(cwd, 'fifo'), { force: true });
    execFileSync('mkfifo', [join(cwd, 'fifo')]);
    const program = start(args, cwd);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await expectEndAtOnce(program);
    rmSync(join(cwd, 'fifo'));
  });

  it('ends targets --conform at once while a server does not answer', async () => {
    const { server, origin, close } = await serve(() => undefined);
    const connected = once(server, 'connection');
    const program = start(['targets', '--conform', origin], cwd);
    await connected;
    await expectEndAtOnce(program);
    await close();
  });
});
