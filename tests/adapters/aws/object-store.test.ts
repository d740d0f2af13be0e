import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { createS3Client, s3ObjectStore } from '../../../src/adapters/aws/object-store.ts';
import { objectStoreSuite } from '../object-store.suite.ts';
import { fakeS3 } from './fake-s3.ts';

const bucket = 'results';

describe('s3ObjectStore', () => {
  objectStoreSuite(() => {
    const client = new S3Client({ region: 'eu-west-2' });
    fakeS3(bucket, client);
    return s3ObjectStore(client, bucket);
  });

  it('says what an object is by the end of its key, unless told', async () => {
    const client = new S3Client({ region: 'eu-west-2' });
    const { contentTypes } = fakeS3(bucket, client);
    const store = s3ObjectStore(client, bucket);
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
    const client = new S3Client({ region: 'eu-west-2' });
    const conflict = new S3ServiceException({
      name: 'ConditionalRequestConflict',
      $fault: 'client',
      $metadata: {},
    });
    mockClient(client).on(PutObjectCommand).rejects(conflict);
    expect(await s3ObjectStore(client, bucket).putIfAbsent('lock.json', '{}')).toBe(false);
  });

  it('rejects with the error of S3 for everything else', async () => {
    const client = new S3Client({ region: 'eu-west-2' });
    const denied = new S3ServiceException({ name: 'AccessDenied', $fault: 'client', $metadata: {} });
    mockClient(client).onAnyCommand().rejects(denied);
    const store = s3ObjectStore(client, bucket);
    await expect(store.get('a')).rejects.toBe(denied);
    await expect(store.put('a', '')).rejects.toBe(denied);
    await expect(store.putIfAbsent('a', '')).rejects.toBe(denied);
    await expect(store.list('a')).rejects.toBe(denied);
    await expect(store.delete('a')).rejects.toBe(denied);
  });
});

describe('createS3Client', () => {
  it('retries, since every call on an object can be repeated', async () => {
    const { config } = createS3Client();
    expect(await config.maxAttempts()).toBe(5);
  });
});
