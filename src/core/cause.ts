/**
 * What a person wants to read of an error's cause in Step Functions: the message inside a failed function's JSON, or
 * the text itself where Step Functions wrote it.
 */
export const messageOfCause = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};
