import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { createHash } from 'node:crypto';

const pageSize = 2;
const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;

const noSuchKey = () => new NoSuchKey({ message: 'The specified key does not exist.', $metadata: {} });
const conditionFailed = () =>
  new S3ServiceException({
    name: 'PreconditionFailed',
    $fault: 'client',
    $metadata: { httpStatusCode: 412 },
    message: 'At least one of the pre-conditions you specified did not hold',
  });

/**
 * Has the sends of `client`, or of all S3 clients, answered as S3 documents it for one bucket: conditions, ETags,
 * pages of two keys.
 */
export const fakeS3 = (
  bucket: string,
  client?: S3Client,
): { readonly objects: Map<string, string>; readonly contentTypes: Map<string, string> } => {
  const objects = new Map<string, string>();
  const contentTypes = new Map<string, string>();
  const mock = client === undefined ? mockClient(S3Client) : mockClient(client);

  mock
    .on(PutObjectCommand, { Bucket: bucket })
    .callsFake(({ Key, Body, ContentType, IfMatch, IfNoneMatch }) => {
      const current = objects.get(Key);
      if (IfNoneMatch === '*' && current !== undefined) throw conditionFailed();
      if (IfMatch !== undefined && current === undefined) throw noSuchKey();
      if (IfMatch !== undefined && IfMatch !== etagOf(current ?? '')) throw conditionFailed();
      objects.set(Key, Body);
      contentTypes.set(Key, ContentType);
      return { ETag: etagOf(Body) };
    });
  mock.on(GetObjectCommand, { Bucket: bucket }).callsFake(({ Key }) => {
    const body = objects.get(Key);
    if (body === undefined) throw noSuchKey();
    return { Body: { transformToString: () => Promise.resolve(body) }, ETag: etagOf(body) };
  });
  mock.on(DeleteObjectCommand, { Bucket: bucket }).callsFake(({ Key }) => {
    objects.delete(Key);
    return {};
  });
  mock.on(ListObjectsV2Command, { Bucket: bucket }).callsFake(({ Prefix, ContinuationToken = '' }) => {
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(Prefix) && key > ContinuationToken)
      .sort();
    const page = keys.slice(0, pageSize);
    const more = keys.length > pageSize;
    return {
      ...(page.length === 0
        ? {}
        : { Contents: page.map((Key) => ({ Key, ETag: etagOf(objects.get(Key) ?? '') })) }),
      IsTruncated: more,
      ...(more ? { NextContinuationToken: page.at(-1) } : {}),
    };
  });
  return { objects, contentTypes };
};
