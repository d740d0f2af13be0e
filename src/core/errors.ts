/**
 * Errors with a meaning. The `name` is the state machine's `ErrorEquals` and the Lambda `errorType`, so it is a
 * literal and never derived; decisions are made by name, never by message text.
 */

/** Base of every error the lab throws on purpose. `exitCode` is what the command line ends with: 1 failed, 2 misuse. */
export abstract class LabError extends Error {
  abstract override readonly name: string;
  readonly exitCode: 1 | 2 = 1;
}

/**
 * The caller gave something that cannot work. Thrown before anything is deployed or sent.
 * The message always says what field, what was given, what is allowed and, where it helps, what to do about it.
 */
export class InputError extends LabError {
  override readonly name = 'InputError';
  override readonly exitCode = 2;
  readonly field: string;
  readonly given: unknown;
  readonly allowed: string;
  readonly hint: string | undefined;

  constructor(field: string, given: unknown, allowed: string, hint?: string) {
    super(`${field}: given ${show(given)}; allowed: ${allowed}${hint === undefined ? '' : `. ${hint}`}`);
    this.field = field;
    this.given = given;
    this.allowed = allowed;
    this.hint = hint;
  }

  /** The same fault under the name by which its author knows it: a flag instead of a field. */
  renamed(field: string): InputError {
    return new InputError(field, this.given, this.allowed, this.hint);
  }
}

const show = (given: unknown): string => {
  if (given === undefined) return 'nothing';
  const numeral = typeof given === 'number' && !Number.isFinite(given) ? String(given) : given;
  // JSON has no word for some values (a function, a symbol): their type says enough.
  const json = JSON.stringify(numeral) as string | undefined;
  const text = json ?? typeof given;
  // A whole document given by mistake would hide the rest of the message.
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** A run holds the lab's lock already; two runs would disturb each other's measurement. */
export class RunInProgressError extends LabError {
  override readonly name = 'RunInProgressError';
}

/** Nothing was left to measure: every target failed its verification, or none is registered. */
export class NoTargetError extends LabError {
  override readonly name = 'NoTargetError';
}

/** A function's memory could not be tuned: no size gave figures. */
export class TuningError extends LabError {
  override readonly name = 'TuningError';
}

/** The message inside the JSON that Lambda and Step Functions make of a failed function; undefined for any other text. */
const messageInside = (text: string): string | undefined => {
  try {
    const { errorMessage } = JSON.parse(text) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : undefined;
  } catch {
    return undefined;
  }
};

/** An error as Step Functions tells it: its name and, where there is one, the message of its cause. */
export const nameAndCause = (name: string, cause = ''): string =>
  cause === '' ? name : `${name}: ${messageOf(cause)}`;

/**
 * What there is to say of anything that was thrown, or that Step Functions hands on as a cause. Some errors have a name
 * alone; those of another realm are no instances of this one's Error.
 */
export const messageOf = (thrown: unknown): string => {
  if (typeof thrown === 'string') return messageInside(thrown) ?? thrown;
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return String(thrown);
  return String(thrown.message) || ('name' in thrown ? String(thrown.name) : '');
};
