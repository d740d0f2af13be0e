import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { activeRolloutKey, rolloutKey } from '../../src/core/keys.ts';
import { preferences } from '../../src/core/rollout/preferences.ts';
import { parseManifest } from '../../src/core/schema/manifest.ts';
import { parseTarget } from '../../src/core/schema/target.ts';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { architectures } = parseManifest(read('templates/architectures.json'));

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Properties = any;
interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Metadata?: Properties; readonly Properties: Properties }>
  >;
  readonly Parameters: Properties;
  readonly Rules: Properties;
  readonly Globals: Properties;
  readonly Mappings: Properties;
  readonly Outputs: Properties;
}
/** Intrinsic functions are read as their plain arguments: `!Ref MemorySize` as `MemorySize`. */
const parsed = (path: string): Template =>
  parseDocument(read(path), { logLevel: 'silent' }).toJS() as Template;

const lambdas = architectures.filter(({ group }) => group === 'lambda' || group === 'python');

describe.each(lambdas.map((row) => [row.id, row] as const))('the template of %s', (id, row) => {
  const path = join('templates', row.template);
  const { Resources, Globals } = parsed(path);
  const service: Properties = { ...Globals.Function, ...Resources[row.functions[0]!]!.Properties };
  const target: Properties = Resources['Target']!.Properties.Parameters;

  it('builds the service that the manifest names', () => {
    const code = join(root, dirname(path), String(service.CodeUri));
    expect(existsSync(code)).toBe(true);
    expect(relative(root, code)).toBe(row.service);
  });

  it('says the same of itself to its function, to the registry and in the manifest', () => {
    expect(service.Environment.Variables.ARCHITECTURE_ID).toBe(id);
    expect(target).toMatchObject({ TargetId: id, TargetKind: row.kind, Runtime: service.Runtime });
  });

  it('takes memory, processor and rollout from its parameters and publishes the alias that is measured', () => {
    expect(service).toMatchObject({
      MemorySize: 'MemorySize',
      Architectures: ['CpuArchitecture'],
      AutoPublishAlias: 'live',
      DeploymentPreference: { Enabled: 'GradualRollout', Type: 'DeploymentType' },
    });
    expect(target.FunctionAliasArn).toBe(`${row.functions[0]!}.Alias`);
  });

  it('keeps processes ready behind its alias where that is asked for, and registers how many', () => {
    expect(service.ProvisionedConcurrencyConfig).toEqual({
      'Fn::If': [
        'IsProvisioned',
        { ProvisionedConcurrentExecutions: 'ProvisionedConcurrency' },
        'AWS::NoValue',
      ],
    });
    expect(target.ProvisionedConcurrency).toBe('ProvisionedConcurrency');
  });

  it('starts from a snapshot where that is asked for and Lambda has it for the runtime', () => {
    const isPython = String(service.Runtime).startsWith('python');
    expect([service.SnapStart, target.SnapStart]).toEqual(
      isPython
        ? [['IsSnapped', { ApplyOn: 'PublishedVersions' }, 'AWS::NoValue'], 'SnapStart']
        : [undefined, undefined],
    );
  });

  it('registers a copy of its function, which publishes no alias and has its own log group', () => {
    const [, copy = ''] = row.functions;
    expect(target).toMatchObject({ CopyFunctionArn: `${copy}.Arn`, CopyLogGroupName: 'TuningLogs' });
    expect(Resources[copy]!.Properties).toMatchObject({ LoggingConfig: { LogGroup: 'TuningLogs' } });
    expect(Resources[copy]!.Properties).not.toHaveProperty('AutoPublishAlias');
  });

  it('lets every alarm of its function stop a gradual rollout, and has none without one', () => {
    const { Resources: alarms } = parsed('templates/shared/rollout.yaml');
    const ids = Object.keys(alarms).filter((name) => alarms[name]!.Type === 'AWS::CloudWatch::Alarm');
    expect(ids).toEqual(['Errors', 'Throttles', 'P99Ratio', 'P50Ratio', 'ErrorShareRise']);
    expect(service.DeploymentPreference.Alarms).toEqual({
      'Fn::If': ['IsGradual', ids.map((name) => `Rollout.Outputs.${name}`), ['AWS::NoValue']],
    });
    expect(Resources['Rollout']).toMatchObject({
      Condition: 'IsGradual',
      Properties: { Parameters: { FunctionName: row.functions[0], ServiceStackName: 'AWS::StackName' } },
    });
  });

  it('lets the hooks judge its new version before and after it gets traffic', () => {
    expect(service.DeploymentPreference.Hooks).toEqual({
      PreTraffic: ['IsGradual', 'Rollout.Outputs.PreTrafficName', 'AWS::NoValue'],
      PostTraffic: ['IsGradual', 'Rollout.Outputs.PostTrafficName', 'AWS::NoValue'],
    });
    const given = Resources['Rollout']!.Properties.Parameters;
    const wanted = Object.keys(parsed('templates/shared/rollout.yaml').Parameters);
    // It has a default for the share of errors.
    expect(Object.keys(given).sort()).toEqual(wanted.filter((name) => name !== 'MaxErrorShare').sort());
  });
});

