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
