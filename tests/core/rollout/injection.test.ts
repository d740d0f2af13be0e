import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeInjection, type Injection, wrapperOf } from '../../../src/core/rollout/injection.ts';
import { ownDirectory } from '../../support/directory.ts';

const directory = ownDirectory();
const injection = (given: Partial<Injection>): Injection => ({
  ...{ kind: 'none', slowByMs: 40, errorShare: 1, afterSeconds: 0 },
  ...given,
});

/** Calls the wrapped handler in a process of its own; prints its answer and how long it took. */
const callNode = (given: Partial<Injection>): { answer?: string; ms: number; error?: string } => {
  const { fileName, text, handler } = wrapperOf(injection(given), {
    runtime: 'nodejs24.x',
    handler: 'app.handler',
  });
  writeFileSync(join(directory, 'app.mjs'), `export const handler = async (event) => 'answer to ' + event;`);
  writeFileSync(join(directory, fileName), text);
  expect(handler).toBe(`${fileName.replace('.mjs', '')}.handler`);
  const script = `const { handler } = await import('./${fileName}'); const t = performance.now();
    const done = (more) => console.log(JSON.stringify({ ms: performance.now() - t, ...more }));
    handler('this').then((answer) => done({ answer }), ({ message: error }) => done({ error }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: directory });
  return JSON.parse(output.toString()) as ReturnType<typeof callNode>;
};

const python = `
import importlib, json, sys, time
handler = importlib.import_module(sys.argv[1]).handler
start = time.monotonic()
try:
    done = {"answer": handler("this", None)}
except RuntimeError as error:
    done = {"error": str(error)}
print(json.dumps({"ms": (time.monotonic() - start) * 1000, **done}))
`;
const callPython = (given: Partial<Injection>): ReturnType<typeof callNode> => {
  const { fileName, text } = wrapperOf(injection(given), { runtime: 'python3.13', handler: 'app.handler' });
  writeFileSync(join(directory, 'app.py'), `def handler(event, context):\n    return "answer to " + event\n`);
  writeFileSync(join(directory, fileName), text);
  const output = execFileSync('python3', ['-c', python, fileName.replace('.py', '')], { cwd: directory });
  return JSON.parse(output.toString()) as ReturnType<typeof callNode>;
};

describe.each([
  ['Node', callNode],
  ['Python', callPython],
])('around a handler of %s', (_, call) => {
  it('answers later by the time that was asked for', () => {
    const { answer, ms } = call({ kind: 'slow' });
    expect(answer).toBe('answer to this');
    expect(ms).toBeGreaterThanOrEqual(39);
  });

  it('ends with an error as often as was asked for', () => {
    expect(call({ kind: 'errors' }).error).toBe('injected');
    expect(call({ kind: 'errors', errorShare: 0 }).answer).toBe('answer to this');
  });

  it('is well until its time has come', () => {
    expect(call({ kind: 'errors', afterSeconds: 60 }).answer).toBe('answer to this');
  });
});

describe('wrapperOf', () => {
  it('refuses a runtime without modules, by the option’s name', () => {
    expect(() =>
      wrapperOf(injection({ kind: 'slow' }), { runtime: 'provided.al2023', handler: 'bootstrap' }),
    ).toThrow(/--inject.*slow.*provided\.al2023/s);
  });
});

describe('describeInjection', () => {
  it('says what is done to the new version, and from when on', () => {
    expect(describeInjection(injection({}))).toBeUndefined();
    expect(describeInjection(injection({ kind: 'slow' }))).toBe('each answer comes 40 ms later');
    expect(describeInjection(injection({ kind: 'errors', errorShare: 0.02, afterSeconds: 60 }))).toBe(
      '2 % of the invocations end with an error, from 60 s after a process’s first request on',
    );
  });
});
