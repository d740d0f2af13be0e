/** Logarithmic axes, as positions in per cent of the width or height. */

interface Tick {
  readonly value: number;
  readonly position: number;
  /** 1, 10, 100, ...: the ones that are labelled when there is little room. */
  readonly decade: boolean;
}

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** 0 to 100, held at the ends. */
  position(value: number): number;
  readonly ticks: readonly Tick[];
}

/** The steps 1, 2, 5, 10, 20, ... from the last at or below `low` to the first at or above `high`. */
const stepsAround = (low: number, high: number): number[] => {
  const steps: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++) {
    for (const step of [1, 2, 5]) steps.push(Number((step * 10 ** decade).toPrecision(1)));
  }
  const from = steps.findLastIndex((step) => step <= low);
  const to = steps.findIndex((step) => step >= high);
  return steps.slice(Math.max(0, from), to === -1 ? undefined : to + 1);
};

/** A scale that holds all the values; those at or below 0 are left out. */
export const logScale = (values: readonly number[]): Scale => {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const steps = positive.length === 0 ? [1, 10] : stepsAround(Math.min(...positive), Math.max(...positive));
  const low = steps[0] ?? 1;
  const high = Math.max(steps.at(-1) ?? 10, low * 2);
  const position = (value: number): number => {
    const share = Math.log(Math.max(value, low) / low) / Math.log(high / low);
    return Number((Math.min(1, share) * 100).toFixed(2));
  };
  const ticks = steps.map((value) => ({
    value,
    position: position(value),
    decade: Number.isInteger(Number(Math.log10(value).toFixed(9))),
  }));
  return { low, high, position, ticks };
};
