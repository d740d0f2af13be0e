/**
 * The function host's entry: configured by LATENCY_LAB_HOST, says one JSON line on stdout when it is ready, talks on
 * stderr, ends with all function processes on SIGTERM, SIGINT or the end of stdin.
 */
import { messageOf } from '../../core/errors.ts';
import { credentialsFor, functionHost } from '../credentials.ts';
import { readConfig } from './config.ts';
import { createEmulatorAccount } from './emulator-account.ts';
import { createEmulatorClient, createEmulatorEvents, createEmulatorLogs } from './emulator-client.ts';
import { createEmulatorState } from './emulator-state.ts';
import { type Host, startHost } from './host.ts';

const say = (line: string): void => {
  process.stderr.write(`function host: ${line}\n`);
};

const main = async (): Promise<void> => {
  const config = readConfig(process.env['LATENCY_LAB_HOST']);
  // Functions are another user, who must be able to read what is unpacked for them.
  process.umask(0o022);
  const { emulatorUrl, region, secret } = config;
  const client = createEmulatorClient(emulatorUrl, region, credentialsFor(secret, functionHost).accessKeyId);
  const control = createEmulatorState(client);
  const running: { host?: Host } = {};
  let ending = false;

  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    control.close();
    void (running.host?.close() ?? Promise.resolve()).finally(() => process.exit(code));
  };
  const stop = (): void => {
    end(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  process.stdin.on('end', stop).on('error', stop).resume();
  process.stdout.on('error', () => {
    end(1);
  });

  const host = await startHost(config, {
    control,
    logs: createEmulatorLogs(client),
    events: createEmulatorEvents(client, config.accountId),
    account: createEmulatorAccount(client, control),
    send: client.send,
    onChange: control.forget,
    say,
    onFatal: (reason) => {
      say(reason);
      end(1);
    },
  });
  running.host = host;
  const { lambdaUrl, httpUrl, isolation } = host;
  process.stdout.write(`${JSON.stringify({ lambdaUrl, httpUrl, isolation })}\n`);
};

main().catch((error: unknown) => {
  say(messageOf(error));
  process.exit(error instanceof Error && error.name === 'InputError' ? 2 : 1);
});
