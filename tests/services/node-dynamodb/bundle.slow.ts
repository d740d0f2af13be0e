import { serviceNamed } from '../../contract/services.ts';
import { readZip } from '../../../src/local/host/code-store.ts';

describe('the bundle of node-dynamodb', () => {
  it('is one file of at most 600 KB, its SDK included', async () => {
    const files: { path: string; bytes: number; hasSdk: boolean }[] = [];
    for await (const entry of readZip(serviceNamed('node-dynamodb').zip())) {
      const content = await entry.read();
      files.push({ path: entry.path, bytes: content.length, hasSdk: content.includes('DynamoDB_20120810') });
    }
    expect(files).toEqual([{ path: 'app.mjs', bytes: expect.any(Number), hasSdk: true }]);
    expect(files[0]!.bytes).toBeLessThanOrEqual(600_000);
  });
});
