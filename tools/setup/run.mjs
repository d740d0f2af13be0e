import { spawn } from 'node:child_process';
import { mendFor, SetupError } from './errors.mjs';

/** Some say first what is wrong, some last. @param {string} text @returns {string} both ends of a long output */
const ends = (text) => {
  const lines = text.trim().split('\n');
  return (lines.length <= 16 ? lines : [...lines.slice(0, 8), '...', ...lines.slice(-8)]).join('\n  ');
};

/**
 * Runs a program to its end and resolves with what it wrote to stdout.
 * @param {string} what the work in words, for the error message
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options `cwd` is also named when the device is full
 * @returns {Promise<string>}
 * @throws {SetupError} when it cannot be started or ends with another code than 0; holds both ends of its output
 */
export const run = (what, program, args, { cwd, env = process.env }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let output = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      stdout += chunk.toString();
      output += chunk.toString();
    });
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    });
    child.on('error', (error) => {
      reject(new SetupError(`${what}: ${program} could not be started (${error.message})`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const end = signal === null ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
      const mend = mendFor(output, cwd);
      reject(
        new SetupError(`${what}: ${program} ${end}\n  ${ends(output)}${mend === '' ? '' : `\n${mend}`}`),
      );
    });
  });