describe('gradual rollouts', () => {
  const root_ = parsed('templates/root.yaml');
  const alarms = parsed('templates/shared/rollout.yaml').Resources;
  const hooks = parsed('templates/orchestrator/rollout.yaml');

  it('are off by default, and shift as any of the preferences that the lab knows', () => {
    const { GradualRollout, DeploymentType } = root_.Parameters;
    expect(GradualRollout.Default).toBe('false');
    expect(DeploymentType.AllowedValues).toEqual(preferences);
    expect(preferences).toContain(DeploymentType.Default);
  });

  it('are watched by the metrics of the probe, whose silence stops them', () => {
    const ofProbe = Object.values(alarms).filter(({ Properties }) => Properties.Namespace === 'LatencyLab');
    const seen = ofProbe.map(({ Properties }): unknown => [
      Properties.MetricName,
      Properties.Threshold,
      Properties.TreatMissingData,
    ]);
    expect(seen).toEqual([
      ['P99RatioAtLeast', 1, 'breaching'],
      ['P50RatioAtLeast', 1, 'notBreaching'],
      ['ErrorShareRiseAtLeast', 0, 'notBreaching'],
    ]);
    for (const { Properties } of ofProbe)
      expect(Properties.Dimensions).toEqual([
        { Name: 'service', Value: 'rollout' },
        { Name: 'FunctionName', Value: 'FunctionName' },
      ]);
  });

  it('are shifted by a role that may call these hooks alone', () => {
    const { Statement } = alarms['Role']!.Properties.Policies[0].PolicyDocument;
    const invoke = Statement.find(({ Action }: Properties) => Action === 'lambda:InvokeFunction');
    expect(invoke.Resource).toEqual(['PreTrafficFunctionArn', 'PostTrafficFunctionArn']);
    expect(JSON.stringify(alarms['Role'])).not.toContain('ManagedPolicyArns');
  });

  it('have hooks and a probe that are built once, and none of them where they are off', () => {
    const { Rollout } = parsed('templates/orchestrator/template.yaml').Resources;
    expect(Rollout).toMatchObject({ Condition: 'IsGradual', Properties: { Location: 'rollout.yaml' } });
    const functions = Object.values(hooks.Resources).filter(({ Type }) => Type.endsWith('::Function'));
    const entries = functions[0]!.Metadata.BuildProperties.EntryPoints as readonly string[];
    for (const { Metadata } of functions) expect(Metadata).toEqual(functions[0]!.Metadata);
    expect(functions.map(({ Properties }): unknown => Properties.Handler)).toEqual(
      entries.map((path) => path.replace(/^handlers\/(.*)\.ts$/, '$1.handler')),
    );
    for (const path of entries) expect(existsSync(join(root, 'src', path))).toBe(true);
  });

  it.each([
    ['PreTrafficRole', 'pre-traffic', 's3:PutObject'],
    ['PostTrafficRole', 'post-traffic', 's3:DeleteObject'],
    ['ProbeRole', 'shift', 's3:GetObject'],
  ] as const)('keep for a year what they see: %s', (role, stage, ofActive) => {
    const { Results } = parsed('templates/orchestrator/template.yaml').Resources;
    const rules = Results!.Properties.LifecycleConfiguration.Rules as readonly { Prefix?: string }[];
    const { Statement } = hooks.Resources[role]!.Properties.Policies[0].PolicyDocument;
    const may = (action: string, key: string): boolean =>
      Statement.some(
        ({ Action, Resource }: Properties) =>
          [Action].flat().includes(action) &&
          [Resource].flat().some((arn: string) => {
            const [, pattern = ''] = /ResultsBucketName\}\/(.*)$/.exec(arn) ?? [];
            return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(key);
          }),
      );
    const key = rolloutKey('d-1', stage);
    expect([may('s3:GetObject', key), may('s3:PutObject', key)]).toEqual([true, true]);
    const active = activeRolloutKey('f');
    const allowed = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].filter((one) => may(one, active));
    expect(allowed).toEqual([ofActive]);
    for (const kept of [key, active])
      expect(rules.some(({ Prefix }) => Prefix !== undefined && kept.startsWith(Prefix))).toBe(true);
  });
});

