/** The packages of a build. They are made once and kept with it: zipping and reading all templates takes longer than deploying. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { region } from '../aws-environment.ts';
import type { LocalPlane } from '../plane.ts';
import type { Reaper } from '../reaper/reaper.ts';
import { DeployError, sam } from './sam.ts';

export const bucket = 'latency-lab-packages';

export interface Packaging {
  /** The repository. */
  readonly root: string;
  /** Of one build. */
  readonly directory: string;
  readonly reaper: Reaper;
  readonly onProgress: (line: string) => void;
}

const rootTemplate = 'root.yaml';

/** As on AWS, without the port of one plane: the emulator looks at the path alone. */
const urlOfBucket = `https://s3.${region}.amazonaws.com/${bucket}/`;

const clientOf = ({ emulatorUrl, credentials }: LocalPlane): S3Client =>
  new S3Client({ endpoint: emulatorUrl, region, credentials, forcePathStyle: true });

const download = async (
  client: S3Client,
  plane: LocalPlane,
  prefix: string,
  draft: string,
): Promise<void> => {
  const anywhere = (text: string): string => text.replaceAll(`${plane.emulatorUrl}/${bucket}/`, urlOfBucket);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const isTemplate = Key.endsWith('.template');
      await writeFile(
        join(draft, basename(Key)),
        isTemplate ? anywhere(Buffer.from(bytes).toString()) : bytes,
      );
    }
  const template = join(draft, rootTemplate);
  await writeFile(template, anywhere(await readFile(template, 'utf8')));
};

/** Runs `sam package`, and keeps what it put into the bucket. */
const make = async (client: S3Client, plane: LocalPlane, packaging: Packaging, kept: string) => {
  const { root, directory, reaper, onProgress } = packaging;
  onProgress('packaging');
  const draft = `${kept}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  reaper.remove(draft);
  const prefix = basename(directory);
  const { code, output } = await sam(
    [
      ...['package', '--template-file', join(directory, 'template.yaml'), '--no-progressbar'],
      ...['--s3-bucket', bucket, '--s3-prefix', prefix],
      ...['--output-template-file', join(draft, rootTemplate)],
    ],
    { root, reaper, env: plane.env, onLine: () => undefined },
  );
  if (code !== 0)
    throw new DeployError(`sam package failed:\n${output.trim().split('\n').slice(-8).join('\n')}`);
  await download(client, plane, `${prefix}/`, draft);
  await rename(draft, kept).catch((error: unknown) => {
    // Another process was quicker with the same build.
    if (!existsSync(kept)) throw error;
  });
};

const upload = async (client: S3Client, prefix: string, kept: string): Promise<void> => {
  const names = (await readdir(kept)).filter((name) => name !== rootTemplate);
  await Promise.all(
    names.map(async (name) =>
      client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `${prefix}/${name}`,
          Body: await readFile(join(kept, name)),
        }),
      ),
    ),
  );
};

/**
 * Puts a build's packages into the plane's bucket.
 * @returns the path of the template that refers to them
 * @throws DeployError with what `sam package` said
 */
export const providePackages = async (plane: LocalPlane, packaging: Packaging): Promise<string> => {
  const { directory } = packaging;
  const kept = join(directory, 'packages');
  const client = clientOf(plane);
  try {
    if (existsSync(kept)) await upload(client, basename(directory), kept);
    else await make(client, plane, packaging, kept);
    return join(kept, rootTemplate);
  } finally {
    client.destroy();
  }
};
