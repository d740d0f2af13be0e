/** Reads a state machine's text and walks through its states, those inside Maps included. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts?: number;
  readonly JitterStrategy?: string;
}

export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly Catcher[];
  readonly Retry?: readonly Retrier[];
  readonly TimeoutSeconds?: number;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig?: { readonly Mode: string } };
}

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export const aslText = readFileSync(join(__dirname, '..', '..', 'statemachines', 'compare.asl.json'), 'utf8');
export const machine = JSON.parse(aslText) as Machine;

export const isDistributed = (state: State): boolean =>
  state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** All states by name, those inside Maps included; a state machine's names are unique. */
export const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);

/** Where a state can go, failures included. */
export const successors = (state: State): readonly string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map((c) => c.Next),
    ...(state.Catch ?? []).map((c) => c.Next),
  ].filter((name) => name !== undefined);
