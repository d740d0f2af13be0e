/**
 * P(T <= t) of Student's t distribution with a whole number of degrees of freedom: the finite sums of Abramowitz and
 * Stegun 26.7.3 and 26.7.4, exact to rounding (`pt` in R, `scipy.stats.t.cdf`).
 * @param degrees whole, at least 1
 */
export const studentTCdf = (t: number, degrees: number): number => {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let j = odd ? 3 : 2; j <= degrees - 2; j += 2) {
    term *= ((j - 1) / j) * cosine * cosine;
    sum += term;
  }
  const central = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + central / 2;
};

/**
 * The p-quantile of the same, by bisection to 1e-12 (`qt` in R).
 * @param p 0.5 <= p <= 0.9995
 */
export const studentTQuantile = (p: number, degrees: number): number => {
  let low = 0;
  let high = 1000;
  while (high - low > 1e-12 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
