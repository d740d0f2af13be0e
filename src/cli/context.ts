/** What every command is given: where it runs, where its data and its talk go, and when to stop. */
import type { Terminal } from './terminal/terminal.ts';

/** Handed over by bin/latency-lab.mjs. */
export interface Installation {
  /** The repository's directory. */
  readonly root: string;
  readonly version: string;
}

export interface Context extends Installation {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Data, on stdout. */
  readonly print: (text: string) => void;
  /** Talk, on stderr. */
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C; its reason is an Interrupted. */
  readonly signal: AbortSignal;
}

/** The user (or the system) asked to stop. Commands let it through after they have cleaned up. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As shells have it: 128 + the signal's number; 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signalNumber: number) {
    super('stopped on request');
    this.exitCode = 128 + signalNumber;
  }
}
