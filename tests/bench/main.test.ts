import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

describe('npm run bench', () => {
  it('refuses a name that it does not know, and lists those that it does', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bench/main.mjs', 'truth', 'histgram'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('given "histgram"');
    const names = [...stderr.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
    expect(names).toContain('load-tools');
    expect(names.filter((name) => !existsSync(`bench/${name ?? ''}.mjs`))).toEqual([]);
  });
});
