import { serviceNamed } from '../../contract/services.ts';
import { readZip } from '../../../src/local/host/zip.ts';

describe('the bundle of node-dynamodb', () => {
  it('is one file of at most 600 KB, its SDK included', () => {
    const files = readZip(serviceNamed('node-dynamodb').zip()).map((entry) => ({
      path: entry.path,
      bytes: entry.read().length,
      hasSdk: entry.read().includes('DynamoDB_20120810'),
    }));
    expect(files).toEqual([{ path: 'app.mjs', bytes: expect.any(Number), hasSdk: true }]);
    expect(files[0]!.bytes).toBeLessThanOrEqual(600_000);
  });
});
