/** One clear message for whatever was thrown. */
import { LabError, messageOf } from '../core/errors.ts';

/** The system's code of an error (`ENOSPC`); empty where it has none. */
export const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

export interface Explanation {
  readonly message: string;
  readonly exitCode: number;
}

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'The device is full. Free some space or name another directory with --out.',
  EDQUOT: 'Your disk quota is used up. Free some space or name another directory with --out.',
  EACCES: 'Permission was denied. Check who owns the path, or name another one.',
  EROFS: 'The file system is read-only. Name a path on another one.',
  EMFILE: 'Too many files are open. Raise the limit with `ulimit -n 4096`.',
};

/** AWS SDK errors are told apart by name, as their documentation asks. */
const awsHints: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'No AWS credentials were found. Sign in first (`aws sso login`, or set AWS_PROFILE) and try again.',
  ExpiredTokenException: 'The AWS session has ended. Sign in again (`aws sso login`).',
  ExpiredToken: 'The AWS session has ended. Sign in again (`aws sso login`).',
  UnrecognizedClientException: 'AWS does not know these credentials. Check AWS_PROFILE and the region.',
  AccessDeniedException:
    'Your AWS role may not do this. `latency-lab doctor --stack latency-lab` lists what a run needs.',
  AccessDenied:
    'Your AWS role may not do this. `latency-lab doctor --stack latency-lab` lists what a run needs.',
};

const regionHint = 'Set AWS_REGION or AWS_DEFAULT_REGION, or a region in the profile of AWS_PROFILE';

const hintFor = (error: Error): string | undefined => {
  // The SDK gives this one no name of its own.
  if (error.message === 'Region is missing') return regionHint;
  return systemHints[errorCode(error)] ?? awsHints[error.name];
};

/** `debug` adds the stack of errors that are not the user's to mend. */
export const explain = (error: unknown, debug: boolean): Explanation => {
  if (error instanceof LabError) return { message: error.message, exitCode: error.exitCode };
  if (!(error instanceof Error)) return { message: messageOf(error), exitCode: 1 };
  const inner =
    error instanceof AggregateError ? (error.errors as unknown[]).map((e) => explain(e, debug).message) : [];
  const text = [error.message, ...inner].filter((part) => part !== '').join('; ');
  const message = [text === '' ? error.name : text, hintFor(error)]
    .filter((part) => part !== undefined)
    .join('. ');
  return {
    message: debug && error.stack !== undefined ? `${message}\n${error.stack}` : message,
    exitCode: 1,
  };
};
