/**
 * The loop that runs nodejs* functions: loads the handler from LAMBDA_TASK_ROOT, asks the Runtime API for events and
 * posts what the handler makes of them. A file of its own, without dependencies, run as it is by the function's Node.
 *
 * It speaks HTTP over a plain socket: so it starts quicker than with node:http, and functions that patch node:http
 * (tracers do) do not see the loop's own calls.
 */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/**
 * @typedef {{ headers: Map<string, string>, body: Buffer, status: number }} Answer
 * @typedef {(event: unknown, context: object, callback: (error?: unknown, result?: unknown) => void) => unknown} Handler
 */

const env = process.env;
const [host = '', port = '0'] = (env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');
const isJsonLog = env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';
/** @type {string | undefined} */
let requestId;

/** One exchange at a time over one connection that stays open. */
const socket = connect({ host, port: Number(port), noDelay: true });
let received = Buffer.alloc(0);
/** @type {((answer: Answer) => void) | undefined} */
let answered;

// Without its Runtime API an environment is over.
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(1));
socket.on('data', (chunk) => {
  received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return;
  const [start = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const total = end + 4 + Number(headers.get('content-length') ?? 0);
  if (received.length < total) return;
  const body = received.subarray(end + 4, total);
  received = received.subarray(total);
  answered?.({ status: Number(start.split(' ')[1]), headers, body });
});

/**
 * @param {string} method
 * @param {string} path below the API's root
 * @param {string} [body]
 * @param {string} [errorType]
 * @returns {Promise<Answer>}
 */
const call = (method, path, body = '', errorType) =>
  new Promise((done) => {
    answered = done;
    const type = errorType === undefined ? '' : `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`;
    const length = Buffer.byteLength(body);
    socket.write(
      `${method} /2018-06-01/runtime/${path} HTTP/1.1\r\nHost: ${host}\r\n${type}` +
        `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  });

/**
 * @param {string} level
 * @param {string} message
 * @param {unknown} [error]
 */
const log = (level, message, error) => {
  const timestamp = new Date().toISOString();
  if (isJsonLog) {
    const detail = error instanceof Error ? describe(error) : {};
    process.stdout.write(`${JSON.stringify({ timestamp, level, requestId, message, ...detail })}\n`);
  } else {
    // One message is one log event, so its own line ends become carriage returns, as Lambda does.
    process.stdout.write(
      `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${message.replaceAll('\n', '\r')}\n`,
    );
  }
};

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

class RuntimeError extends Error {
  /**
   * @param {string} type
   * @param {string} message
   */
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

/** @param {unknown} error */
const describe = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

/**
 * @param {string} path of the Runtime API
 * @param {unknown} error
 */
const report = async (path, error) => {
  const described = describe(error);
  const shown = { ...described, stack: described.trace, trace: undefined };
  log(
    'ERROR',
    `${path === 'init/error' ? 'Uncaught Exception' : 'Invoke Error'} \t${JSON.stringify(shown)}`,
    error,
  );
  await call('POST', path, JSON.stringify(described), described.errorType.replace(/[^\w.]/g, ''));
};

/** Reports what nobody caught, to the event at work or as a failed start, and ends. */
const dieOf = (/** @type {unknown} */ error) => {
  const path = requestId === undefined ? 'init/error' : `invocation/${requestId}/error`;
  void report(path, error).then(() => process.exit(129));
};

process.on('uncaughtException', dieOf);
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', format(reason));
  error.stack = reason instanceof Error ? reason.stack : error.stack;
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

/**
 * @param {unknown} error
 * @param {string} module
 */
const importError = (error, module) => {
  if (error instanceof SyntaxError)
    return new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error;
  return new RuntimeError(
    'Runtime.ImportModuleError',
    `Error: ${/** @type {Error} */ (error).message} (loading ${module})`,
  );
};

/** @returns {Promise<Handler>} */
const loadHandler = async () => {
  const name = env['_HANDLER'] ?? '';
  const [, module = '', path = ''] = /^(.*?[^/.]*)\.([^/]+)$/.exec(name) ?? [];
  if (path === '' || name.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${name}`);
  const base = resolve(env['LAMBDA_TASK_ROOT'] ?? '.', module);
  const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  /** @type {Record<string, unknown>} */
  const loaded = await import(pathToFileURL(file).href).catch((/** @type {unknown} */ error) => {
    throw importError(error, module);
  });
  const parts = path.split('.');
  for (const root of [loaded, loaded['default']]) {
    /** @type {any} */
    let found = root;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- the function's own module
    for (const part of parts) found = found?.[part];
    if (typeof found === 'function') return /** @type {Handler} */ (found);
  }
  throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
};

/** Node.js 24 and later know no callbacks on Lambda. */
const refuseCallbacks = (/** @type {Handler} */ handler) => {
  const major = Number(/nodejs(\d+)/.exec(env['AWS_EXECUTION_ENV'] ?? '')?.[1] ?? 0);
  if (major >= 24 && handler.length >= 3)
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'handlers with a callback are not supported from Node.js 24 on; return a promise instead',
    );
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
    awsRequestId: requestId,
    clientContext:
      clientContext === undefined ? undefined : /** @type {unknown} */ (JSON.parse(clientContext)),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
};

/** Resolves when nothing keeps the function busy any more; the loop's own socket does not count. */
const emptyEventLoop = () =>
  new Promise((done) => {
    socket.unref();
    process.once('beforeExit', () => {
      socket.ref();
      done(undefined);
    });
  });

/**
 * Runs the handler, whichever way it answers: a promise, a value, or the callback.
 * @param {Handler} handler
 * @param {unknown} event
 * @param {ReturnType<typeof contextOf>} context
 */
const run = (handler, event, context) =>
  new Promise((done, fail) => {
    const callback = (/** @type {unknown} */ error, /** @type {unknown} */ result) => {
      const settle = () => {
        // A handler may call back with anything, and Lambda passes it on.
        if (error === undefined || error === null) done(result);
        else fail(error instanceof Error ? error : new Error(String(error)));
      };
      if (context.callbackWaitsForEmptyEventLoop) void emptyEventLoop().then(settle);
      else settle();
    };
    const returned = handler(event, context, callback);
    if (returned instanceof Promise || typeof (/** @type {any} */ (returned)?.then) === 'function')
      /** @type {Promise<unknown>} */ (returned).then(done, fail);
    else if (handler.length < 3) done(returned);
  });

const main = async () => {
  const handler = await loadHandler();
  refuseCallbacks(handler);
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next');
    requestId = headers.get('lambda-runtime-aws-request-id') ?? '';
    env['_X_AMZN_TRACE_ID'] = headers.get('lambda-runtime-trace-id') ?? '';
    try {
      const result = await run(handler, JSON.parse(body.toString()), contextOf(headers));
      await call('POST', `invocation/${requestId}/response`, JSON.stringify(result) ?? 'null');
    } catch (error) {
      await report(`invocation/${requestId}/error`, error);
    }
  }
};

main().catch((/** @type {unknown} */ error) => {
  void report('init/error', error).then(() => process.exit(1));
});
