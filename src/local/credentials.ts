/**
 * The credentials of one run. Every access key id begins with a secret of the run, so that a request without it, a web
 * page's or another program's, is refused; the rest of it stands for the principal. Nothing here can reach AWS.
 */
import { createHmac, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Who deploys and asks from outside: the command line, the SAM CLI. */
export const administrator = 'administrator';

/** Who reads configurations and writes the logs of functions. */
export const functionHost = 'the function host';

export const newSecret = (): string => randomBytes(16).toString('hex');

const digest = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** Letters and digits as in AWS's own keys (base 32). */
const letters = (bytes: Buffer, count: number): string =>
  [...bytes.subarray(0, count)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');

/** What every access key id of the run begins with: 14 characters, 50 bits of them secret. */
export const keyPrefixOf = (secret: string): string => `ASIA${letters(digest(secret, 'run'), 10)}`;

/** The same for the same principal. The access key id has 20 characters, as AWS's. */
export const credentialsFor = (secret: string, principal: string): Credentials => {
  const own = digest(secret, `principal ${principal}`);
  return {
    accessKeyId: `${keyPrefixOf(secret)}${letters(own, 6)}`,
    secretAccessKey: own.toString('base64url').slice(0, 40),
    sessionToken: digest(secret, `session ${principal}`).toString('base64url'),
  };
};

/** A principal per function and role, so that a call tells who made it. */
export const functionCredentials = (
  secret: string,
  { arn, role }: { readonly arn: string; readonly role: string },
): Credentials => credentialsFor(secret, `${role} ${arn}`);

/** Carries the key of the run from the host to the emulator and back, whoever signed what is inside. */
export const keyHeader = 'x-latency-lab-key';

/** As SDKs and the SAM CLI find them in their environment. */
export const asEnvironment = (credentials: Credentials): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
});
