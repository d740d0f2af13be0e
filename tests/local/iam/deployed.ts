/** What a deployed lab allows: its roles and the policies of its resources, as the emulator's CloudFormation made them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CloudFormation, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { IAM, paginateGetAccountAuthorizationDetails, type RoleDetail } from '@aws-sdk/client-iam';
import { Lambda } from '@aws-sdk/client-lambda';
import { paginateListBuckets, S3 } from '@aws-sdk/client-s3';
import { parseDocument } from 'yaml';
import { region } from '../../../src/local/aws-environment.ts';
import type { Credentials } from '../../../src/local/credentials.ts';
import type { Policy } from './policy.ts';

export interface Role {
  readonly arn: string;
  readonly trust: Policy;
  /** By the name of each policy. */
  readonly policies: Readonly<Record<string, Policy>>;
  readonly boundary: Policy | undefined;
}

export interface Deployed {
  readonly roles: readonly Role[];
  /** By the ARN of a bucket, or of a function's alias or version. */
  readonly resourcePolicies: Readonly<Record<string, Policy>>;
  /** Where resources come from: `{Orchestrator/Results}` for a bucket's name, and so on, with the template's file. */
  readonly names: readonly Name[];
}

export interface Name {
  readonly physicalId: string;
  /** Logical ids from the root stack on. */
  readonly path: string;
  readonly template: string;
}

const parse = (document: string | undefined): Policy =>
  JSON.parse(decodeURIComponent(document ?? '')) as Policy;

const managedPolicy = async (iam: IAM, PolicyArn: string | undefined): Promise<Policy> => {
  const { Policy: found } = await iam.getPolicy({ PolicyArn });
  const version = { PolicyArn, VersionId: found?.DefaultVersionId };
  return parse((await iam.getPolicyVersion(version)).PolicyVersion?.Document);
};

const readRole = async (iam: IAM, detail: RoleDetail): Promise<Role> => {
  const policies: Record<string, Policy> = {};
  for (const { PolicyName = '', PolicyDocument } of detail.RolePolicyList ?? [])
    policies[PolicyName] = parse(PolicyDocument);
  for (const { PolicyArn = '' } of detail.AttachedManagedPolicies ?? [])
    policies[PolicyArn] = await managedPolicy(iam, PolicyArn);
  // The emulator leaves boundaries out of the details.
  const { Role: role } = await iam.getRole({ RoleName: detail.RoleName });
  const boundary = role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    arn: detail.Arn ?? '',
    trust: parse(detail.AssumeRolePolicyDocument),
    policies,
    boundary: boundary === undefined ? undefined : await managedPolicy(iam, boundary),
  };
};

const readRoles = async (iam: IAM): Promise<readonly Role[]> => {
  const roles: Role[] = [];
  for await (const { RoleDetailList = [] } of paginateGetAccountAuthorizationDetails({ client: iam }, {}))
    for (const detail of RoleDetailList) roles.push(await readRole(iam, detail));
  return roles;
};

/** Undefined where there is none. */
const unlessMissing = async (
  policy: Promise<{ Policy?: string | undefined }>,
): Promise<Policy | undefined> => {
  try {
    return parse((await policy).Policy);
  } catch (error) {
    if (error instanceof Error && ['NoSuchBucketPolicy', 'ResourceNotFoundException'].includes(error.name))
      return undefined;
    throw error;
  }
};

const locationsIn = (file: string): ReadonlyMap<string, string> => {
  const { Resources = {} } = parseDocument(readFileSync(file, 'utf8'), { logLevel: 'silent' }).toJS() as {
    Resources?: Record<string, { Properties?: { Location?: string } }>;
  };
  return new Map(
    Object.entries(Resources).flatMap(([id, { Properties }]) =>
      Properties?.Location === undefined ? [] : [[id, Properties.Location] as const],
    ),
  );
};

const readNames = async (
  client: CloudFormation,
  root: string,
  StackName: string,
  template: string,
  above = '',
): Promise<readonly Name[]> => {
  const locations = locationsIn(join(root, template));
  const names: Name[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { LogicalResourceId = '', PhysicalResourceId = '', ResourceType } of StackResourceSummaries) {
      const path = `${above}${LogicalResourceId}`;
      if (ResourceType === 'AWS::CloudFormation::Stack') {
        const nested = join(dirname(template), locations.get(LogicalResourceId) ?? '');
        names.push(...(await readNames(client, root, PhysicalResourceId, nested, `${path}/`)));
      } else names.push({ physicalId: PhysicalResourceId, path, template });
    }
  return names;
};

/** A lab that was deployed to a local plane. */
export interface Lab {
  /** The repository. */
  readonly root: string;
  readonly emulatorUrl: string;
  readonly credentials: Credentials;
  readonly stackName: string;
}

/** @param functions ARNs of functions' aliases and versions whose policies are wanted */
export const readDeployed = async (
  { root, emulatorUrl, credentials, stackName }: Lab,
  functions: Iterable<string>,
): Promise<Deployed> => {
  const config = { endpoint: emulatorUrl, region, credentials };
  const [iam, lambda] = [new IAM(config), new Lambda(config)];
  const [s3, cloudFormation] = [new S3({ ...config, forcePathStyle: true }), new CloudFormation(config)];
  const found: [string, Policy | undefined][] = [];
  for await (const { Buckets = [] } of paginateListBuckets({ client: s3 }, {}))
    for (const { Name: Bucket = '' } of Buckets)
      found.push([`arn:aws:s3:::${Bucket}`, await unlessMissing(s3.getBucketPolicy({ Bucket }))]);
  for (const arn of functions) {
    const [FunctionName, Qualifier] = [arn.split(':').slice(0, 7).join(':'), arn.split(':')[7]];
    found.push([arn, await unlessMissing(lambda.getPolicy({ FunctionName, Qualifier }))]);
  }
  const roles = await readRoles(iam);
  const names = await readNames(cloudFormation, root, stackName, 'templates/root.yaml');
  for (const client of [iam, lambda, s3, cloudFormation]) client.destroy();
  const resourcePolicies = Object.fromEntries(
    found.flatMap(([arn, policy]) => (policy === undefined ? [] : [[arn, policy] as const])),
  );
  return { roles, resourcePolicies, names };
};
