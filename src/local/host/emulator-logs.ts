/** CloudWatch Logs of the emulator, as far as function logs need it. */
import type { EmulatorClient } from './emulator-client.ts';
import type { LogsApi } from './log-writer.ts';

/** Something that is there already is as good as made. */
const call = async (client: EmulatorClient, action: string, input: unknown): Promise<void> => {
  const { status, body } = await client.call('logs', `Logs_20140328.${action}`, input);
  const text = body.toString();
  if (status !== 200 && !text.includes('ResourceAlreadyExistsException'))
    throw new Error(`${action}: the emulator answered ${status}: ${text.slice(0, 200)}`);
};

export const createEmulatorLogs = (client: EmulatorClient): LogsApi => ({
  createGroup: (logGroupName) => call(client, 'CreateLogGroup', { logGroupName }),
  createStream: (logGroupName, logStreamName) =>
    call(client, 'CreateLogStream', { logGroupName, logStreamName }),
  put: (logGroupName, logStreamName, logEvents) =>
    call(client, 'PutLogEvents', { logGroupName, logStreamName, logEvents }),
});
