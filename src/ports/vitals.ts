/** What a measuring process can tell about itself. */
export interface VitalSigns {
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** CPU seconds used by the process over wall seconds, since the watch began. */
  readonly cpuShare: number;
}

/** Begins to watch this process; the function it returns ends that and tells what was seen. */
export type WatchVitals = () => () => VitalSigns;
