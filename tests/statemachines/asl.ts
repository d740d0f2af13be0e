/** Reads the state machine, walks through its states, those inside Maps included, and counts the events of its history. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts?: number;
  readonly JitterStrategy?: string;
}

export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly Catcher[];
  readonly Retry?: readonly Retrier[];
  readonly TimeoutSeconds?: number;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig?: { readonly Mode: string } };
}

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export const aslText = readFileSync(join(__dirname, '..', '..', 'statemachines', 'compare.asl.json'), 'utf8');
export const machine = JSON.parse(aslText) as Machine;

export const isDistributed = (state: State): boolean =>
  state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** All states by name, those inside Maps included; a state machine's names are unique. */
export const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);

/** Where a state can go, failures included. */
export const successors = (state: State): readonly string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map((c) => c.Next),
    ...(state.Catch ?? []).map((c) => c.Next),
  ].filter((name) => name !== undefined);

/** Steps Functions' default where a retrier names none. */
const defaultMaxAttempts = 3;

/** Scheduled, Started and Succeeded or Failed of one attempt of a task. */
const eventsPerAttempt = 3;
const entered = 1;
const exited = 1;

const attemptsOf = (state: State): number =>
  1 + (state.Retry ?? []).reduce((sum, { MaxAttempts = defaultMaxAttempts }) => sum + MaxAttempts, 0);

/** Events of one visit, without what happens inside a Map's iterations. */
const ownEvents = (state: State): number => {
  switch (state.Type) {
    case 'Task':
      return entered + attemptsOf(state) * eventsPerAttempt + exited;
    case 'Map':
      // Started and Succeeded, and of a distributed one also its Map Run's; the children have histories of their own.
      return entered + 2 + (isDistributed(state) ? 2 : 0) + exited;
    case 'Fail':
      return entered;
    case 'Pass':
    case 'Choice':
    case 'Wait':
    case 'Succeed':
      return entered + exited;
    default:
      throw new Error(`no rule for states of type ${state.Type}`);
  }
};

/** Started, and Succeeded or Failed. */
const eventsPerIteration = 2;

const eventsOf = (machine: Machine, visits: number, iterations: Readonly<Record<string, number>>): number =>
  Object.entries(machine.States).reduce((sum, [name, state]) => {
    const own = visits * ownEvents(state);
    if (state.ItemProcessor === undefined || isDistributed(state)) return sum + own;
    const inside = iterations[name];
    if (inside === undefined) throw new Error(`no bound is known for the iterations of ${name}`);
    return sum + own + inside * eventsPerIteration + eventsOf(state.ItemProcessor, inside, iterations);
  }, 0);

/**
 * An upper bound: every state is visited, every retrier used up, every error caught, although no execution takes all
 * of these paths. Holds for machines without loops, in which an execution visits each state at most once.
 * @param iterations of each inline Map, by its name, over the whole execution
 */
export const worstCaseEvents = (machine: Machine, iterations: Readonly<Record<string, number>>): number =>
  2 + eventsOf(machine, 1, iterations);
