/** What to make of a tuner's answer. Several answers look like success and are none. Pure. */
import { messageOf } from '../errors.ts';
import { isObject, read } from '../schema/fields.ts';
import { type StoredTuning, type TunedSize, type TunerOutput, tunerOutput } from '../schema/tuning.ts';

/** What a tuner measured, or why there is nothing. */
export type TunerAnswer = Pick<StoredTuning, 'failure' | 'sizes' | 'missing'>;

/** An execution's error as startExecution.sync:2 tells it: the cause is the JSON of the execution. */
export interface ExecutionError {
  readonly Error: string;
  readonly Cause?: string;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The innermost error and its words: a cause may be an execution's description, whose cause is a function's JSON. */
const errorText = ({ Error: name, Cause: cause = '' }: ExecutionError): string => {
  const inner = parsed(cause);
  if (isObject(inner) && typeof inner['Error'] === 'string')
    return errorText({
      Error: inner['Error'],
      Cause: typeof inner['Cause'] === 'string' ? inner['Cause'] : '',
    });
  if (isObject(inner) && typeof inner['Status'] === 'string')
    return `${name}: its execution ended as ${inner['Status']}`;
  const message = messageOf(cause);
  return message === '' ? name : `${name}: ${message}`;
};

/** Its README shows the result inside a `results` object, which the machine does not make. */
const unwrapped = (answer: unknown): unknown => {
  const value = typeof answer === 'string' ? parsed(answer) : answer;
  return isObject(value) && !('power' in value) && isObject(value['results']) ? value['results'] : value;
};

const emptyAnswer =
  'it ended as if it had succeeded, but with an empty result, as AWS Lambda Power Tuning does when one of its steps fails: one size that cannot be set or whose invocation fails is enough, and so are logs in JSON. Its execution shows which step it was';

/** @returns the result, or a sentence */
const readOutput = (answer: unknown): TunerOutput | string => {
  const value = unwrapped(answer);
  if (!isObject(value))
    return `it answered ${answer === undefined ? 'nothing' : JSON.stringify(answer)}, which is no result`;
  if (Object.keys(value).length === 0) return emptyAnswer;
  try {
    return read(tunerOutput, value, 'its output', 'its output');
  } catch (error) {
    return messageOf(error);
  }
};

/** Of one invocation of `memoryMb`, in dollars by the million. */
export type DollarsPerMillion = (invocation: {
  readonly memoryMb: number;
  readonly billedMs: number;
}) => number;

const sizesOf = (
  asked: readonly number[],
  { stats = [] }: TunerOutput,
  dollarsPerMillion: DollarsPerMillion,
): TunedSize[] =>
  [...asked]
    .sort((a, b) => a - b)
    .flatMap((memoryMb) => {
      // A size none of whose invocations could be read has an average of 0.
      const stat = stats.find(({ value, averageDuration }) => value === memoryMb && averageDuration > 0);
      if (stat === undefined) return [];
      const { averageDuration: averageMs, averagePrice: price } = stat;
      // Begun milliseconds are billed; each invocation's own are not in the answer.
      const billedMs = Math.ceil(averageMs);
      return [
        {
          memoryMb,
          averageMs,
          dollarsPerMillion: dollarsPerMillion({ memoryMb, billedMs }),
          reported: { price },
        },
      ];
    });

const nothing = (failure: string, asked: readonly number[]): TunerAnswer => ({
  failure: failure.slice(0, 4_000),
  sizes: [],
  missing: [...asked].sort((a, b) => a - b),
});

/**
 * @param asked sizes in MB that the tuner was told to try
 * @param answer its execution's output, or what it failed with
 */
export const judgeAnswer = (
  asked: readonly number[],
  answer: { readonly output: unknown } | { readonly error: ExecutionError },
  dollarsPerMillion: DollarsPerMillion,
): TunerAnswer => {
  if ('error' in answer) return nothing(`it failed with ${errorText(answer.error)}`, asked);
  const output = readOutput(answer.output);
  if (typeof output === 'string') return nothing(output, asked);
  const sizes = sizesOf(asked, output, dollarsPerMillion);
  if (sizes.length === 0)
    return nothing('its result has no figures of any size that it was asked for ("stats")', asked);
  return {
    sizes,
    missing: asked.filter((mb) => !sizes.some(({ memoryMb }) => memoryMb === mb)).sort((a, b) => a - b),
  };
};
