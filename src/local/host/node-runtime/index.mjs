/**
 * The loop that runs nodejs* functions: loads the handler from LAMBDA_TASK_ROOT, asks the Runtime API for events and
 * posts what the handler makes of them. Without dependencies; run as it is by the function's own Node.
 */
import { format } from 'node:util';
import { call } from './api.mjs';
import { RuntimeError, loadHandler, run } from './handler.mjs';

const env = process.env;
const isJson = env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';

/** The event at work; undefined before the first one. @type {{ requestId: string | undefined }} */
const current = { requestId: undefined };

/** @param {unknown} error */
const describe = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: format(error), trace: [] };

/**
 * @param {string} level
 * @param {string} message
 * @param {unknown} [error]
 */
const log = (level, message, error) => {
  const timestamp = new Date().toISOString();
  const { requestId } = current;
  if (isJson) {
    const detail = error instanceof Error ? describe(error) : {};
    process.stdout.write(`${JSON.stringify({ timestamp, level, requestId, message, ...detail })}\n`);
  } else {
    // One message is one log event, so its own line ends become carriage returns, as Lambda does.
    const line = message.replaceAll('\n', '\r');
    process.stdout.write(`${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${line}\n`);
  }
};

/** What the function writes with `console`, in the form of Lambda's Node runtimes. */
const patchConsole = () => {
  for (const [name, level] of /** @type {const} */ ([
    ['log', 'INFO'],
    ['info', 'INFO'],
    ['warn', 'WARN'],
    ['error', 'ERROR'],
    ['debug', 'DEBUG'],
    ['trace', 'TRACE'],
  ])) {
    console[name] = (/** @type {unknown[]} */ ...parts) => {
      log(
        level,
        format(...parts),
        parts.find((part) => part instanceof Error),
      );
    };
  }
};

/**
 * @param {string} path of the Runtime API
 * @param {unknown} error
 */
const report = async (path, error) => {
  const described = describe(error);
  const shown = { ...described, stack: described.trace, trace: undefined };
  const what = path === 'init/error' ? 'Uncaught Exception' : 'Invoke Error';
  log('ERROR', `${what} \t${JSON.stringify(shown)}`, error);
  await call('POST', path, JSON.stringify(described), described.errorType.replace(/[^\w.]/g, ''));
};

/** Reports what nobody caught, to the event at work or as a failed start, and ends. @param {unknown} error */
const dieOf = (error) => {
  const path = current.requestId === undefined ? 'init/error' : `invocation/${current.requestId}/error`;
  void report(path, error).then(() => process.exit(129));
};

/** @param {Map<string, string>} headers */
const contextOf = (headers) => {
  const deadline = Number(headers.get('lambda-runtime-deadline-ms'));
  const clientContext = headers.get('lambda-runtime-client-context');
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: headers.get('lambda-runtime-invoked-function-arn'),
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    awsRequestId: current.requestId,
    clientContext: clientContext === undefined ? undefined : fromJson(clientContext),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
};

/** JSON.stringify gives undefined for undefined and for functions. @param {unknown} value @returns {string} */
const toJson = (value) => {
  /** @type {unknown} */
  const text = JSON.stringify(value);
  return typeof text === 'string' ? text : 'null';
};

/** @param {string} text @returns {unknown} */
const fromJson = (text) => JSON.parse(text);

const loop = async () => {
  const handler = await loadHandler();
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next');
    const requestId = headers.get('lambda-runtime-aws-request-id') ?? '';
    current.requestId = requestId;
    env['_X_AMZN_TRACE_ID'] = headers.get('lambda-runtime-trace-id') ?? '';
    try {
      const result = await run(handler, fromJson(body.toString()), contextOf(headers));
      await call('POST', `invocation/${requestId}/response`, toJson(result));
    } catch (error) {
      await report(`invocation/${requestId}/error`, error);
    }
  }
};

patchConsole();
process.on('uncaughtException', dieOf);
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', format(reason));
  if (reason instanceof Error && reason.stack !== undefined) error.stack = reason.stack;
  dieOf(error);
});
// Streamed responses need a front that streams; better a clear word than an answer that is cut.
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: () => {
      throw new RuntimeError('Runtime.StreamingNotSupported', 'response streaming is not run locally');
    },
  },
});
loop().catch((/** @type {unknown} */ error) => {
  void report('init/error', error).then(() => process.exit(1));
});
