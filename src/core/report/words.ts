/** What every report says about itself, in whatever format, and its words for the schema's. */
import type { Report, TargetReport } from '../schema/report.ts';

export const kindNames: Readonly<Record<TargetReport['kind'], string>> = {
  'sync-counter': 'hit counter',
  'async-queue': 'queue of calculations',
  url: 'a target of your own',
  null: 'constant answer, the floor',
};

export const stateNames: Readonly<Record<TargetReport['state'], string>> = {
  measured: 'measured',
  incomplete: 'incomplete',
  unanswered: 'no answer',
  'not-timed': 'not timed',
};

export const errorNames: Readonly<Record<TargetReport['errors'][number]['kind'], string>> = {
  timeout: 'no full answer in time',
  connect: 'connection refused or not made',
  reset: 'connection broken off',
  protocol: 'answer is not HTTP',
  throttled: 'throttled',
  status: 'unexpected status',
  body: 'unexpected body',
  dropped: 'not sent: no connection was free',
};

export const localFace = 'Local emulation: compare code, not clouds';

export const referenceCaveats = [
  'Published by others: the mean of 1,000 calls in succession from a client, region eu-west-2, with prices of December 2021.',
  'Network traffic is left out of the dollars, and so is the charge for public IPv4 addresses, which came later; the mean includes the connect and any cold call, over one kept-alive connection.',
  'Those services read and then wrote: two round trips, and updates could be lost. Ours increment once, so the latencies are not like for like.',
  'They are for orientation, never part of the ranking.',
] as const;

export const howToRead = [
  [
    'p50, p99',
    'Half, or 99 %, of all requests planned were answered within this time, cold and warm together; one that failed or was never sent counts as slower than any answer, and “> 10,000” says that the percentile falls among those. Percentiles of workers and rounds are never averaged: their histograms are merged.',
  ],
  [
    '95 % interval',
    'Where the percentile lies if the run were done again under the same conditions: Woodruff’s interval, which knows how far the rounds differ. “≥” means that the upper bound lies beyond what was measured, as where the tail comes from one or two slow rounds. Intervals of two targets may overlap although a difference was shown: pairs are compared round by round.',
  ],
  [
    'n too small',
    'Fewer than five requests lie beyond the percentile, which cannot tell where it is: p50 takes 10 requests, p90 50, p95 100, p99 500 and p99.9 5,000.',
  ],
  [
    'cold, warm',
    'A request that did, or did not, wait for a new process to initialise. They answer different questions and are never mixed.',
  ],
  [
    'response, service',
    'Response time runs from the planned send and is what a user waits; service time runs from the actual send. With requests one after another they are the same.',
  ],
  [
    'rank',
    'A target stands a rank lower only where it, or one between, was shown to be slower: Student’s t on the rounds’ log medians of the pair, with the variances of all pairs moderating each other (Smyth), says so at 5 % over all pairs of the table together (Holm), and the ratio is at least 1.05. Otherwise the rank is shared. The order, and the column Against the first, come from the same medians of rounds.',
  ],
  [
    'floor',
    'The null target answers a constant on the same path: what generator, network and platform take by themselves. It is shown beside the figures and subtracted from none.',
  ],
  [
    'invalid',
    'The generator itself was late: the send lag at p99 passed its bound of a tenth of the median, or 2 ms if that is more. It begins when a request could have been sent: waiting for a free connection is the target’s doing and part of the response time. Such a round is shown and counts in no figure.',
  ],
] as const;

const localLimits = [
  'Functions ran as real processes with Lambda’s CPU share on one machine that they shared with generator, emulator and data stores.',
  'Functions were called through the function host, servers and URLs of your own without it: what the null target takes is in the figures of functions alone.',
  'There is no network, no placement, no neighbour and no cold start of a microVM in these figures; the stores are emulated. Differences between programs carry over to a cloud, absolute times and differences between stores do not.',
] as const;

const awsLimits = [
  'One account, one region, one stretch of time: the same function can differ by tens of per cent from run to run and day to day.',
  'The generator runs in the same region as the targets: a user’s network is not in the figures.',
] as const;

