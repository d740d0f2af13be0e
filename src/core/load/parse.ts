import { InputError } from '../errors.ts';
import { loadBounds as bounds } from './bounds.ts';
import type { ClosedLoad, LoadProfile, OpenLoad } from './profile.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const describe = ({ min, max, whole }: Range): string =>
  `a ${whole ? 'whole number' : 'number'} from ${min} to ${max.toLocaleString('en')}`;

/** Infinity and NaN have no JSON, so a message would show `null` for them. */
const shown = (given: unknown): unknown =>
  typeof given === 'number' && !Number.isFinite(given) ? String(given) : given;

const numberIn = (fields: Fields, name: keyof typeof bounds, fallback?: number): number => {
  const given = fields[name] === undefined ? fallback : fields[name];
  const range: Range = bounds[name];
  const fits = typeof given === 'number' && given >= range.min && given <= range.max;
  if (!fits || (range.whole && !Number.isInteger(given)))
    throw new InputError(name, shown(given), describe(range));
  return given;
};

const refuseOthers = (fields: Fields, allowed: readonly string[], model: string): void => {
  for (const name of Object.keys(fields)) {
    if (fields[name] === undefined || allowed.includes(name)) continue;
    const other = name in bounds ? `${name} belongs to the other model` : undefined;
    throw new InputError(name, fields[name], `in the ${model} model: ${allowed.join(', ')}`, other);
  }
};

const closedFields = ['model', 'requests', 'concurrency', 'warmup', 'timeoutMs'];
const openFields = ['model', 'rate', 'durationSeconds', 'warmup', 'timeoutMs', 'maxConnections'];

const parseClosed = (fields: Fields): ClosedLoad => {
  if (fields['durationSeconds'] !== undefined && fields['rate'] === undefined) {
    throw new InputError(
      'rate',
      undefined,
      'a rate together with durationSeconds',
      'Or give requests instead.',
    );
  }
  refuseOthers(fields, closedFields, 'closed');
  return {
    model: 'closed',
    requests: numberIn(fields, 'requests', 300),
    concurrency: numberIn(fields, 'concurrency', 1),
    warmup: numberIn(fields, 'warmup', 10),
    timeoutMs: numberIn(fields, 'timeoutMs', 10_000),
  };
};

/** Enough for answers that take a second, unless the caller knows better. */
const defaultConnections = (rate: number): number => Math.min(1000, Math.max(50, Math.ceil(rate)));

const parseOpen = (fields: Fields): OpenLoad => {
  refuseOthers(fields, openFields, 'open');
  const rate = numberIn(fields, 'rate');
  if (fields['durationSeconds'] === undefined) {
    throw new InputError(
      'durationSeconds',
      undefined,
      describe(bounds.durationSeconds),
      'A rate needs a duration.',
    );
  }
  const durationSeconds = numberIn(fields, 'durationSeconds');
  const planned = Math.round(rate * durationSeconds);
  const warmup = numberIn(fields, 'warmup', Math.min(10, Math.floor(planned / 10)));
  if (planned <= warmup) {
    throw new InputError(
      'warmup',
      warmup,
      `fewer than rate x durationSeconds = ${planned}`,
      'Nothing would be measured.',
    );
  }
  const maxConnections = numberIn(fields, 'maxConnections', defaultConnections(rate));
  return {
    model: 'open',
    rate,
    durationSeconds,
    warmup,
    timeoutMs: numberIn(fields, 'timeoutMs', 10_000),
    maxConnections,
  };
};

/**
 * A whole load profile from what a person gave; what is missing gets the defaults: closed, 300 requests, 1 connection,
 * 10 warm-up requests (open: at most a tenth of the planned sends), 10 s timeout. A rate makes the model open and needs a duration.
 * @throws InputError on the first field that is unknown, of the wrong type or out of bounds.
 */
export const parseLoad = (given: unknown): LoadProfile => {
  if (given === undefined) return parseClosed({});
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InputError('load', given, 'an object with the fields of a load profile');
  }
  const fields = given as Fields;
  const model = fields['model'] ?? (fields['rate'] === undefined ? 'closed' : 'open');
  if (model === 'closed') return parseClosed(fields);
  if (model === 'open') return parseOpen(fields);
  throw new InputError('model', model, '"closed" or "open"');
};
