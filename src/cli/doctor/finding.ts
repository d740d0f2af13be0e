/** What the doctor found: `missing` costs something, `bad` stops the lab. */
export interface HostFinding {
  readonly what: string;
  readonly verdict: 'ok' | 'missing' | 'bad';
  readonly detail: string;
  /** What one does without, and how to mend it; absent where all is well. */
  readonly cost?: string;
  readonly mend?: string;
}