describe('ProvisionedConcurrency and SnapStart', () => {
  const { Rules, Parameters } = parsed('templates/root.yaml');

  it('are off by default, and refused together with a sentence', () => {
    expect(Parameters.ProvisionedConcurrency).toMatchObject({ Default: 0, MinValue: 0, MaxValue: 100 });
    expect(Parameters.SnapStart).toMatchObject({ Default: 'false', AllowedValues: ['true', 'false'] });
    expect(Rules.ReadyOrSnapped).toEqual({
      RuleCondition: ['SnapStart', 'true'],
      Assertions: [
        {
          Assert: ['ProvisionedConcurrency', '0'],
          AssertDescription: expect.stringContaining('does not allow both') as string,
        },
      ],
    });
  });

  it('reach the registry in the form that the cost model reads', () => {
    const { Resources } = parsed('templates/shared/http-target.yaml');
    const [text] = Resources['Registration']!.Properties.Value as string[];
    const filled = text!
      .replace('${ProvisionedConcurrency}', '3')
      .replace('${SnapStart}', 'true')
      .replace(/\$\{(MemorySize|Lesser|ApiRateLimit)\}/g, '512')
      .replace('${Billing}', '{}')
      .replace('${TargetKind}', 'sync-counter')
      .replace('${CpuArchitecture}', 'arm64')
      .replace('${TargetId}', 'mine')
      .replace(/\$\{(Copy)?Url\}/g, 'http://localhost/hits')
      .replace(/\$\{(FunctionAlias|CopyFunction)Arn\}/g, 'arn:aws:lambda:eu-west-2:123456789012:function:f');
    expect(parseTarget(filled, '/mine')).toMatchObject({ provisionedConcurrency: 3, snapStart: true });
  });
});

describe('InvokableFunctionArns', () => {
  it('reaches both what Plan tells the user and what generators may do, and is empty by default', () => {
    const { Parameters, Resources } = parsed('templates/root.yaml');
    expect(Parameters.InvokableFunctionArns).toMatchObject({ Type: 'CommaDelimitedList', Default: '' });
    expect(Resources['Orchestrator']!.Properties.Parameters.InvokableFunctionArns).toEqual([
      ',',
      'InvokableFunctionArns',
    ]);
    const orchestrator = parsed('templates/orchestrator/template.yaml').Resources;
    for (const part of ['Control', 'Load'])
      expect(orchestrator[part]!.Properties.Parameters.InvokableFunctionArns).toBe('InvokableFunctionArns');
    const { PlanFunction } = parsed('templates/orchestrator/control.yaml').Resources;
    expect(PlanFunction!.Properties.Environment.Variables).toEqual({
      INVOKABLE_FUNCTION_ARNS: 'InvokableFunctionArns',
      TUNER_ARN: 'TunerArn',
    });
    const { VerifyRole, GenerateRole } = parsed('templates/orchestrator/load.yaml').Resources;
    for (const role of [VerifyRole, GenerateRole])
      expect(role!.Properties.Policies).toContainEqual({
        'Fn::If': [
          'InvokesOthers',
          {
            PolicyName: 'invoke-others',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'lambda:InvokeFunction',
                  Resource: [',', 'InvokableFunctionArns'],
                },
              ],
            },
          },
          'AWS::NoValue',
        ],
      });
  });
});

