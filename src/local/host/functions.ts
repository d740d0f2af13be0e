/** What the host knows of functions, how callers name them, and what it asks of the control plane. */

/** One version of a function, or `$LATEST` as it is now. */
export interface FunctionVersion {
  readonly name: string;
  /** Without a qualifier. */
  readonly arn: string;
  /** ARN of the role that it runs with. */
  readonly role: string;
  /** A number, or `$LATEST`. */
  readonly version: string;
  /** Changes whenever configuration or code of `$LATEST` does. */
  readonly revision: string;
  readonly packageType: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Lower-case hex digest of the package. */
  readonly codeSha256: string;
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of layer versions, in their order. */
  readonly layers: readonly string[];
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
}

export interface Alias {
  readonly version: string;
  /** Share of further versions, 0 to 1 each; `version` takes the rest. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface Route {
  /** `GET /hits`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  readonly integration: Integration;
}

export interface Integration {
  readonly type: string;
  /** ARN of a function, or an API Gateway invocation ARN around it. */
  readonly uri: string;
  readonly payloadFormat: string;
  readonly timeoutMs: number;
}

export interface HttpApi {
  readonly id: string;
  readonly routes: readonly Route[];
  /** Stage variables per stage. */
  readonly stages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where functions are configured: the emulator, or a table in memory. `undefined` means that there is none. */
export interface ControlPlane {
  version(name: string, version: string): Promise<FunctionVersion | undefined> | FunctionVersion | undefined;
  alias(name: string, alias: string): Promise<Alias | undefined> | Alias | undefined;
  reservedConcurrency(name: string): Promise<number | undefined> | number | undefined;
  httpApi(id: string): Promise<HttpApi | undefined> | HttpApi | undefined;
  /** The zip of a layer version. Rejects where there is none. */
  layer(arn: string): Promise<Buffer>;
}

/** What runs where and what the machine allows: goes into the report. */
export interface IsolationReport {
  readonly cpu: string;
  readonly memory: string;
  /** Of the file system: whether code, layers and /tmp are where Lambda has them. */
  readonly files: string;
  readonly user: string;
}

export interface FunctionReference {
  readonly name: string;
  /** A version number, `$LATEST` or an alias; undefined where none was given. */
  readonly qualifier: string | undefined;
}

const pattern =
  /^(?:arn:aws[\w-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,128}))?$/;

/** Reads a name, a partial or a full ARN, each with or without a qualifier; undefined where it is none of them. */
export const parseFunction = (text: string): FunctionReference | undefined => {
  const match = pattern.exec(text);
  return match?.[1] === undefined ? undefined : { name: match[1], qualifier: match[2] };
};

export const isVersion = (qualifier: string): boolean => qualifier === '$LATEST' || /^\d+$/.test(qualifier);

/**
 * The version that an invocation through an alias goes to.
 * @param random uniform in [0, 1)
 */
export const pickVersion = (alias: Alias, random: number): string => {
  let rest = random;
  for (const [version, weight] of Object.entries(alias.weights)) {
    if (rest < weight) return version;
    rest -= weight;
  }
  return alias.version;
};
