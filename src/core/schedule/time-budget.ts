/**
 * How one invocation of a generator spends its time. Plan cuts loads by it and the generator stops by it, so that
 * nothing is planned that cannot be sent. All in milliseconds.
 *
 *   entry | spare | common start | longest sending | last request's wait and answer | store | timeout of the function
 */

/** `Timeout` of GenerateFunction in templates/orchestrator/load.yaml: the longest that Lambda takes. */
export const functionTimeoutMs = 900_000;
/** From the Map's beginning to the common start: time for every worker's own cold start. */
export const startLeadMs = 5_000;
/** What an invocation may lose besides: reading secrets, starting its threads, a machine that is slow at it. */
const spareMs = 25_000;
/** Sending ends at least this long before the function's own timeout, so that the samples can be stored. */
const leastReserveMs = 20_000;
/** Of that reserve, what must be left when the last request under way has timed out. */
const storeMs = 10_000;

/** @param timeoutMs of one request */
export const reserveMs = (timeoutMs: number): number => Math.max(leastReserveMs, timeoutMs + storeMs);

/**
 * How long after the common start the last request of one invocation may be planned. One that is planned then and waits
 * for a connection until it is dropped, after `timeoutMs`, still ends before the generator stops sending.
 * @param timeoutMs of one request, up to 60,000
 * @returns 14 minutes with the default timeout of 10 s, 740 s with 60 s
 */
export const longestSendingMs = (timeoutMs: number): number =>
  functionTimeoutMs - startLeadMs - spareMs - reserveMs(timeoutMs) - timeoutMs;
