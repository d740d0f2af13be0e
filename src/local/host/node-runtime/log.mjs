/** What the function writes with `console`, in the form of Lambda's Node runtimes. */
import { format } from 'node:util';

const isJson = process.env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';

/** The event at work; undefined before the first one. @type {{ requestId: string | undefined }} */
export const current = { requestId: undefined };

/** @param {unknown} error */
export const describe = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: format(error), trace: [] };

/**
 * @param {string} level
 * @param {string} message
 * @param {unknown} [error]
 */
export const log = (level, message, error) => {
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

export const patchConsole = () => {
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