describe('the server of fastapi-ec2', () => {
  const { Resources } = parsed('templates/architectures/fastapi-ec2/template.yaml');
  const unit = read('src/services/fastapi/server/fastapi.service');

  it('lets its service reach neither the metadata of the instance nor, by its role, any parameter', () => {
    expect(Resources['ServerTemplate']!.Properties.LaunchTemplateData.MetadataOptions).toEqual({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
    expect(unit).toMatch(/^IPAddressDeny=169\.254\.169\.254 /m);
    const role = JSON.stringify(Resources['ServerRole']!.Properties);
    expect(role).not.toMatch(/ssm:Get|ManagedPolicy/);
  });

  it('is replaced whenever its registration changes, so that no deployment takes its address away', () => {
    const script: unknown = Resources['ServerTemplate']!.Properties.LaunchTemplateData.UserData['Fn::Base64'];
    expect(script).toContain('${Registration.Value}');
    expect(Resources['ServerGroup']!.Properties.LaunchTemplate.Version).toBe(
      'ServerTemplate.LatestVersionNumber',
    );
  });

  it('gets its service by a deployment, which the stack waits for also where the server is another one', () => {
    const { Condition, Properties } = Resources['Deployment'] as Properties;
    expect(Condition).toBe('IsOnAws');
    expect(Properties.Parameters).toMatchObject({
      LayerArn: 'FastapiLayer',
      ServerGroupName: 'ServerGroup',
      ServerTemplateVersion: 'ServerTemplate.LatestVersionNumber',
    });
    const deployment = parsed('templates/architectures/fastapi-ec2/deployment.yaml').Resources;
    expect(deployment['Deployed']!.Properties).toMatchObject({
      LayerArn: 'LayerArn',
      ServerTemplateVersion: 'ServerTemplateVersion',
      GroupName: 'ServerDeployments',
    });
    expect(deployment['ServerDeployments']!.Properties).toMatchObject({
      AutoScalingGroups: ['ServerGroupName'],
      DeploymentStyle: { DeploymentType: 'IN_PLACE' },
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: 'ServerBroken' }] },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    });
  });
});

describe('variants/rest-canary.yaml', () => {
  const { Resources, Rules } = parsed('templates/variants/rest-canary.yaml');

  it("sends the canary's share to the other alias of the same deployment, and has none at 0 percent", () => {
    expect(Resources['Stage']!.Properties).toMatchObject({
      DeploymentId: 'Deployment',
      Variables: { alias: 'LiveAlias' },
      CanarySetting: {
        'Fn::If': [
          'IsCanary',
          {
            DeploymentId: 'Deployment',
            PercentTraffic: 'CanaryPercent',
            StageVariableOverrides: { alias: 'CanaryAlias' },
            UseStageCache: false,
          },
          'AWS::NoValue',
        ],
      },
      AccessLogSetting: { DestinationArn: 'AccessLogs.Arn' },
    });
  });

  it('refuses a canary that is the alias it is to be compared with, by name', () => {
    const [{ AssertDescription }] = Rules.CanaryIsAnother.Assertions as [Properties];
    expect(AssertDescription).toContain('CanaryAlias must be another alias than LiveAlias');
  });
});

