/** Runs checkers side by side and shows what the failing ones said. */
import { execFile } from 'node:child_process';

/**
 * @typedef {{ name: string, ok: boolean, said: string }} Verdict
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Verdict>}
 */
export const check = (name, file, args, env) =>
  new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 16 * 2 ** 20 };
    execFile(file, args, options, (error, out, err) => {
      const said = `${out}${err}`.trim();
      resolve({ name, ok: error === null, said: said === '' && error !== null ? error.message : said });
    });
  });

/** Runs `jobs`, two at a time. @template T @param {readonly (() => Promise<T>)[]} jobs @returns {Promise<T[]>} */
export const twoAtATime = async (jobs) => {
  const queue = [...jobs.entries()];
  /** @type {T[]} */
  const results = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await next[1]();
  };
  await Promise.all([worker(), worker()]);
  return results;
};

/** Prints the failures and sets the exit code. @param {readonly Verdict[]} verdicts */
export const conclude = (verdicts) => {
  const failed = verdicts.filter(({ ok }) => !ok);
  for (const { name, said } of failed) console.error(`${name}\n${said}\n`);
  console.log(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
};
