/** How requests come over a month, and how many servers they take. A month has 730 hours, as AWS's own calculator has it. */

export const hoursPerMonth = 730;
export const secondsPerMonth = hoursPerMonth * 3_600;

export const shapes = ['steady', 'daily', 'bursty'] as const;
export type Shape = (typeof shapes)[number];

export interface Traffic {
  /** The mean over the month. */
  readonly requestsPerSecond: number;
  readonly shape: Shape;
}

/**
 * The busiest time over the mean, an assumption. Steady: none is busier. Daily: a sine that swings by 80 % about the mean.
 * Bursty: a twentieth of the time at ten times the mean, the rest at 0.53 times.
 */
const peaks: Readonly<Record<Shape, number>> = { steady: 1, daily: 1.8, bursty: 10 };

export const peakOf = ({ requestsPerSecond, shape }: Traffic): number => requestsPerSecond * peaks[shape];

export const requestsPerMonth = ({ requestsPerSecond }: Pick<Traffic, 'requestsPerSecond'>): number =>
  requestsPerSecond * secondsPerMonth;

/** Share of a server's or task's capacity that the peak may take: what is left is the room that spikes and a lost one need. */
export const utilisation = 0.6;

/** Requests/s of one server or task, where nothing says it; an assumption. */
export const assumedCapacityPerSecond = 300;

/**
 * Share of requests that find one of `count` ready processes idle, the others start one of their own: Erlang's loss formula,
 * for requests that come independently of one another.
 * @param busy processes that are at work on the mean: requests per second times the seconds of one
 */
export const readyShare = (count: number, busy: number): number => {
  let lost = 1;
  for (let n = 1; n <= count; n += 1) lost = (busy * lost) / (n + busy * lost);
  return 1 - lost;
};

export interface Servers {
  /** Requests per second that one of them serves. */
  readonly capacityPerSecond: number;
  /** Always there. */
  readonly least: number;
}

/** Servers do not follow the traffic here: there are always as many as the peak takes. */
export const serversFor = ({ capacityPerSecond, least }: Servers, traffic: Traffic): number =>
  Math.max(least, Math.ceil(peakOf(traffic) / (capacityPerSecond * utilisation)));

/** The mean rate up to which `count` servers do. */
export const mostOf = (count: number, capacityPerSecond: number, shape: Shape): number =>
  (count * capacityPerSecond * utilisation) / peaks[shape];
