/** Puts the function host together and takes it apart again. */
import { mkdirSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import type { DeploymentAccount } from '../code-deploy/account.ts';
import { createCodeDeployApi, isForCodeDeploy } from '../code-deploy/api.ts';
import { createDeployer } from '../code-deploy/deployer.ts';
import { createDeploymentStore } from '../code-deploy/store.ts';
import { administrator, credentialsFor, functionHost, keyPrefixOf } from '../credentials.ts';
import { createCallRecorder, recorded } from './call-recorder.ts';
import { createCodeStore } from './code-store.ts';
import type { HostConfig } from './config.ts';
import { createDispatcher, createEventInvoker } from './dispatcher.ts';
import { type EmulatorClient, type EmulatorReply, endToEnd } from './emulator-client.ts';
import { createExecutor } from './executor.ts';
import { createGateway } from './gateway.ts';
import type { HttpRequest } from './http-parser.ts';
import { serveHttp } from './http-server.ts';
import { detectIsolation } from './isolation.ts';
import { createLambdaApi, isOfRun, refuseStranger } from './lambda-api.ts';
import { createLauncher } from './launcher.ts';
import { type LogsApi, createLogWriter } from './log-writer.ts';
import { createLogsApi, isForLogs } from './logs-api.ts';
import type { LogEvents } from '../insights/events.ts';
import { keepEmbedded } from '../metrics/embedded.ts';
import { createInvocationCounter } from '../metrics/invocations.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { startReaper } from '../reaper/reaper.ts';
import { createProxyMode } from './proxy-mode.ts';
import { createSlots } from './slots.ts';
import type { ControlPlane, IsolationReport } from './functions.ts';

/** What is behind the host: the emulator, or tables in memory in a test. */
export interface HostDeps {
  readonly control: ControlPlane;
  readonly logs: LogsApi;
  readonly events: LogEvents;
  readonly account: Omit<DeploymentAccount, 'invoke'>;
  readonly send: EmulatorClient['send'];
  readonly onChange: () => void;
  /** Talk for people, one line at a time. */
  readonly say: (line: string) => void;
  /** The host can't go on. */
  readonly onFatal: (reason: string) => void;
}

export interface Host {
  readonly lambdaUrl: string;
  readonly httpUrl: string;
  readonly isolation: IsolationReport;
  /** Kills every function process, writes the last logs and frees the ports. */
  close(): Promise<void>;
}

/** Invoke takes 6 MiB and says so above; deployment packages that are passed on may have 70 MB in base64. */
const lambdaBodyLimit = 96 * 1024 * 1024;
/** API Gateway's limit. */
const httpBodyLimit = 10 * 1024 * 1024;
const lastLogsMs = 3000;

/** @throws Error where no port can be had or the work directory cannot be written */
export const startHost = async (config: HostConfig, deps: HostDeps): Promise<Host> => {
  const { control, say } = deps;
  const isolation = detectIsolation(config);
  const { files } = isolation;
  const reaper = startReaper(config.root, {
    politeMs: 0,
    controlGroups: isolation.directories,
    onDeath: () => {
      deps.onFatal('the process that cleans up behind the host was killed');
    },
  });
  // Ours alone, and it need not be in the host's own directory.
  reaper.remove(files.directory);
  const logs = createLogWriter(deps.logs, (error) => {
    say(`function logs cannot be written: ${messageOf(error)}`);
  });
  const passOn = ({ method, target, headers, body }: HttpRequest, other = target): Promise<EmulatorReply> =>
    deps.send(method, other, [...endToEnd(headers), recorded], body);
  const record = createCallRecorder(config.callsFile);
  for (const principal of [administrator, functionHost])
    record?.({ kind: 'operator', accessKeyId: credentialsFor(config.secret, principal).accessKeyId });

  let handleLambda: Parameters<typeof serveHttp>[1] = () => undefined;
  const lambdaServer = await serveHttp(lambdaBodyLimit, (exchange) => {
    handleLambda(exchange);
  });
  const lambdaUrl = `http://127.0.0.1:${lambdaServer.port}`;
  const slots = createSlots(isolation, reaper);
  mkdirSync(config.codeDir, { recursive: true });
  const code = createCodeStore(config.codeDir, files.directory);
  const metrics = createMetrics(config.minuteMs);
  const launcher = createLauncher({
    config,
    code,
    control,
    files,
    slots,
    logs,
    lambdaUrl,
    record,
    onLine: (line) => {
      keepEmbedded(metrics, line);
    },
  });
  const executor = createExecutor(launcher, config.accountConcurrency);
  const dispatcher = createDispatcher(control, executor, createInvocationCounter(metrics));
  const lambdaApi = createLambdaApi({
    dispatcher,
    passOn,
    onChange: deps.onChange,
    accountConcurrency: config.accountConcurrency,
    record,
  });
  const logsApi = createLogsApi({
    events: deps.events,
    writer: logs,
    // What the emulator answers it writes down itself.
    passOn: ({ method, target, headers, body }) => deps.send(method, target, endToEnd(headers), body),
    record,
  });
  const account = { ...deps.account, invoke: createEventInvoker(dispatcher) };
  const { minuteMs, hookLimitMinutes } = config;
  const pace = { minuteMs, hookLimitMinutes };
  const store = createDeploymentStore(config.deploymentsDir);
  const deployer = createDeployer({ account, store, metrics, pace, say });
  await deployer.recover();
  const codeDeployApi = createCodeDeployApi({ deployer, account, metrics, record });
  const proxyMode = createProxyMode(dispatcher);
  const keyPrefix = keyPrefixOf(config.secret);
  handleLambda = (exchange) => {
    const { method, target } = exchange.request;
    if (!isOfRun(exchange.request, keyPrefix)) refuseStranger(exchange.reply);
    else if (method === 'POST' && target === '/proxy') proxyMode(exchange);
    else if (isForLogs(exchange.request)) logsApi(exchange);
    else if (isForCodeDeploy(exchange.request)) codeDeployApi(exchange);
    else lambdaApi(exchange);
  };
  const front = createGateway({
    control,
    dispatcher,
    passOn,
    accountId: config.accountId,
    onError: say,
    record,
  });
  const httpServer = await serveHttp(httpBodyLimit, front);

  const close = async (): Promise<void> => {
    lambdaServer.close();
    httpServer.close();
    deployer.close();
    executor.close();
    code.close();
    slots.close();
    await reaper.close();
    await logs.close(lastLogsMs);
  };
  return { lambdaUrl, httpUrl: `http://127.0.0.1:${httpServer.port}`, isolation: isolation.report, close };
};
