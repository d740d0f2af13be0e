/** How many history events an execution can take. Standard workflows end at 25,000. */
import { isDistributed, type Machine, type State } from './asl.ts';

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
