/** `npm run lint:templates`: house rules and cfn-lint on every template, SAM's own validation on those it expands. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';
import { checkManifest, checkTemplate } from './house-rules.mjs';
import { check, conclude, twoAtATime } from './run.mjs';

const folder = fileURLToPath(new URL('../templates', import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(folder, path), 'utf8');

const templates = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.yaml'))
  .sort();
const expandedBySam = templates.filter((path) => read(path).includes('AWS::Serverless'));

/** @param {string} name @param {readonly string[]} findings */
const verdict = (name, findings) => ({ name, ok: findings.length === 0, said: findings.join('\n') });

const { lint, sam } = await ensure(['lint', 'sam'], { log: console.error });
// Validation calls nobody, but SAM CLI wants to know a region.
const env = { AWS_DEFAULT_REGION: 'us-east-1', SAM_CLI_TELEMETRY: '0' };
const house = templates.map((path) => verdict(`house rules: ${path}`, checkTemplate(read(path))));
/** @type {unknown} */
const parsed = JSON.parse(read('architectures.json'));
const manifest = /** @type {import('../src/core/plan/manifest.ts').Manifest} */ (parsed);
const others = await twoAtATime([
  () =>
    check(
      'cfn-lint',
      join(lint.modules, 'cfn-lint'),
      templates.map((path) => join(folder, path)),
      env,
    ),
  ...expandedBySam.map(
    (path) => () =>
      check(
        `sam validate: ${path}`,
        join(sam.modules, 'sam'),
        ['validate', '--lint', '-t', join(folder, path)],
        env,
      ),
  ),
]);
conclude([...house, verdict('house rules: manifest', checkManifest(manifest, read)), ...others]);
