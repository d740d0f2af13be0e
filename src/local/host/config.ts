/** The host's own configuration: one JSON in the environment variable LATENCY_LAB_HOST. */
import * as v from 'valibot';
import { openFields, type Output, readJson, whole } from '../../core/schema/fields.ts';

const text = v.pipe(v.string('a text'), v.nonEmpty('a text'));
const url = v.pipe(
  text,
  v.check((given) => URL.canParse(given), 'an http URL'),
);

const configuration = openFields({
  emulatorUrl: v.pipe(
    url,
    v.transform((given) => given.replace(/\/$/, '')),
  ),
  /** Where the packages of versions are, as `<hex sha256>.zip`. */
  codeDir: text,
  /** A directory of the host's own. */
  workDir: text,
  /** Where rollouts are written down. It outlives the host: the next one undoes what this one leaves unfinished. */
  deploymentsDir: text,
  /** The repository, where programs are that run as they are. */
  root: text,
  /** Of the run: what credentials are derived from, see credentials.ts. */
  secret: text,
  region: text,
  accountId: text,
  runtimes: openFields({
    /** The `node` that runs nodejs* functions, and a `node_modules` directory with the AWS SDK that it brings along. */
    node: openFields({ exec: text, sdkModules: text }),
    /** The Python of an environment with awslambdaric and boto3. */
    python: openFields({ exec: text }),
  }),
  /** Invocations at the same time over all functions, and processes at the same time. */
  accountConcurrency: v.optional(whole(1, 1000), 64),
  /** Milliseconds that a minute of a rollout, and of an alarm's period, lasts. */
  minuteMs: v.optional(whole(100, 60_000), 60_000),
  /** Minutes that a rollout's hook has to report. */
  hookLimitMinutes: v.optional(whole(1, 1_000), 60),
  /** Where calls are written down with who made them; nowhere where it is not given. */
  callsFile: v.exactOptional(text),
});

export type HostConfig = Output<typeof configuration>;

/** @throws InputError naming the field that is missing or wrong */
export const readConfig = (json: string | undefined): HostConfig =>
  readJson(configuration, json ?? '', 'LATENCY_LAB_HOST', 'one JSON object');
