import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { randomUUID } from 'node:crypto';
import { s3ObjectStore } from '../../../src/adapters/aws/object-store.ts';
import { ssmTargetRegistry } from '../../../src/adapters/aws/parameters.ts';
import { startTestEmulator, type TestEmulator } from '../../local/fixtures/emulator.ts';
import { objectStoreSuite } from '../object-store.suite.ts';
import { registryPath, targetRegistrySuite } from '../target-registry.suite.ts';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startTestEmulator();
}, 120_000);
afterAll(() => emulator.stop());

describe('s3ObjectStore on the emulator', () => {
  objectStoreSuite(async () => {
    const client = new S3Client(emulator.client);
    const Bucket = randomUUID();
    await client.send(new CreateBucketCommand({ Bucket }));
    return s3ObjectStore(client, Bucket);
  });
});

describe('ssmTargetRegistry on the emulator', () => {
  targetRegistrySuite(async (parameters) => {
    const client = new SSMClient(emulator.client);
    // One emulator serves all cases, so each gets a lab of its own.
    const lab = randomUUID();
    for (const [name, Value] of parameters)
      await client.send(new PutParameterCommand({ Name: `/${lab}${name}`, Value, Type: 'String' }));
    return ssmTargetRegistry(client, `/${lab}${registryPath}`);
  });
});
