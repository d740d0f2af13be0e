import { administrator, asEnvironment, credentialsFor } from './credentials.ts';

/** Where the local plane pretends to be. */
export const region = 'us-east-1';
export const accountId = '000000000000';

/** As Lambda and CloudFormation name this machine's processor. */
export const cpuArchitecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';

const foreign = /^(AWS_|SAM_CLI_)/;

/** Settings that would lead to a real account never reach a child process. */
export const withoutAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));

/**
 * What points SDK clients and the SAM CLI at the plane, and at nothing else: the administrator's keys, no profile, no instance metadata.
 */
export const planeEnvironment = (
  emulatorUrl: string,
  lambdaUrl: string,
  secret: string,
): Record<string, string> => ({
  AWS_ENDPOINT_URL: emulatorUrl,
  AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
  // The emulator gives raw events for an Insights query.
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: lambdaUrl,
  // Nor has it CodeDeploy.
  AWS_ENDPOINT_URL_CODEDEPLOY: lambdaUrl,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  ...asEnvironment(credentialsFor(secret, administrator)),
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_PROXY: '127.0.0.1,localhost,.localhost',
});
