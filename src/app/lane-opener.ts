import { InputError } from '../core/errors.ts';
import { requestOf } from '../core/target/request.ts';
import type { Target } from '../core/schema/target.ts';
import type { Clock, FunctionInvoker, HttpRequest } from '../ports/index.ts';
import type { Lane, OpenLane } from '../ports/lane.ts';
import { functionLane } from './generate/function-lane.ts';

export interface LaneDeps {
  readonly clock: Clock;
  readonly invoker: FunctionInvoker;
  readonly httpLane: (request: HttpRequest) => Lane;
}

/**
 * Opens lanes to the target: over HTTP where it has a URL, else by invoking its function.
 * @throws InputError for a target with neither
 */
export const laneOpener = ({ clock, invoker, httpLane }: LaneDeps, target: Target): OpenLane => {
  const { url, functionArn } = target;
  if (url !== undefined) return () => httpLane({ url, ...requestOf(target) });
  if (functionArn !== undefined) return () => functionLane(invoker, clock, { ...target, functionArn });
  throw new InputError(`target ${target.id}`, undefined, 'a url, or a functionArn to invoke directly');
};
