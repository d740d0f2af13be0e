/** Finds the function's handler, and calls it in whichever way it answers. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { socket } from './api.mjs';

/** @typedef {(event: unknown, context: object, callback: (error?: unknown, result?: unknown) => void) => unknown} Handler */

/** An error with one of the names that Lambda's runtimes give their own. */
export class RuntimeError extends Error {
  /**
   * @param {string} type
   * @param {string} message
   */
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

const env = process.env;

/**
 * @param {unknown} error
 * @param {string} module
 */
const importError = (error, module) => {
  if (error instanceof SyntaxError)
    return new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!(error instanceof Error) || (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND'))
    return error;
  return new RuntimeError('Runtime.ImportModuleError', `Error: ${error.message} (loading ${module})`);
};

/**
 * @param {unknown} root
 * @param {readonly string[]} parts
 * @returns {unknown}
 */
const dig = (root, parts) => {
  let found = root;
  for (const part of parts) {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return undefined;
    found = /** @type {Record<string, unknown>} */ (found)[part];
  }
  return found;
};

/** Node.js 24 and later know no callbacks on Lambda. @param {Handler} handler */
const refuseCallbacks = (handler) => {
  const major = Number(/nodejs(\d+)/.exec(env['AWS_EXECUTION_ENV'] ?? '')?.[1] ?? 0);
  if (major >= 24 && handler.length >= 3)
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'handlers with a callback are not supported from Node.js 24 on; return a promise instead',
    );
};

/** @returns {Promise<Handler>} */
export const loadHandler = async () => {
  const name = env['_HANDLER'] ?? '';
  // The module's path goes to the first dot behind the last slash; what follows may lead into objects.
  const [, module = '', path = ''] = /^((?:.*\/)?[^/.]+)\.([^/]+)$/.exec(name) ?? [];
  if (path === '' || name.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${name}`);
  const base = resolve(env['LAMBDA_TASK_ROOT'] ?? '.', module);
  const file = [`${base}.js`, `${base}.mjs`, `${base}.cjs`].find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  /** @type {unknown} */
  let loaded;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    throw importError(error, module);
  }
  const parts = path.split('.');
  const found = dig(loaded, parts) ?? dig(loaded, ['default', ...parts]);
  if (typeof found !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  const handler = /** @type {Handler} */ (found);
  refuseCallbacks(handler);
  return handler;
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

/** @param {unknown} value @returns {value is PromiseLike<unknown>} */
const isThenable = (value) =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/**
 * Runs the handler, whichever way it answers: a promise, a value, or the callback.
 * @param {Handler} handler
 * @param {unknown} event
 * @param {{ callbackWaitsForEmptyEventLoop: boolean }} context
 * @returns {Promise<unknown>}
 */
export const run = (handler, event, context) =>
  new Promise((done, fail) => {
    const callback = (/** @type {unknown} */ error, /** @type {unknown} */ result) => {
      const settle = () => {
        if (error === undefined || error === null) done(result);
        else fail(error instanceof Error ? error : new Error(format(error)));
      };
      if (context.callbackWaitsForEmptyEventLoop) void emptyEventLoop().then(settle);
      else settle();
    };
    const returned = handler(event, context, callback);
    if (isThenable(returned)) returned.then(done, fail);
    else if (handler.length < 3) done(returned);
  });
