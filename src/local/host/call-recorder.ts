/** Writes down who calls what at the host; the emulator does the same for what enters there (call_recorder.py). */
import { appendFileSync } from 'node:fs';
import { type Header, headerOf, type HttpRequest } from './http-parser.ts';

/** CloudWatch Logs answers queries here alone. */
type JsonService = 'logs' | 'codedeploy';
/** What names resources. */
type CallNames = Readonly<Record<string, string | readonly string[]>>;

/** Each distinct call is written once. */
export type Call =
  /** Whose keys are in an environment, and where its log lines go. */
  | {
      readonly kind: 'environment';
      readonly accessKeyId: string;
      readonly functionArn: string;
      readonly role: string;
      readonly logGroup: string;
      readonly logStream: string;
    }
  /** Whose keys are the plane's own programs' and its user's. */
  | { readonly kind: 'operator'; readonly accessKeyId: string }
  /** A signed request to an API that is answered here. */
  | {
      readonly kind: 'request';
      readonly accessKeyId: string;
      readonly service: 'lambda' | JsonService;
      readonly method: string;
      readonly path: string;
      readonly query: string;
      /** Of JSON APIs: `<API version>.<operation>`. */
      readonly target?: string;
      readonly names?: CallNames;
    }
  /** An HTTP API invokes a function. */
  | {
      readonly kind: 'route';
      readonly apiId: string;
      readonly stage: string;
      readonly routeKey: string;
      readonly functionArn: string;
    };

/** Undefined where nothing is written down. */
export type RecordCall = ((call: Call | undefined) => void) | undefined;

/** Marks what is passed on to the emulator, which then need not write it down once more. */
export const recorded: Header = ['x-latency-lab-recorded', 'true'];

/** @param file appended to; undefined: nothing is written down */
export const createCallRecorder = (file: string | undefined): RecordCall => {
  if (file === undefined) return undefined;
  const seen = new Set<string>();
  return (call) => {
    if (call === undefined) return;
    const line = `${JSON.stringify(call)}\n`;
    if (seen.has(line)) return;
    seen.add(line);
    appendFileSync(file, line);
  };
};

const signerOf = (request: HttpRequest): string | undefined =>
  /Credential=([^/,]+)\//.exec(headerOf(request, 'authorization') ?? '')?.[1];

/** What a request to Lambda's API asks for; undefined where it is not signed. */
export const lambdaCall = (request: HttpRequest): Call | undefined => {
  const accessKeyId = signerOf(request);
  if (accessKeyId === undefined) return undefined;
  const [path = '', query = ''] = request.target.split('?');
  return { kind: 'request', accessKeyId, service: 'lambda', method: request.method, path, query };
};

/** What a request to a JSON API asks for; undefined where it is not signed. @param names the resources that it is about */
export const jsonCall = (request: HttpRequest, service: JsonService, names: CallNames): Call | undefined => {
  const accessKeyId = signerOf(request);
  const target = headerOf(request, 'x-amz-target');
  if (accessKeyId === undefined || target === undefined) return undefined;
  const { method } = request;
  return { kind: 'request', accessKeyId, service, method, path: '/', query: '', target, names };
};
