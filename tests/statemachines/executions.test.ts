import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRunRequest } from '../../src/core/plan/request.ts';
import { parseManifest } from '../../src/core/plan/manifest.ts';

const root = join(__dirname, '../..');
const folder = join(root, 'events/executions');
const { architectures } = parseManifest(readFileSync(join(root, 'templates/architectures.json'), 'utf8'));

describe('events/executions', () => {
  it.each(readdirSync(folder))('%s is an input that Plan accepts, for targets that exist', (file) => {
    const request: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const { targets = [] } = parseRunRequest({ request, executionName: 'example' });
    const ids = architectures.map(({ id }) => id);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
