/**
 * Memory tuning: what an execution may ask for, and the contract of AWS Lambda Power Tuning 4.4.0, which the lab's own
 * tuner keeps as well (README of github.com/alexcasalboni/aws-lambda-power-tuning, "State machine input" and "output").
 */
import * as v from 'valibot';
import {
  chosen,
  fields,
  line,
  list,
  matching,
  number,
  orFalse,
  oneOf,
  openFields,
  type Output,
  text,
  whole,
} from './fields.ts';
import { functionArn, memoryMb, targetId } from './target.ts';

export const strategies = ['cost', 'speed', 'balanced'] as const;
export type Strategy = (typeof strategies)[number];
const strategy = oneOf(strategies);

/** 0 asks for speed alone, 1 for cost alone. */
const balancedWeight = number(0, 1);
/** Invocations of each size; with fewer, nothing is left when the slowest and fastest fifth are cut off. */
const num = whole(5, 1_000);

const eachOnce = (most: number, least: number) =>
  v.pipe(
    list(memoryMb, most, least, ', each once'),
    v.check(
      (sizes) => new Set(sizes).size === sizes.length,
      ({ input }) =>
        `each size once, where ${String(input.find((size, i) => input.indexOf(size) !== i))} is there twice`,
    ),
  );

export const tunerArn = matching(
  /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[^\s:]{1,80}$/,
  'the ARN of a state machine',
);

/** Of the execution's input. */
export const tuningRequest = orFalse(
  fields({
    powerValues: v.optional(eachOnce(20, 2), [128, 256, 512, 1024, 1769, 3008]),
    num: v.optional(num, 10),
    strategy: v.optional(strategy, 'balanced'),
    balancedWeight: v.optional(balancedWeight, 0.5),
    parallelInvocation: v.optional(v.boolean('true or false'), false),
    /** In each, the deployed size and the winner are measured in turn; 0 for no second measurement. */
    confirmRounds: v.optional(whole(0, 20), 5),
    /** Warm ones of each size and round. */
    confirmRequests: v.optional(whole(5, 1_000), 30),
  }),
);

export type TuningRequest = Output<typeof tuningRequest>;

/** A field of the original that the lab's own tuner has no use for. @param why begins after "nothing: " */
const refused = (why: string) => v.exactOptional(v.never(`nothing: ${why}`));
/** The same, where saying no is allowed. */
const refusedTrue = (why: string) => v.exactOptional(v.literal(false, `false: ${why}`));

const all = v.literal('ALL', '"ALL", or a JSON array of sizes in MB');
const someSizes = eachOnce(50, 0);

/** Input of a tuner. The original's fields, each honoured by the lab's own tuner or refused by name. */
export const tunerInput = fields({
  lambdaARN: v.pipe(
    functionArn,
    v.regex(
      /:function:[^:]+$/,
      'the ARN of a Lambda function without version or alias, whose $LATEST may be changed',
    ),
  ),
  num,
  /** Absent or empty: the original's default list; "ALL": every 64 MB up to 3,008 MB. */
  powerValues: v.exactOptional(
    chosen([all, someSizes], (value) => (typeof value === 'string' ? all : someSizes)),
  ),
  payload: v.exactOptional(v.unknown()),
  parallelInvocation: v.exactOptional(v.boolean('true or false')),
  strategy: v.exactOptional(strategy),
  balancedWeight: v.exactOptional(balancedWeight),
  /** Share of the fastest and of the slowest invocations each that the averages leave out. */
  discardTopBottom: v.exactOptional(number(0, 0.4)),
  sleepBetweenRunsMs: v.exactOptional(whole(0, 60_000)),
  includeOutputResults: v.exactOptional(v.boolean('true or false')),
  /** One invocation of each size, and no result. */
  dryRun: v.exactOptional(v.boolean('true or false')),
  /** Payloads are in no log anyway. */
  disablePayloadLogs: v.exactOptional(v.boolean('true or false')),
  /** Names of errors that a function may answer with. */
  allowedExceptions: v.exactOptional(list(line(200), 100)),
  payloadS3: refused('this tuner reads no bucket; put the payload itself into "payload"'),
  preProcessorARN: refused('this tuner invokes no other function'),
  postProcessorARN: refused('this tuner invokes no other function'),
  autoOptimize: refusedTrue('this tuner leaves the function as it was'),
  autoOptimizeAlias: refused('this tuner leaves the function as it was'),
  onlyColdStarts: refusedTrue('cold starts are measured by a part of the run of their own'),
});

export type TunerInput = Output<typeof tunerInput>;

const positive = v.pipe(
  v.number('a number above 0'),
  v.finite('a number above 0'),
  v.gtValue(0, 'a number above 0'),
);
const atLeast0 = v.pipe(
  v.number('a number, 0 or more'),
  v.finite('a number'),
  v.minValue(0, 'a number, 0 or more'),
);

/** Of one size, as a tuner reports it: milliseconds and dollars of one invocation. */
const tunerStat = openFields({ value: memoryMb, averageDuration: atLeast0, averagePrice: atLeast0 });

/** Output of a tuner that found something. */
export const tunerOutput = openFields({
  power: memoryMb,
  cost: atLeast0,
  duration: positive,
  stateMachine: v.exactOptional(
    openFields({
      executionCost: v.exactOptional(atLeast0),
      lambdaCost: v.exactOptional(atLeast0),
      visualization: v.exactOptional(v.string('a text')),
    }),
  ),
  /** Only with `includeOutputResults`. */
  stats: v.exactOptional(list(tunerStat, 1_000)),
});

export type TunerOutput = Output<typeof tunerOutput>;

const size = fields({
  memoryMb,
  /** Of one invocation, as the tuner averages. */
  averageMs: positive,
  /** By the lab's own prices, request charge included. */
  dollarsPerMillion: atLeast0,
  /** What the tuner itself says one invocation costs; its prices are rounded, so nothing is decided by it. */
  reported: fields({ price: atLeast0 }),
});

export type TunedSize = Output<typeof size>;

/** Made by the lab of what a tuner answered, at `runs/<runId>/tuning/<targetId>.json`. */
export const storedTuning = fields({
  schema: v.literal('latency-lab.tuning.v1', 'latency-lab.tuning.v1'),
  targetId,
  tunerArn,
  /** What the function is deployed with. */
  deployedMb: memoryMb,
  input: v.unknown(),
  /** As it came. */
  output: v.exactOptional(v.unknown()),
  /** Why there is no result, in one sentence. */
  failure: v.exactOptional(text(4_000)),
  /** Ascending. */
  sizes: list(size, 50),
  /** Asked for and not in the answer, ascending. */
  missing: list(memoryMb, 50),
  /** By dollars of the lab's own prices. */
  winner: v.exactOptional(
    fields({ memoryMb, by: strategy, balancedWeight: v.exactOptional(balancedWeight) }),
  ),
  /** Of the sizes above, on lambda-power-tuning.show; what follows its # stays in the browser. */
  visualization: v.exactOptional(line(4_000)),
});

export type StoredTuning = Output<typeof storedTuning>;
