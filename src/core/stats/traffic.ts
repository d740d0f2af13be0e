/** What to expect of a function under a given traffic: how many of its requests are cold, and what the mixture answers. */
import { type Distribution, entriesOf } from './distribution.ts';
import { createRandom } from './random.ts';

/** Requests that arrive at random (a Poisson process) at a function, each in an instance of its own while it runs. */
export interface FunctionTraffic {
  /** Requests per second, above 0. */
  readonly rate: number;
  /** Seconds that a warm request keeps its instance busy. */
  readonly warmSeconds: number;
  /** The same of a request that has to wait for the initialisation of its instance. */
  readonly coldSeconds: number;
  /** An instance that was idle for so long is gone. */
  readonly idleSeconds: number;
}

/**
 * AWS promises nothing about how long an idle instance is kept; 5 to 7 minutes were observed
 * (https://mikhail.io/serverless/coldstarts/aws/intervals/). The shorter one: it expects more cold requests.
 */
export const assumedIdleSeconds = 300;

const never = Infinity;
const { log } = Math;

/** First in, first out, without moving what is in it. */
class Line {
  private readonly times: number[] = [];
  private head = 0;

  get first(): number {
    return this.times[this.head] ?? never;
  }

  push(time: number): void {
    this.times.push(time);
  }

  /** From the front. */
  shift(): number {
    return this.times[this.head++] ?? never;
  }

  /** From the back; undefined where nothing is left. */
  pop(): number | undefined {
    return this.times.length > this.head ? this.times.pop() : undefined;
  }
}

/** Arrivals that are counted; a share of 0.1 % then comes out within a tenth of itself, most of the time. */
const arrivals = 100_000;
/** Above so many requests in a lifetime an idle instance is a matter of chance peaks, too rare to be worth simulating. */
const mostWarmUp = 2_000_000;

/**
 * The share of requests that find no idle instance, by simulation from a fixed seed: a formula for it (Erlang's, level by level)
 * is a fifth of the truth where many run at once. The instance used last is used first. Beginning and end of a day are not in it:
 * the traffic is steady.
 * @returns 0 to 1; where one request at a time is the rule, exp(-rate * idleSeconds)
 */
export const expectedColdShare = ({
  rate,
  warmSeconds,
  coldSeconds,
  idleSeconds,
}: FunctionTraffic): number => {
  if (rate * idleSeconds > mostWarmUp) return 0;
  const random = createRandom(1);
  const [warm, cold, idle] = [new Line(), new Line(), new Line()];
  let colds = 0;
  let counted = 0;
  for (let now = 0; counted < arrivals;) {
    now -= log(1 - random()) / rate;
    // Those that ended become idle in the order in which they ended.
    while (warm.first <= now || cold.first <= now) idle.push((warm.first < cold.first ? warm : cold).shift());
    while (idle.first < now - idleSeconds) idle.shift();
    const isCold = idle.pop() === undefined;
    (isCold ? cold : warm).push(now + (isCold ? coldSeconds : warmSeconds));
    // Before that, instances are still being collected.
    if (now < idleSeconds) continue;
    counted++;
    if (isCold) colds++;
  }
  return colds / counted;
};

/**
 * The q-quantile of requests of which a share is cold, as an order statistic.
 * @param share of cold ones, 0 to 1
 * @param q 0 < q <= 1
 * @returns in the distributions' unit
 */
export const mixtureQuantile = (warm: Distribution, cold: Distribution, share: number, q: number): number => {
  const weighted = [
    ...[...entriesOf(warm)].map(([value, count]) => [value, (count / warm.n) * (1 - share)] as const),
    ...[...entriesOf(cold)].map(([value, count]) => [value, (count / cold.n) * share] as const),
  ].sort(([a], [b]) => a - b);
  let below = 0;
  for (const [value, weight] of weighted) {
    below += weight;
    if (weight > 0 && below >= q - 1e-9) return value;
  }
  return weighted.at(-1)?.[0] ?? NaN;
};