describe('shared/http-target.yaml', () => {
  const { Mappings, Parameters } = parsed('templates/shared/http-target.yaml');
  const limits = parsed('templates/root.yaml').Parameters.ApiRateLimit.AllowedValues as readonly number[];
  const stores = Parameters.StoreRate.AllowedValues as readonly number[];

  it('registers the lesser of what the store takes and the API lets through, for every pair of them', () => {
    const lesser = (limit: number, store: number) => Math.min(limit, store === 0 ? limit : store);
    expect(Mappings.MaxRate).toEqual(
      Object.fromEntries(
        limits.map((limit) => [
          limit,
          Object.fromEntries(stores.map((store) => [store, lesser(limit, store)])),
        ]),
      ),
    );
  });
});

describe('the rights to change a copy', () => {
  it('are on the copy alone, for the roles that the orchestrator names', () => {
    const { Resources } = parsed('templates/shared/http-target.yaml');
    const { Roles, PolicyDocument } = Resources['MayChangeCopy']!.Properties;
    expect(Roles).toBe('ChangeRoleNames');
    for (const { Resource } of PolicyDocument.Statement) expect(Resource).toBe('CopyFunctionArn');
    const outputs = parsed('templates/orchestrator/trials.yaml').Outputs;
    expect(outputs.ChangeRoleNames.Value).toBe('TrialRole');
  });
});

describe('the rights to query log groups', () => {
  it('are on those of the function and of its copy alone, for the roles that the orchestrator names', () => {
    const { Resources } = parsed('templates/shared/http-target.yaml');
    const { Roles, PolicyDocument } = Resources['MayQueryLogs']!.Properties;
    expect(Roles).toBe('ReadLogsRoleNames');
    const resources = PolicyDocument.Statement.flatMap(({ Resource }: Properties) => Resource);
    expect(resources.map((one: string) => /log-group:(.*)$/.exec(one)![1])).toEqual([
      '${LogGroupName}:*',
      '${CopyLogGroupName}:*',
    ]);
    const outputs = parsed('templates/orchestrator/control.yaml').Outputs;
    expect(outputs.ReadLogsRoleNames.Value).toBe('CollectRole');
  });
});

describe('what a deployment over the previous release keeps', () => {
  const recorded = JSON.parse(read('tests/templates/stateful-resources.json')) as object;
  const types = new Set(
    Object.values(recorded).flatMap((ids) => Object.values(ids as Record<string, string>)),
  );

  it('is every resource with a state of its own, under the logical id that it was released with', () => {
    const found = readdirSync(join(root, 'templates'), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => {
        const { Resources } = parsed(join('templates', path));
        const ids = Object.entries(Resources).flatMap(([id, { Type }]) =>
          types.has(Type) ? [[id, Type]] : [],
        );
        return [path, Object.fromEntries(ids) as object] as const;
      })
      .filter(([, ids]) => Object.keys(ids).length > 0);
    // A new one is added to the list. One that is missing or has another type would be deleted with all that it holds.
    expect(Object.fromEntries(found)).toEqual(recorded);
  });
});

describe('the lab as a stack', () => {
  it('says by an output of which release it is, and by a tag that it is a lab', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('templates/root.yaml'), { logLevel: 'silent' })).toMatchObject({
      Outputs: { LatencyLab: { Value: version } },
    });
    expect(read('samconfig.toml')).toMatch(/^tags = "project=latency-lab"$/m);
  });
});

describe.each(architectures.map((row) => [row.id, row] as const))(
  'the bill of %s',
  (id, { template, billing }) => {
    it('is in the manifest as its template registers it', () => {
      const text = read(join('templates', template)).replaceAll('${Type}', 't3.micro');
      // One template may be nested for several, each with a bill of its own.
      const own = [...text.matchAll(/^ *(?:Billing:|-) '(\{".*\})'$|"billing":(\{"[^}]*\})/gm)].map(
        ([, whole, part]) => whole ?? part ?? '',
      );
      // A template that names none takes the shared one's default.
      const shared = /Billing:[\s\S]*?Default: '(.*)'/.exec(read('templates/shared/http-target.yaml'))?.[1];
      const registered = own.length > 0 ? own : [shared ?? ''];
      expect(registered.map((json) => JSON.parse(json) as unknown)).toContainEqual(billing);
    });
  },
);
