/** The control plane's state as the emulator tells it: one table of its answers, by the path of the request. */
import type {
  AliasConfiguration,
  FunctionConfiguration,
  GetFunctionConcurrencyResponse,
} from '@aws-sdk/client-lambda';
import type { EmulatorClient } from './emulator-client.ts';
import type { Alias, ControlPlane, FunctionVersion, HttpApi, Integration } from './functions.ts';
import { createStateTable } from './state-table.ts';

/** Longest times in milliseconds that a change made behind the host's back goes unnoticed. */
const functionMaxAgeMs = 1000;
const limitsMaxAgeMs = 5000;
const apiMaxAgeMs = 5000;

/** Reads GetFunctionConfiguration's answer. Exported for its test. */
export const toFunctionVersion = (given: FunctionConfiguration, version: string): FunctionVersion => {
  const { FunctionName: name = '', FunctionArn: arn = '' } = given;
  const codeSha256 = Buffer.from(given.CodeSha256 ?? '', 'base64').toString('hex');
  return {
    name,
    arn: arn.split(':').slice(0, 7).join(':'),
    role: given.Role ?? '',
    version,
    // Not its RevisionId: that changes with its state too, without a new environment on Lambda.
    revision: `${given.LastModified ?? ''} ${codeSha256} ${given.MemorySize ?? ''}`,
    packageType: given.PackageType ?? 'Zip',
    runtime: given.Runtime ?? '',
    handler: given.Handler ?? '',
    memoryMb: given.MemorySize ?? 128,
    timeoutMs: (given.Timeout ?? 3) * 1000,
    codeSha256,
    environment: given.Environment?.Variables ?? {},
    layers: (given.Layers ?? []).map(({ Arn = '' }) => Arn),
    logGroup: given.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    logFormat: given.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
  };
};

/** Exported for whoever asks for it without delay. */
export const toAlias = (given: AliasConfiguration): Alias => ({
  version: given.FunctionVersion ?? '',
  weights: given.RoutingConfig?.AdditionalVersionWeights ?? {},
});

interface Items<T> {
  Items?: T[];
  items?: T[];
}

/** The emulator writes member names in camel case, as API Gateway does on the wire. */
interface GivenApi {
  routes: { routeKey: string; target?: string }[];
  integrations: {
    integrationId: string;
    integrationType: string;
    integrationUri?: string;
    payloadFormatVersion?: string;
    timeoutInMillis?: number;
  }[];
  stages: { stageName: string; stageVariables?: Record<string, string> }[];
}

/** Exported for its test. */
export const toHttpApi = (id: string, given: GivenApi): HttpApi => {
  const integrations = new Map<string, Integration>(
    given.integrations.map((one) => [
      one.integrationId,
      {
        type: one.integrationType,
        uri: one.integrationUri ?? '',
        payloadFormat: one.payloadFormatVersion ?? '1.0',
        timeoutMs: one.timeoutInMillis ?? 30_000,
      },
    ]),
  );
  const routes = given.routes.flatMap(({ routeKey, target = '' }) => {
    const integration = integrations.get(target.replace(/^integrations\//, ''));
    return integration === undefined ? [] : [{ key: routeKey, integration }];
  });
  const stages = Object.fromEntries(
    given.stages.map((stage) => [stage.stageName, stage.stageVariables ?? {}]),
  );
  return { id, routes, stages };
};

const pathOf = (name: string): string => `/2015-03-31/functions/${encodeURIComponent(name)}`;

export const aliasPath = (name: string, alias: string): string =>
  `${pathOf(name)}/aliases/${encodeURIComponent(alias)}`;

export const createEmulatorState = (client: EmulatorClient) => {
  const table = createStateTable();

  /** One GET of the Lambda API, in the form in which it is used. */
  const ask = <T>(path: string, maxAgeMs: number, read: (given: never) => T) =>
    table.get(path, maxAgeMs, async () => {
      const found = await client.get('lambda', path);
      return found === undefined ? undefined : read(found as never);
    });

  const listOf = async <T>(id: string, what: string): Promise<T[]> => {
    const found = (await client.get('apigateway', `/v2/apis/${id}/${what}`)) as Items<T> | undefined;
    return found?.items ?? found?.Items ?? [];
  };
  const loadApi = async (id: string): Promise<HttpApi | undefined> => {
    const [routes, integrations, stages] = await Promise.all([
      listOf<GivenApi['routes'][number]>(id, 'routes'),
      listOf<GivenApi['integrations'][number]>(id, 'integrations'),
      listOf<GivenApi['stages'][number]>(id, 'stages'),
    ]);
    return routes.length === 0 ? undefined : toHttpApi(id, { routes, integrations, stages });
  };

  const layer = async (arn: string): Promise<Buffer> => {
    const [, name = '', version = ''] = /:layer:([^:]+):(\d+)$/.exec(arn) ?? [];
    const found = await client.get('lambda', `/2018-10-31/layers/${name}/versions/${version}`);
    const location = (found as { Content?: { Location?: string } } | undefined)?.Content?.Location;
    if (location === undefined) throw new Error(`layer version not found: ${arn}`);
    const { pathname, search } = new URL(location);
    const { status, body } = await client.send('GET', `${pathname}${search}`, [], Buffer.alloc(0));
    if (status !== 200) throw new Error(`the emulator answered ${status} for the content of ${arn}`);
    return body;
  };

  const control: ControlPlane = {
    version: (name, version) => {
      const path = `${pathOf(name)}/configuration?Qualifier=${encodeURIComponent(version)}`;
      // A published version never changes; its name may be taken again after a deletion, which forget() covers.
      const maxAgeMs = version === '$LATEST' ? functionMaxAgeMs : Infinity;
      return ask(path, maxAgeMs, (given: FunctionConfiguration) => toFunctionVersion(given, version));
    },
    alias: (name, alias) => ask(aliasPath(name, alias), functionMaxAgeMs, toAlias),
    reservedConcurrency: (name) => {
      const path = `/2019-09-30/functions/${encodeURIComponent(name)}/concurrency`;
      const known = ask(path, limitsMaxAgeMs, (given: GetFunctionConcurrencyResponse) => given);
      return known instanceof Promise
        ? known.then((found) => found?.ReservedConcurrentExecutions)
        : known?.ReservedConcurrentExecutions;
    },
    httpApi: (id) => table.get(`api ${id}`, apiMaxAgeMs, () => loadApi(id)),
    layer,
  };
  return {
    ...control,
    /** Something was changed through the host: nothing known before counts any more. */
    forget: table.clear,
    /** The alias was changed: resolves when that counts. Nothing else is forgotten, so that no request waits for it. */
    refreshAlias: (name: string, alias: string): Promise<void> => table.refresh(aliasPath(name, alias)),
    close: table.close,
  };
};
