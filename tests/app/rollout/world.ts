/** A function with versions behind an alias on a virtual clock, and a deployment that moves the alias between them. */
import type { HookDeps } from '../../../src/app/rollout/hook.ts';
import type { AliasState, FunctionReply } from '../../../src/ports/index.ts';
import { memoryObjectStore } from '../../support/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import type { Target } from '../../../src/core/schema/target.ts';

export const functionArn = 'arn:aws:lambda:eu-west-2:123456789012:function:counter';
export const deploymentId = 'd-ABCDEFGHI';
export const call = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: 'execution-1' };
export const target: Target = {
  version: 1,
  id: 'counter',
  kind: 'sync-counter',
  functionArn: `${functionArn}:live`,
};

interface Event {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly stage: string; readonly http: { readonly method: string } };
}

/** How a version differs from a service that takes 10 ms and never fails. */
export interface Version {
  readonly ms?: number;
  /** Every so many requests one fails. */
  readonly failsEvery?: number;
  /** As page, which the contract asks for. */
  readonly page?: string;
  readonly hangs?: boolean;
}

const page = '<!doctype html><script>fetch("hits")</script>';

export const rolloutWorld = (
  versions: Readonly<Record<string, Version>>,
  registered: readonly Target[] = [target],
) => {
  const clock = new VirtualClock();
  const objects = new Map<string, string>();
  const store = memoryObjectStore(objects);
  const said: string[] = [];
  const reports: string[] = [];
  const counters = new Map<string, number>();
  const invoked = new Map<string, number>();
  const alias: { state: AliasState } = { state: { version: '3' } };

  const bodyOf = (
    version: Version,
    { rawPath, headers, requestContext }: Event,
  ): [number, string, string] => {
    const { stage, http } = requestContext;
    const path = stage === '$default' ? rawPath : rawPath.replace(`/${stage}`, '');
    const counter = headers['x-counter'] ?? 'production';
    switch (`${http.method} ${path}`) {
      case 'GET /hits':
        counters.set(counter, (counters.get(counter) ?? 0) + 1);
        return [200, 'application/json', `{"hits":${counters.get(counter)}}`];
      case 'GET /':
        return [200, 'text/html; charset=utf-8', version.page ?? page];
      default:
        return [404, 'application/json', '{"error":"not found"}'];
    }
  };

  const invoke = async (arn: string, payload: string): Promise<FunctionReply> => {
    const qualifier = arn.slice(functionArn.length + 1);
    const name = qualifier === 'live' ? alias.state.version : qualifier;
    const version = versions[name] ?? {};
    const count = (invoked.get(qualifier) ?? 0) + 1;
    invoked.set(qualifier, count);
    if (version.hangs === true) return new Promise(() => undefined);
    // Rounds differ a little, so that there is a spread to judge by.
    await clock.sleepUntil(clock.now() + (version.ms ?? 10) * (1 + ((count * 7) % 10) / 50));
    if (version.failsEvery !== undefined && count % version.failsEvery === 0)
      return { requestId: 'r', payload: '', functionError: 'Unhandled', throttled: false };
    const [statusCode, type, body] = bodyOf(version, JSON.parse(payload) as Event);
    const headers = {
      'content-type': type,
      'cache-control': 'no-store',
      'x-architecture': 'counter',
      'x-cold': count === 1 ? '1' : '0',
      'x-instance': '0123456789abcdef',
      'x-request-id': '0123456789abcdef',
      'x-version': name,
    };
    return { requestId: 'r', payload: JSON.stringify({ statusCode, headers, body }), throttled: false };
  };

  const deps: HookDeps = {
    clock,
    store,
    registry: { list: () => Promise.resolve(registered) },
    deployments: {
      shiftOf: () =>
        Promise.resolve({ functionName: 'counter', alias: 'live', baseVersion: '3', newVersion: '4' }),
      report: (id, executionId, status) => {
        reports.push(`${id} ${executionId} ${status}`);
        return Promise.resolve(true);
      },
    },
    invoker: { invoke },
    startPacer: clock.startPacer,
    say: (message) => said.push(message),
  };
  return { clock, objects, deps, said, reports, counters, invoked, alias };
};
