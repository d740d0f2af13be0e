import { read } from '../core/schema/fields.ts';
import { sigV4, signingSecrets } from '../adapters/aws/signature.ts';
import { readEnvironment, madeOnce } from '../adapters/aws/environment.ts';
import { createLambdaClient, lambdaFunctionInvoker } from '../adapters/aws/function-invoker.ts';
import { createSsmClient, ssmSecretStore } from '../adapters/aws/parameters.ts';
import { createS3Client, s3ObjectStore } from '../adapters/aws/object-store.ts';
import { httpConnection } from '../adapters/http/client.ts';
import { systemClock } from '../adapters/system.ts';
import { type SecretConnectionDeps, secretOpener } from '../app/secrets.ts';
import { verify, type VerifyDeps } from '../app/verify.ts';
import { type Verification, verifyInput } from '../core/schema/plan.ts';

const deps = madeOnce((): VerifyDeps => {
  const environment = readEnvironment(['RESULTS_BUCKET']);
  const sign = sigV4(() => systemClock.wallTime());
  const connections: SecretConnectionDeps = {
    clock: systemClock,
    secrets: ssmSecretStore(createSsmClient()),
    invoker: lambdaFunctionInvoker(createLambdaClient()),
    httpConnection: (request) => httpConnection(request, { clock: systemClock, sign }),
    signingSecrets,
  };
  return {
    store: s3ObjectStore(createS3Client(), environment.RESULTS_BUCKET),
    clock: systemClock,
    connectionOpener: (target) => secretOpener(connections, target),
  };
});

export const handler = async (input: unknown): Promise<Verification> =>
  verify(deps(), read(verifyInput, input, 'input'));
