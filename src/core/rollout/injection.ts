/** What is done on purpose to the new version of a function, so that a rollout has something to find: a module around its handler. */
import { InputError } from '../errors.ts';

export const injections = ['none', 'slow', 'errors'] as const;

export interface Injection {
  readonly kind: (typeof injections)[number];
  /** `slow`: milliseconds by which each answer comes later. */
  readonly slowByMs: number;
  /** `errors`: of the invocations, the share that ends with an error. */
  readonly errorShare: number;
  /** After a process's first invocation, for as long as it is well. */
  readonly afterSeconds: number;
}

/** A file beside a function's own, and the handler that it has. */
export interface Wrapper {
  readonly fileName: string;
  readonly handler: string;
  readonly text: string;
}

const moduleName = 'latency_lab_injection';

const nodeText = (file: string, name: string, { kind, slowByMs, errorShare, afterSeconds }: Injection) => `
import { ${name} as original } from './${file}';
let since;
export const handler = async (event, context) => {
  since ??= Date.now();
  const isOn = Date.now() - since >= ${afterSeconds * 1000};
  if (isOn && ${kind === 'errors'} && Math.random() < ${errorShare}) throw new Error('injected');
  const answer = await original(event, context);
  if (isOn && ${kind === 'slow'}) await new Promise((resolve) => setTimeout(resolve, ${slowByMs}));
  return answer;
};
`;

const pythonText = (file: string, name: string, { kind, slowByMs, errorShare, afterSeconds }: Injection) => `
import random
import time
from ${file} import ${name} as original

since = None


def handler(event, context):
    global since
    since = since or time.monotonic()
    is_on = time.monotonic() - since >= ${afterSeconds}
    if is_on and ${kind === 'errors' ? 'True' : 'False'} and random.random() < ${errorShare}:
        raise RuntimeError("injected")
    answer = original(event, context)
    if is_on and ${kind === 'slow' ? 'True' : 'False'}:
        time.sleep(${slowByMs / 1000})
    return answer
`;

/**
 * A process counts `afterSeconds` from its own first invocation, since no process knows when the rollout began.
 * @throws InputError for a runtime that has no module to put around a handler
 */
export const wrapperOf = (
  injection: Injection,
  { runtime, handler }: { readonly runtime: string; readonly handler: string },
): Wrapper => {
  const [file = '', name = ''] = handler.split(/\.(?=[^.]*$)/);
  if (runtime.startsWith('nodejs'))
    return {
      fileName: `${moduleName}.mjs`,
      handler: `${moduleName}.handler`,
      text: nodeText(`${file}.mjs`, name, injection),
    };
  if (runtime.startsWith('python'))
    return {
      fileName: `${moduleName}.py`,
      handler: `${moduleName}.handler`,
      text: pythonText(file.replaceAll('/', '.'), name, injection),
    };
  throw new InputError(
    '--inject',
    injection.kind,
    `none for a function of runtime ${runtime}`,
    'slow and errors are put around the handlers of Node and Python functions',
  );
};

/** For people. */
export const describeInjection = ({
  kind,
  slowByMs,
  errorShare,
  afterSeconds,
}: Injection): string | undefined => {
  if (kind === 'none') return undefined;
  const what =
    kind === 'slow'
      ? `each answer comes ${slowByMs} ms later`
      : `${Number((errorShare * 100).toFixed(3))} % of the invocations end with an error`;
  return afterSeconds === 0 ? what : `${what}, from ${afterSeconds} s after a process’s first request on`;
};
