import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { createS3Client, s3ObjectStore } from '../../../src/adapters/aws/object-store.ts';
import { objectStoreSuite } from '../object-store.suite.ts';
import { fakeS3 } from './fake-s3.ts';

const bucket = 'results';

const setUp = () => {
  const client = new S3Client({ region: 'eu-west-2' });
  return { client, store: s3ObjectStore(client, bucket) };
};
const refusal = (name: string) => new S3ServiceException({ name, $fault: 'client', $metadata: {} });

describe('s3ObjectStore', () => {
  objectStoreSuite(() => {
    const { client, store } = setUp();
    fakeS3(bucket, client);
    return store;
  });

  it('says what an object is by the end of its key, unless told', async () => {
    const { client, store } = setUp();
    const { contentTypes } = fakeS3(bucket, client);
    await store.put('report.html', '<html>');
    await store.putIfAbsent('lock.json', '{}');
    await store.put('data', '');
    await store.put('notes.md', '', 'text/plain');
    expect([...contentTypes]).toEqual([
      ['report.html', 'text/html; charset=utf-8'],
      ['lock.json', 'application/json'],
      ['data', 'application/octet-stream'],
      ['notes.md', 'text/plain'],
    ]);
  });

  it('loses a conditional write that meets another one under way', async () => {
    const { client, store } = setUp();
    mockClient(client).on(PutObjectCommand).rejects(refusal('ConditionalRequestConflict'));
    expect(await store.putIfAbsent('lock.json', '{}')).toBe(false);
  });

  it('rejects with the error of S3 for everything else', async () => {
    const { client, store } = setUp();
    const denied = refusal('AccessDenied');
    mockClient(client).onAnyCommand().rejects(denied);
    for (const call of ['get', 'put', 'putIfAbsent', 'list', 'delete'] as const)
      await expect(store[call]('a', '')).rejects.toBe(denied);
  });
});

describe('createS3Client', () => {
  it('retries, since every call on an object can be repeated', async () => {
    const { config } = createS3Client();
    expect(await config.maxAttempts()).toBe(5);
  });
});
