/** What load tools print when they are through, read into one form. */

/**
 * @typedef {object} Outcome
 * @property {number} requests that were sent; NaN or 0 where the text is none of the tool's
 * @property {number} failed requests without answer, or with another status than 200
 * @property {number} perSecond requests, by the tool's own clock
 */

/** The number in the first group. */
const numberIn = (/** @type {string} */ text, /** @type {RegExp} */ pattern, otherwise = NaN) =>
  Number(pattern.exec(text)?.[1] ?? otherwise);

/** The sum of all first groups of the global pattern. */
const sumIn = (/** @type {string} */ text, /** @type {RegExp} */ pattern) =>
  [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);

/** wrk counts answers; errors of sockets come on top. @returns {Outcome} */
export const readWrk = (/** @type {string} */ text) => {
  const socketErrors = sumIn(/Socket errors: .*/.exec(text)?.[0] ?? '', /(\d+)/g);
  return {
    requests: numberIn(text, /(\d+) requests in /) + socketErrors,
    failed: numberIn(text, /Non-2xx or 3xx responses: (\d+)/, 0) + socketErrors,
    perSecond: numberIn(text, /Requests\/sec: +([\d.]+)/),
  };
};

/** hey lists how many answers had which status, and then how many requests ended with which error. @returns {Outcome} */
export const readHey = (/** @type {string} */ text) => {
  const ends = /Status code distribution:([^]*)/.exec(text)?.[1] ?? '';
  const requests =
    sumIn(ends, /^ +\[\d+\]\s+(\d+) responses$/gm) + sumIn(ends, /^ +\[(\d+)\]\s(?!\d+ responses$)/gm);
  return {
    requests,
    failed: requests - sumIn(ends, /^ +\[200\]\s+(\d+) responses$/gm),
    perSecond: numberIn(text, /Requests\/sec:\s+([\d.]+)/),
  };
};

/** `autocannon --json`; timeouts are among its errors. @returns {Outcome} */
export const readAutocannon = (/** @type {string} */ text) => {
  /** @type {Record<'2xx' | 'non2xx' | 'errors' | 'duration', number>} */
  const { '2xx': ok, non2xx, errors, duration } = JSON.parse(text);
  return { requests: ok + non2xx + errors, failed: non2xx + errors, perSecond: (ok + non2xx) / duration };
};

/** What a script's handleSummary is given, as JSON: of the rate "failed", passes are requests that failed. @returns {Outcome} */
export const readK6 = (/** @type {string} */ text) => {
  const { http_reqs: all, http_req_failed: failed } = JSON.parse(text).metrics;
  return { requests: all.values.count, failed: failed.values.passes, perSecond: all.values.rate };
};

/** `oha --output-format json`. @returns {Outcome} */
export const readOha = (/** @type {string} */ text) => {
  const { summary, statusCodeDistribution, errorDistribution } = JSON.parse(text);
  const sum = (/** @type {Record<string, number>} */ counts) =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const requests = sum(statusCodeDistribution) + sum(errorDistribution);
  return {
    requests,
    failed: requests - (statusCodeDistribution['200'] ?? 0),
    perSecond: summary.requestsPerSec,
  };
};

/** Of generator-program.ts. @returns {Outcome} */
export const readGenerator = (/** @type {string} */ text) => {
  const { sent, ok, seconds } = JSON.parse(text);
  return { requests: sent, failed: sent - ok, perSecond: sent / seconds };
};

/**
 * Seconds of CPU that a shell's children took, user and system, theirs included: the second line of POSIX `times`.
 * @returns {number} a multiple of the kernel's tick, 10 ms as a rule
 */
export const readTimes = (/** @type {string} */ text) => {
  const [, children = ''] = text.trim().split('\n');
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  return times.length === 2
    ? times.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0)
    : NaN;
};