/** What these figures cannot tell, by plane. */
export const limitsOf = (report: Report): readonly string[] =>
  report.plane === 'local' ? localLimits : awsLimits;

/** What the run compared and how it decided. */
export const methodSentences = ({ method }: Report): readonly string[] => [
  method.load.model === 'open'
    ? 'Requests were sent at planned times whether or not earlier ones had been answered, so a stall counts for every request that it delayed.'
    : 'Each connection sent its next request when the last one had been answered, so a stall delays the load itself: for waiting under a given rate, use the open model.',
  method.load.warmup === 1
    ? 'The first request of each target and round was sent to warm up and is left out of every figure.'
    : `The first ${method.load.warmup} requests of each target and round were sent to warm up and are left out of every figure.`,
  `Targets took turns in an order shuffled anew in each round (seed ${method.seed}), so that the weather of an hour falls on all of them.`,
  `Two targets are called different when the medians of their rounds differ by at least ${method.minimumEffect * 100} % and by more than chance, over at least ${method.roundsForVerdict} rounds. ` +
    `Among equal targets the chance of any such verdict is ${method.alpha * 100} %, over all pairs together.`,
  `A target of whose requests more than ${method.rankableErrorShare * 100} % failed is not ranked. Below that, a request that failed, was dropped or was never sent counts in every percentile as slower than any answer: survivors flatter.`,
];

const coldStarts = [
  'Verification sends each target some requests one after another and then some over several connections at once, before the load. Alone: the cold one of the first kind, sent while nothing else was under way. Burst: those of the second kind that each waited for a new process.',
  'Time runs from the actual send to the whole answer, connecting not included. Failed counts verification’s requests without a valid answer: a cold start that broke off or timed out is among them, and has no time. Apart from the ranking’s column Cold, no other figure of this report has any of these requests in it.',
] as const;

const coldStartsByPlane: Readonly<Record<Report['plane'], readonly string[]>> = {
  local: [
    'Alone is the first request after deployment, which also pays for what is done once per deployment, such as unpacking the code. A cold start after idling differs.',
    'The processes of a burst start side by side and share the CPUs of this one machine. On Lambda each has a microVM of its own, so differences between alone and burst do not carry over.',
  ],
  aws: [
    'Where a function had been deployed just before, alone is its first request after deployment; otherwise it had been idle. The two differ, and the run does not know which it was.',
  ],
};

const fewness =
  'One request alone and a handful in a burst show what a cold start is. They are too few to rank targets by.';

const forced: readonly string[] = [
  'Forced on a copy of each function, with the same code, memory and store, in front of which stands an HTTP API of its own: its configuration is changed, and when that is in effect, no process is there that could answer. Alone: one request while nothing else is under way, one in each round, the targets in an order shuffled anew. Burst: several first requests at once, each over a connection of its own.',
  'Time runs from the actual send to the whole answer; opening the connection stands apart. Not cold counts answers of processes that had answered before; failed counts those without a valid answer, and trials that could not be made.',
  'Below 30 there are a median and a range, and no verdict. From 30 on medians have 95 % intervals, and verdicts are those of paired rounds: 1 % for all comparisons together, a difference of at least 5 %.',
];

const forcedByPlane: Readonly<Record<Report['plane'], string>> = {
  local:
    'A cold start here is the start of a process, its runtime and its code on this machine; Lambda also places a microVM and fetches the code. The processes of a burst share the CPUs of this one machine.',
  aws: 'A function whose configuration has just changed starts from caches that hold its code already; one that has been idle for long may not. Cold starts after idling are another kind, and stand apart.',
};

/** How forced cold starts were made, and what they are not. */
export const forcedSentences = ({ plane }: Report): readonly string[] => [...forced, forcedByPlane[plane]];

/** How the figures came about, and how little they carry. */
export const coldStartSentences = ({ plane }: Report): readonly string[] => [
  ...coldStarts,
  ...coldStartsByPlane[plane],
  fewness,
];
