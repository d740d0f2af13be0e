/** What deployments need of the account that they are made in. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Alias } from '../host/functions.ts';

export interface DeploymentAccount {
  /** As it is now. Undefined where there is none. */
  alias(functionName: string, alias: string): Promise<Alias | undefined>;
  /** ARN of the function, without a qualifier; undefined where there is no such version. */
  functionArn(functionName: string, version: string): Promise<string | undefined>;
  /** Resolves when every new request goes where it now points. */
  pointAlias(functionName: string, alias: string, to: Alias): Promise<void>;
  /** Those of the names that are there. */
  alarms(names: readonly string[]): Promise<readonly MetricAlarm[]>;
  /** ARN of the function that compares both versions while traffic shifts; undefined where the lab has none. */
  probe(): Promise<string | undefined>;
  /** Resolves when a function has run. Rejects where it could not, or ended with an error, with what it said. */
  invoke(functionReference: string, event: object): Promise<void>;
}
