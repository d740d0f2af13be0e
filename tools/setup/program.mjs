/** Running programs, and what usually mends one that failed. */
import { spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';

/** A tool that the lab needs could not be set up. The message says what failed and how to mend it. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
  exitCode = 1;
}

const fullDevice = /ENOSPC|No space left on device|os error 28/i;
const noNetwork =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|Temporary failure in name resolution|dns error|Failed to fetch|Connection refused|No matching distribution found/i;

/** Less than any of the tools takes, in bytes. */
const nearlyNothing = 8 * 2 ** 20;

/** Installers do not always say that the device is full; the device does. @param {string} where @returns {boolean} */
const isFull = (where) => {
  try {
    const { bavail, bsize } = statfsSync(where);
    return bavail * bsize < nearlyNothing;
  } catch {
    return false;
  }
};

/**
 * What usually mends a failed installation, judged from what the installer said.
 * @param {string} output
 * @param {string} where the directory that was written to
 * @returns {string} one sentence, or nothing where the output speaks for itself
 */
export const mendFor = (output, where) => {
  if (fullDevice.test(output) || isFull(where)) {
    return `The device that holds ${where} is full: free some space, or set LATENCY_LAB_CACHE to a directory on another one.`;
  }
  if (noNetwork.test(output)) {
    return 'The package registry could not be reached, or lacks a package: check the network and proxy settings, then run the command again.';
  }
  return '';
};

/** JSON.parse whose result must be given a type. @type {(text: string) => unknown} */
export const parseJson = JSON.parse;

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
