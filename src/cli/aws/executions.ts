/** Executions of the state machine. Endpoint, region and credentials come from the environment. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { known } from '../../core/known.ts';
import { stepOf, type RunStep } from '../run/progress.ts';

export interface ExecutionState {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';
  readonly error?: string;
  readonly cause?: string;
}

export type Executions = ReturnType<typeof stepFunctions>;

/** Enough to reach back over what a step writes between two states. */
const lastEvents = 25;

export const stepFunctions = (stateMachineArn: string) => {
  const client = new SFNClient({ maxAttempts: 3 });
  return {
    /**
     * An execution's name is taken for 90 days after its end: where it is, as when a run is resumed, the time is put
     * behind it.
     * @returns the execution's ARN
     */
    start: async (name: string, input: string) => {
      const startAs = (as: string) =>
        client.send(new StartExecutionCommand({ stateMachineArn, name: as, input }));
      const { executionArn } = await startAs(name).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
        return startAs(`${name}-${Date.now().toString(36)}`);
      });
      if (executionArn === undefined) throw new Error(`no execution was started of ${stateMachineArn}`);
      return executionArn;
    },
    state: async (executionArn: string): Promise<ExecutionState> => {
      const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
      return { status: status ?? 'RUNNING', ...known({ error, cause }) };
    },
    /** The state that was entered last; undefined before the first. */
    step: async (executionArn: string): Promise<RunStep | undefined> => {
      const { events = [] } = await client.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: lastEvents }),
      );
      const entered = events.find(
        (event) => event.stateEnteredEventDetails !== undefined,
      )?.stateEnteredEventDetails;
      return entered?.name === undefined ? undefined : stepOf(entered.name, entered.input ?? '');
    },
    /** Rejects where the state machine is gone or may not be looked at. */
    mayUse: async () => {
      await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    },
    stop: async (executionArn: string, cause: string) => {
      await client.send(new StopExecutionCommand({ executionArn, cause }));
    },
  };
};
