/**
 * Student's t distribution with any number of degrees of freedom, and the special functions that it takes. Checked
 * against SciPy by the tests.
 */

/** Degrees of freedom from which t is the normal distribution to eight digits. */
const normalDegrees = 1e9;

/** Lanczos' coefficients for g = 7 and nine terms (Godfrey 2001). */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln of the gamma function. @param x above 0 (`scipy.special.gammaln`) */
export const logGamma = (x: number): number => {
  const [first = 1, ...rest] = lanczos;
  const y = x - 1;
  const t = y + 7.5;
  const sum = rest.reduce((total, c, i) => total + c / (y + i + 1), first);
  return Math.log(2 * Math.PI) / 2 + (y + 0.5) * Math.log(t) - t + Math.log(sum);
};

/** ln B(a, 1/2). For large a by Stirling's series, where the difference of two large logarithms loses its digits. */
const logBetaHalf = (a: number): number =>
  a > 1e6
    ? Math.log(Math.PI) / 2 - Math.log(a) / 2 + 1 / (8 * a)
    : logGamma(a) + Math.log(Math.PI) / 2 - logGamma(a + 0.5);

/**
 * The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz' method; it converges fast for
 * x < (a + 1) / (a + b + 2), where none of its terms is 0.
 */
const betaFraction = (x: number, a: number, b: number): number => {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  const step = (term: number): number => {
    d = 1 / (1 + term * d);
    c = 1 + term / c;
    fraction *= c * d;
    return c * d;
  };
  for (let m = 1; m < 500; m++) {
    step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    const change = step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)));
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return fraction;
};

/**
 * P(|T| >= |t|): the two-sided p-value (`2 * scipy.stats.t.sf(abs(t), degrees)`), I_x(degrees/2, 1/2) at
 * x = degrees / (degrees + t^2) (DLMF 8.17), small ones as exact as large ones.
 * @param degrees above 0, not necessarily whole; Infinity = the normal distribution
 */
export const twoSidedP = (t: number, degrees: number): number => {
  const df = Math.min(degrees, normalDegrees);
  const [a, b] = [df / 2, 0.5];
  const square = t * t;
  if (square === 0) return 1;
  if (!Number.isFinite(square)) return 0;
  const x = df / (df + square);
  const y = square / (df + square);
  // x^a with its logarithm taken where it is exact: x is next to 1 for large df.
  const front = Math.exp(a * Math.log1p(-y) + b * Math.log(y) - logBetaHalf(a));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(y, b, a)) / b;
};

/** P(T <= t) (`pt` in R, `scipy.stats.t.cdf`). */
export const studentTCdf = (t: number, degrees: number): number => {
  const tail = twoSidedP(t, degrees) / 2;
  return t > 0 ? 1 - tail : tail;
};

/**
 * The t above which a share `tail` lies (`qt(tail, df, lower = FALSE)` in R), by Newton's steps from 0: the tail is convex there, so
 * they come from below and never pass it.
 * @param tail 0 < tail <= 0.5   @param degrees as twoSidedP, at least 1
 */
export const studentTUpper = (tail: number, degrees: number): number => {
  const df = Math.min(degrees, normalDegrees);
  const scale = -logBetaHalf(df / 2) - Math.log(df) / 2;
  let t = 0;
  for (let i = 0; i < 200; i++) {
    const density = Math.exp(scale - ((df + 1) / 2) * Math.log1p((t * t) / df));
    const step = (twoSidedP(t, df) / 2 - tail) / density;
    t += step;
    if (Math.abs(step) <= 1e-13 * t) break;
  }
  return t;
};

/** The first derivative of ln gamma: upwards to 6 by its recurrence, then its asymptotic series (DLMF 5.5.2, 5.11.2). @param x above 0 */
export const digamma = (x: number): number => {
  if (x < 6) return digamma(x + 1) - 1 / x;
  const s = 1 / (x * x);
  return (
    Math.log(x) -
    1 / (2 * x) -
    s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12))))))
  );
};

/** The second (DLMF 5.15.5, 5.15.8). @param x above 0 */
export const trigamma = (x: number): number => {
  if (x < 6) return trigamma(x + 1) + 1 / (x * x);
  const s = 1 / (x * x);
  return (
    1 / x +
    s / 2 +
    (s / x) *
      (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * (691 / 2730 - (s * 7) / 6))))))
  );
};

/** The inverse of trigamma, by bisection on its logarithm: trigamma falls from infinity to 0. @param value above 0 */
export const trigammaInverse = (value: number): number => {
  let [low, high] = [Math.log(1e-8), Math.log(1e8)];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (trigamma(Math.exp(middle)) > value) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
};
