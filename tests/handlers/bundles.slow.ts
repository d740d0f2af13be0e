import { build } from 'esbuild';
import path from 'node:path';

const root = path.join(__dirname, '../..');
/**
 * Bytes, minified as `sam build` ships them: what a handler weighs is what each of its cold starts has to read. The SDK
 * comes with the runtime. The report brings its renderers and
 * the price files along, the generator an HTTP client of its own.
 */
const limits = {
  plan: 80_000,
  verify: 80_000,
  schedule: 80_000,
  collect: 80_000,
  trial: 80_000,
  generate: 95_000,
  report: 265_000,
  'clean-up': 80_000,
  'pre-traffic': 85_000,
  'post-traffic': 85_000,
  probe: 85_000,
};

describe('the bundle of an orchestrator handler', () => {
  it.each(Object.entries(limits))('%s stays within %d bytes', async (name, limit) => {
    const { outputFiles, warnings } = await build({
      entryPoints: [path.join(root, 'src/handlers', `${name}.ts`)],
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      external: ['@aws-sdk/*'],
      write: false,
      loader: { '.query': 'text' },
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(limit);
  });
});
