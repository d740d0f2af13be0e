import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion, VersionedStore } from '../../ports/index.ts';

/** Every call on objects can be repeated without harm, so four retries with back-off ride out a throttled bucket. */
export const createS3Client = (): S3Client => new S3Client({ maxAttempts: 5, retryMode: 'standard' });

/** S3's answers to a conditional write that lost: another object is there, or another write is under way. */
const conditionNames = ['PreconditionFailed', 'ConditionalRequestConflict'];

const contentTypes = new Map([
  ['json', 'application/json'],
  ['html', 'text/html; charset=utf-8'],
  ['md', 'text/markdown; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8'],
]);

const contentTypeOf = (key: string): string =>
  contentTypes.get(key.split('.').at(-1) ?? '') ?? 'application/octet-stream';

const hasName = (error: unknown, names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** The objects of one bucket. A call rejects with the SDK's own error when S3 refuses it or cannot be reached. */
export const s3ObjectStore = (client: S3Client, bucket: string): VersionedStore => {
  const read = async (key: string): Promise<{ text: string; etag: string | undefined } | undefined> => {
    try {
      const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { text: (await Body?.transformToString()) ?? '', etag: ETag };
    } catch (error) {
      if (hasName(error, ['NoSuchKey'])) return undefined;
      throw error;
    }
  };

  const write = async (key: string, body: string, condition: { IfMatch?: string; IfNoneMatch?: '*' }) => {
    const ContentType = contentTypeOf(key);
    try {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType, ...condition }),
      );
      return true;
    } catch (error) {
      // NoSuchKey: what was to be replaced has been deleted.
      if (hasName(error, [...conditionNames, 'NoSuchKey'])) return false;
      throw error;
    }
  };

  const versions = async (prefix: string): Promise<readonly ObjectVersion[]> => {
    const found: ObjectVersion[] = [];
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      found.push(
        ...Contents.flatMap(({ Key, ETag = '' }) => (Key === undefined ? [] : [{ key: Key, version: ETag }])),
      );
    }
    return found;
  };

  return {
    get: async (key) => (await read(key))?.text,
    put: async (key, body, contentType = contentTypeOf(key)) => {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }),
      );
    },
    putIfAbsent: (key, body) => write(key, body, { IfNoneMatch: '*' }),
    replace: async (key, expected, body) => {
      const current = await read(key);
      if (current?.text !== expected || current.etag === undefined) return false;
      return write(key, body, { IfMatch: current.etag });
    },
    versions,
    list: async (prefix) => (await versions(prefix)).map(({ key }) => key),
    delete: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
};
