/** What a generator writes down: objects in the results bucket, see keys.ts. */
import * as v from 'valibot';
import { dictionary, fields, list, number, oneOf, type Output, time, whole } from './fields.ts';
import { workerShare } from './work.ts';

/** What went wrong with one request. `status` = an answer with another status than expected. */
export const errorKinds = [
  'timeout',
  'connect',
  'reset',
  'protocol',
  'throttled',
  'status',
  'body',
  'dropped',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

const count = whole(0, 1e12);
const milliseconds = number(0, 1e12);
/** Of the kinds that occurred: most parts have none, and looking for each of them would be half of what checking a part costs. */
const byErrorKind = <S extends v.GenericSchema>(value: S) => dictionary(value, oneOf(errorKinds));

/** The generator accuses itself in every report. */
export const selfReport = fields({
  requests: count,
  connectionsOpened: count,
  /** Open model: from when a request could have been sent (its time come, a connection free) to when it was. */
  sendLagP50Ms: milliseconds,
  sendLagP99Ms: milliseconds,
  sendLagMaxMs: milliseconds,
  /** Measured requests whose time came while no connection was free: the target's doing, and no part of the send lag. */
  waitedForConnection: v.exactOptional(count),
  /** Measured requests per second, from the first to the last: as planned and as sent. Absent where fewer than two were. */
  plannedPerSecond: v.exactOptional(number(0, 1e12)),
  sentPerSecond: v.exactOptional(number(0, 1e12)),
  /** The send lag while there was nothing to send, just before an open load: the host's own. */
  idleLagP99Ms: v.exactOptional(milliseconds),
  eventLoopDelayP99Ms: milliseconds,
  eventLoopDelayMaxMs: milliseconds,
  /** Share of the measurement in which the event loop waited for nothing. */
  eventLoopBusyShare: v.exactOptional(number(0, 1)),
  /** CPU seconds used by the process, all its threads together, over wall seconds of the measurement. */
  cpuShare: number(0, 1e6),
  coldStart: v.boolean('true or false'),
  /** How long after the planned common start this worker began. */
  startedLateMs: milliseconds,
  memoryMb: number(0, 1e9),
  node: v.string('a version of Node'),
});

const areWhole = (values: unknown): boolean => Array.isArray(values) && values.every(Number.isSafeInteger);
// One check for all: a schema for each of some millions of numbers would take seconds.
const column = v.custom<number[]>(areWhole, 'a JSON array of whole numbers');

/** Raw samples as columns of equal length, microseconds from `epoch`. Closed model: planned = sent, or when opening its connection began. */
const sampleColumns = v.pipe(
  fields({
    plannedUs: column,
    sentUs: column,
    endUs: column,
    /** Bit 0: cold; bit 1: warm-up; bits 2..: 0 = ok, else 1 + index into errorKinds. */
    flags: column,
  }),
  v.check(
    ({ plannedUs, ...others }) => Object.values(others).every(({ length }) => length === plannedUs.length),
    'columns of equal length',
  ),
);

const coldAndWarm = fields({ cold: v.string('a histogram'), warm: v.string('a histogram') });

/** HdrHistograms, V2 compressed base64, microseconds: mergeable by any HdrHistogram library. */
export const encodedHistograms = fields({ service: coldAndWarm, response: coldAndWarm });

const extreme = fields({ min: count, max: count });
const coldAndWarmExtremes = fields({ cold: v.exactOptional(extreme), warm: v.exactOptional(extreme) });

/** Smallest and largest value of each histogram in exact microseconds; absent where it is empty. */
export const extremes = fields({ service: coldAndWarmExtremes, response: coldAndWarmExtremes });

/** Histograms as above, of the connections that measured requests opened: looking up the name, TCP, TLS. */
const openingHistograms = fields({
  dns: v.string('a histogram'),
  tcp: v.string('a histogram'),
  tls: v.string('a histogram'),
});

/** Microseconds from `epoch`. */
const joinableRequest = fields({
  requestId: v.string('a request id'),
  sentUs: v.number('a number'),
  endUs: v.number('a number'),
  cold: v.boolean('true or false'),
});
/** Of a part. */
const mostJoinable = 50;

/**
 * One object `runs/<runId>/cells/<round>/<cell>/<worker>/<attempt>-<segment>-<part>.json`, written every 5 s (the most that
 * a crash can lose) and at the end. Parts add up; nothing is repeated from one part to the next.
 */
export const samplePart = fields({
  schema: v.literal('latency-lab.part.v1', 'latency-lab.part.v1'),
  ...workerShare,
  part: count,
  /** The last part of this worker; without one the worker died midway. */
  final: v.boolean('true or false'),
  /** The zero of the sample columns. */
  epoch: time,
  /** Warm-up and errors left out. */
  histograms: encodedHistograms,
  /** Absent in parts of earlier versions. */
  extremesUs: v.exactOptional(extremes),
  /** Absent where no connection was opened. */
  openings: v.exactOptional(openingHistograms),
  counts: fields({
    /** Measured requests (warm-up left out): sent = ok + sum(errors other than dropped). */
    sent: count,
    ok: count,
    warmup: count,
    errors: byErrorKind(count),
    /** First example of each error kind, in words. */
    examples: byErrorKind(v.string('a text')),
    unsent: count,
  }),
  /** Of the measured requests: from the first planned send to the last answer. Absent where the part has none. */
  measuredUs: v.exactOptional(fields({ from: v.number('a number'), to: v.number('a number') })),
  /** At most 1e6 rows a cell: beyond it, histograms and counts go on alone. */
  samples: sampleColumns,
  /** In parts of earlier versions: request ids of the cold answers. */
  coldRequestIds: v.exactOptional(v.array(v.string('a request id'), 'a JSON array of request ids')),
  /** Some requests with their ids, cold ones first, to be joined with their REPORT lines; absent in earlier versions. */
  joinable: v.exactOptional(list(joinableRequest, mostJoinable)),
  self: v.exactOptional(selfReport),
});

export type SelfReport = Output<typeof selfReport>;
export type OpeningHistograms = Output<typeof openingHistograms>;
export type SampleColumns = Output<typeof sampleColumns>;
export type SamplePart = Output<typeof samplePart>;

/** One request. Microseconds from the part's epoch; closed model: planned = sent, or when opening its connection began. `error` undefined: as expected. */
export interface Sample {
  readonly plannedUs: number;
  readonly sentUs: number;
  readonly endUs: number;
  readonly cold: boolean;
  readonly warmup: boolean;
  readonly error?: ErrorKind;
}

const coldBit = 1;
const warmupBit = 2;
const errorShift = 2;

/** See SampleColumns.flags. */
export const flagsOf = ({ cold, warmup }: Pick<Sample, 'cold' | 'warmup'>, error?: ErrorKind): number =>
  (cold ? coldBit : 0) |
  (warmup ? warmupBit : 0) |
  (error === undefined ? 0 : (errorKinds.indexOf(error) + 1) << errorShift);

const errorOf = (flags: number): ErrorKind | undefined => {
  const code = flags >> errorShift;
  return code === 0 ? undefined : errorKinds[code - 1];
};

export const isWarmup = (flags: number): boolean => (flags & warmupBit) !== 0;

/** Answered as expected. */
export const isOk = (flags: number): boolean => flags >> errorShift === 0;

/** The rows of a part's columns, in the order in which the requests ended. */
export function* samplesOf(part: { readonly samples: SampleColumns }): Generator<Sample> {
  const { plannedUs, sentUs, endUs, flags } = part.samples;
  for (const [i, planned] of plannedUs.entries()) {
    const flag = flags[i] ?? 0;
    const error = errorOf(flag);
    yield {
      plannedUs: planned,
      sentUs: sentUs[i] ?? planned,
      endUs: endUs[i] ?? planned,
      cold: (flag & coldBit) !== 0,
      warmup: isWarmup(flag),
      ...(error === undefined ? {} : { error }),
    };
  }
}
