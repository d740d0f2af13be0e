/** Recomputes a request's Signature Version 4 from what was received; independent of any SDK and of libcurl. */
import { createHash, createHmac } from 'node:crypto';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Paths and query strings with reserved characters are beyond what the services send, and not handled. */
const canonicalOf = ({ method, target, headers, body }: ReceivedRequest, signed: string): string => {
  const [path = '/', query = ''] = target.split('?');
  const lines = signed
    .split(';')
    .map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [method, path, query, lines.join(''), signed, sha256(body)].join('\n');
};

/** What is wrong with the request's signature, in words; empty when AWS would accept it. */
export const signatureFaults = (
  request: ReceivedRequest,
  accessKey: string,
  secretKey: string,
): readonly string[] => {
  const match = authorization.exec(request.headers['authorization'] ?? '');
  if (match === null) return [`no usable authorization: ${request.headers['authorization'] ?? 'none'}`];
  const [, key, scope = '', date = '', region = '', service = '', signed = '', signature] = match;
  const names = signed.split(';');
  const amz = Object.keys(request.headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const time = request.headers['x-amz-date'] ?? '';

  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalOf(request, signed))].join('\n');
  const derived = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretKey}`, date));
  return [
    ...(key === accessKey ? [] : [`signed by ${key ?? ''}`]),
    ...(time.startsWith(date) ? [] : [`the date ${time} is not the scope's`]),
    ...(signed === [...names].sort().join(';') ? [] : ['the signed headers are not sorted']),
    ...amz.filter((name) => !names.includes(name)).map((name) => `${name} is not signed`),
    ...names
      .filter((name) => request.headers[name] === undefined)
      .map((name) => `${name} is signed but not sent`),
    ...(hmac(derived, text).toString('hex') === signature ? [] : ['the signature is another']),
  ];
};
