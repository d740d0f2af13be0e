/** The emulator as deployments need it: its aliases, alarms and parameters. */
import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import type { DescribeAlarmsOutput } from '@aws-sdk/client-cloudwatch';
import type { GetParametersByPathResult } from '@aws-sdk/client-ssm';
import { isProbeParameter, labPath } from '../../core/keys.ts';
import type { DeploymentAccount } from '../code-deploy/account.ts';
import type { EmulatorClient } from './emulator-client.ts';
import { aliasPath, type createEmulatorState, toAlias } from './emulator-state.ts';

type State = ReturnType<typeof createEmulatorState>;

export const createEmulatorAccount = (
  client: EmulatorClient,
  state: Pick<State, 'version' | 'refreshAlias'>,
): Omit<DeploymentAccount, 'invoke'> => {
  const call = async <T>(service: string, action: string, input: unknown): Promise<T> => {
    const { status, body } = await client.call(service, action, input);
    if (status !== 200)
      throw new Error(`${action}: the emulator answered ${status}: ${body.toString().slice(0, 200)}`);
    return JSON.parse(body.toString()) as T;
  };

  return {
    alias: async (name, alias) => {
      const found = await client.get('lambda', aliasPath(name, alias));
      return found === undefined ? undefined : toAlias(found as AliasConfiguration);
    },
    functionArn: async (name, version) => (await state.version(name, version))?.arn,
    pointAlias: async (name, alias, { version: FunctionVersion, weights: AdditionalVersionWeights }) => {
      const RoutingConfig = { AdditionalVersionWeights };
      await client.put('lambda', aliasPath(name, alias), { FunctionVersion, RoutingConfig });
      await state.refreshAlias(name, alias);
    },
    alarms: async (names) => {
      if (names.length === 0) return [];
      const action = 'GraniteServiceVersion20100801.DescribeAlarms';
      const input = { AlarmNames: names, MaxRecords: 100 };
      return (await call<DescribeAlarmsOutput>('monitoring', action, input)).MetricAlarms ?? [];
    },
    /** There is one lab on a plane. */
    probe: async () => {
      let NextToken: string | undefined;
      do {
        const input = { Path: labPath, Recursive: true, NextToken };
        const page = await call<GetParametersByPathResult>('ssm', 'AmazonSSM.GetParametersByPath', input);
        const found = page.Parameters?.find(({ Name = '' }) => isProbeParameter(Name));
        if (found !== undefined) return found.Value;
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      return undefined;
    },
  };
};
