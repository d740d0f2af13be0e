/** AWS Signature Version 4 by the signer that the SDK's clients have. */
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { SignRequest } from '../../ports/index.ts';

/** What an answer to a signed request may repeat and nobody should read. */
export const signingSecrets = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] =>
  [environment['AWS_SECRET_ACCESS_KEY'], environment['AWS_SESSION_TOKEN']].filter(
    (value) => value !== undefined,
  );

/** Milliseconds in which many connections get the same signature; AWS takes one for five minutes. */
const sharedMs = 60_000;

type Signed = ReturnType<SignRequest>;

/**
 * @param now the wall clock, in milliseconds
 * @param config where the credentials come from; default: as every client of AWS finds them, on Lambda the function's own
 */
export const sigV4 = (
  now: () => number,
  config: Pick<LambdaClientConfig, 'credentials'> = {},
): SignRequest => {
  const made = new Map<string, { readonly atMs: number; readonly signed: Signed }>();
  const clients = new Map<boolean, LambdaClient>();
  /** All services but S3 want a path escaped once more than it is in the URL. */
  const clientFor = (escapes: boolean): LambdaClient => {
    // The region of the client is never used: it signs for the one that it is told.
    const client =
      clients.get(escapes) ??
      new LambdaClient({ region: 'us-east-1', ...config, signingEscapePath: escapes });
    clients.set(escapes, client);
    return client;
  };
  return (request) => {
    const key = JSON.stringify(request);
    const last = made.get(key);
    const atMs = now();
    if (last !== undefined && atMs - last.atMs < sharedMs) return last.signed;
    const signed = signatureOf(clientFor(request.auth.service !== 's3'), request, new Date(atMs));
    made.set(key, { atMs, signed });
    return signed;
  };
};

const queryOf = (search: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...search.keys()].map((name) => [name, search.getAll(name)]));

const signatureOf = async (
  client: LambdaClient,
  { url, method, headers, body = '', auth }: Parameters<SignRequest>[0],
  signingDate: Date,
): Signed => {
  const { protocol, hostname, host, pathname: path, searchParams } = new URL(url);
  const signer = await client.config.signer();
  const signed = await signer.sign(
    { method, protocol, hostname, path, query: queryOf(searchParams), headers: { ...headers, host }, body },
    { signingDate, signingRegion: auth.region, signingService: auth.service },
  );
  return signed.headers;
};
