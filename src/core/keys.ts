/** Every key in the results bucket and every parameter name, built here and nowhere else. */

export const planKey = (runId: string): string => `runs/${runId}/plan.json`;
export const verifyKey = (runId: string): string => `runs/${runId}/verify.json`;
export const outcomeKey = (runId: string): string => `runs/${runId}/outcome.json`;
export const reportKey = (runId: string, format: 'json' | 'html' | 'md' | 'csv'): string =>
  `runs/${runId}/report.${format}`;
export const logsPrefix = (runId: string): string => `runs/${runId}/logs/`;
export const logsKey = (runId: string, targetId: string): string => `${logsPrefix(runId)}${targetId}.json`;
export const cellsPrefix = (runId: string): string => `runs/${runId}/cells/`;

/** What tells one cell of one round from another within a run. */
export const cellKey = ({ round, cellId }: { readonly round: number; readonly cellId: string }): string =>
  `${round}/${cellId}`;

export const stepsPrefix = (runId: string): string => `runs/${runId}/steps/`;

export const assignmentsKey = (runId: string, round: number, cellId: string, segment: number): string =>
  `${stepsPrefix(runId)}${round}-${cellId}-${segment}.json`;

const assignmentsPattern = /^runs\/[^/]+\/steps\/(\d+)-([^/]+)-(\d+)\.json$/;

/** The inverse of assignmentsKey but for the run; undefined for any other key. */
export const parseAssignmentsKey = (
  key: string,
): { round: number; cellId: string; segment: number } | undefined => {
  const m = assignmentsPattern.exec(key);
  if (m === null) return undefined;
  const [, round, cellId = '', segment] = m;
  return { round: Number(round), cellId, segment: Number(segment) };
};

export interface PartPlace {
  readonly runId: string;
  readonly round: number;
  readonly cellId: string;
  readonly worker: number;
  readonly attempt: number;
  readonly segment: number;
  readonly part: number;
}

export const partKey = (p: PartPlace): string =>
  `${cellsPrefix(p.runId)}${p.round}/${p.cellId}/${p.worker}/${p.attempt}-${p.segment}-${p.part}.json`;

const workerPattern = /^runs\/([^/]+)\/cells\/(\d+)\/([^/]+)\/(\d+)\/(\d+)-(\d+)-(\d+|died)\.json$/;

/** `last` is the part's number or `died`. */
const parseWorkerKey = (key: string): { place: Omit<PartPlace, 'part'>; last: string } | undefined => {
  const m = workerPattern.exec(key);
  if (m === null) return undefined;
  const [, runId = '', round, cellId = '', worker, attempt, segment, last = ''] = m;
  const place = { round: Number(round), worker: Number(worker), attempt: Number(attempt) };
  return { place: { runId, cellId, ...place, segment: Number(segment) }, last };
};

/** The inverse of partKey; undefined for any other key. */
export const parsePartKey = (key: string): PartPlace | undefined => {
  const found = parseWorkerKey(key);
  return found === undefined || found.last === 'died'
    ? undefined
    : { ...found.place, part: Number(found.last) };
};

/** Where the state machine keeps why a worker died: the worker, without a part. undefined for any other key. */
export const parseDeathKey = (key: string): Omit<PartPlace, 'part'> | undefined => {
  const found = parseWorkerKey(key);
  return found?.last === 'died' ? found.place : undefined;
};

export const trialsPrefix = (runId: string): string => `runs/${runId}/trials/`;

/** Of the trials that are to be made for a purpose. */
export const trialListKey = (runId: string, purpose: string): string =>
  `${trialsPrefix(runId)}${purpose}.json`;

export interface TrialPlace {
  readonly runId: string;
  readonly purpose: string;
  readonly targetId: string;
  readonly memoryMb: number;
  readonly round: number;
  readonly simultaneous: number;
}

export const trialKey = ({ runId, purpose, targetId, memoryMb, round, simultaneous }: TrialPlace): string =>
  `${trialsPrefix(runId)}${purpose}/${targetId}/${memoryMb}-${round}-${simultaneous}.json`;

const trialPattern = /^runs\/[^/]+\/trials\/[^/]+\/[^/]+\/\d+-\d+-\d+\.json$/;

export const isTrialKey = (key: string): boolean => trialPattern.test(key);

/** Of the tunings that are to be made. */
export const tuningListKey = (runId: string): string => `${trialsPrefix(runId)}tunings.json`;

export const tuningsPrefix = (runId: string): string => `runs/${runId}/tuning/`;

export const tuningKey = (runId: string, targetId: string): string =>
  `${tuningsPrefix(runId)}${targetId}.json`;

/** What the parameters of every lab begin with. */
export const labPath = '/latency-lab/';

/** The parameter that names the state machine of AWS Lambda Power Tuning, where that is installed for the lab. */
export const tunerParameter = (labName: string): string => `/latency-lab/${labName}/tuner`;

/** The parameter with the ARN of the function that compares both versions while a rollout shifts traffic. */
export const probeParameter = (labName: string): string => `${labPath}${labName}/probe`;

export const isProbeParameter = (name: string): boolean =>
  name.startsWith(labPath) && /^[^/]+\/probe$/.test(name.slice(labPath.length));

/** One run at a time per lab: held by conditional write, released by CleanUp. */
export const lockKey = 'runs/lock.json';

export const secretsRoot = (labName: string): string => `/latency-lab/${labName}/secrets/`;

/** Of one run: encrypted parameters that its requests refer to; CleanUp deletes them. */
export const secretsPath = (labName: string, runId: string): string => `${secretsRoot(labName)}${runId}/`;

export const targetsPath = (labName: string): string => `/latency-lab/${labName}/targets/`;

export const rolloutsPrefix = 'rollouts/';

/** What was measured at one stage of a rollout. */
export const rolloutKey = (deploymentId: string, stage: string): string =>
  `${rolloutsPrefix}${deploymentId}/${stage}.json`;

/** Which rollout a function is in, for the probe that watches it. */
export const activeRolloutKey = (functionName: string): string =>
  `${rolloutsPrefix}active/${functionName}.json`;
