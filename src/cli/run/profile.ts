/** What --profile says, in a word and its figures, as the phases of a load. */
import type { Phase } from '../../core/schema/load.ts';
import { InputError } from '../../core/errors.ts';
import { readDuration, readNumber } from '../options.ts';

const allowed =
  'ramp:10-200 with --duration, steps:50x10s,100x10s, or spike:500x5s with --rate and --duration';

/** @throws InputError naming the flag and what it takes */
const refuse = (given: string, hint?: string): never => {
  throw new InputError('--profile', given, allowed, hint);
};

const ramp = (figures: string, given: string, rate?: number, seconds?: number): Phase[] => {
  const [, from, to] = /^([^-]+)-([^-]+)$/.exec(figures) ?? refuse(given);
  if (rate !== undefined) refuse(given, 'A ramp has rates of its own: leave --rate out');
  if (seconds === undefined) return refuse(given, 'A ramp takes as long as --duration says');
  return [{ rate: readNumber(from ?? '', '--profile'), toRate: readNumber(to ?? '', '--profile'), seconds }];
};

/** `100x10s` */
const phaseOf = (words: string, given: string): Phase => {
  const [, rate = '', time = ''] = /^([^x]+)x([^x]+)$/.exec(words) ?? refuse(given);
  return { rate: readNumber(rate, '--profile'), seconds: readDuration(time, '--profile') };
};

const steps = (figures: string, given: string, rate?: number, seconds?: number): Phase[] => {
  if (rate !== undefined || seconds !== undefined)
    refuse(given, 'Steps have rates and times of their own: leave --rate and --duration out');
  return figures.split(',').map((step) => phaseOf(step, given));
};

/** In the middle of the duration, at the base rate before and after. */
const spike = (figures: string, given: string, rate?: number, seconds?: number): Phase[] => {
  if (rate === undefined || seconds === undefined)
    return refuse(given, 'A spike stands out of --rate in the middle of --duration');
  const burst = phaseOf(figures, given);
  const around = { rate, seconds: (seconds - burst.seconds) / 2 };
  if (around.seconds <= 0) refuse(given, 'A spike is shorter than --duration');
  return [around, burst, around];
};

const shapes = { ramp, steps, spike };

/**
 * The part of a load that --rate, --duration and --profile make together; bounds are the core's to check.
 * @throws InputError naming --profile
 */
export const profileOf = (given: string, rate?: number, seconds?: number): { readonly profile: Phase[] } => {
  const [name = '', figures = ''] = given.split(/:(.*)/s);
  const shape = Object.hasOwn(shapes, name) ? shapes[name as keyof typeof shapes] : refuse(given);
  return { profile: shape(figures, given, rate, seconds) };
};
