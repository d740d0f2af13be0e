import { build } from 'esbuild';
import path from 'node:path';

const root = path.join(__dirname, '../..');
/** Bytes; what a handler weighs is what each of its cold starts has to read. The SDK comes with the runtime. */
const limit = 300_000;

describe('the bundle of an orchestrator handler', () => {
  it.each(['plan', 'verify', 'schedule', 'generate', 'report', 'clean-up'])(
    '%s stays within 300 KB',
    async (name) => {
      const { outputFiles, warnings } = await build({
        entryPoints: [path.join(root, 'src/handlers', `${name}.ts`)],
        bundle: true,
        platform: 'node',
        format: 'esm',
        external: ['@aws-sdk/*'],
        write: false,
        logLevel: 'silent',
      });
      expect(warnings).toEqual([]);
      expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(limit);
    },
  );
});
