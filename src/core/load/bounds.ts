/** What a load profile may ask for. Milliseconds and seconds as the names say. */
export const loadBounds = {
  requests: { min: 1, max: 1_000_000, whole: true },
  concurrency: { min: 1, max: 1000, whole: true },
  warmup: { min: 0, max: 100_000, whole: true },
  timeoutMs: { min: 1, max: 60_000, whole: true },
  rate: { min: 0.01, max: 5000, whole: false },
  durationSeconds: { min: 1, max: 43_200, whole: false },
  maxConnections: { min: 1, max: 10_000, whole: true },
} as const;
