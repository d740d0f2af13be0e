import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../../../tools/setup/node.mjs';
import { ownDirectory } from '../../support/directory.ts';

describe('isInstalled', () => {
  let root: string;
  beforeEach(() => {
    root = ownDirectory();
    mkdirSync(join(root, 'node_modules'));
    lock('package-lock.json', {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/for-another-platform': { version: '2.0.0', optional: true },
    });
  });
  const lock = (file: string, packages: object): void => {
    writeFileSync(join(root, file), JSON.stringify({ packages }));
  };
  const installed = (packages: object): void => {
    lock('node_modules/.package-lock.json', packages);
  };

  it('is true when everything but optional packages is there', () => {
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(true);
  });

  it('is false when nothing is installed', () => {
    expect(isInstalled(root)).toBe(false);
  });

  it('is false when a package is missing', () => {
    installed({});
    expect(isInstalled(root)).toBe(false);
  });

  it('is false when the lock asks for another version, of an optional package too', () => {
    installed({ 'node_modules/a': { version: '1.0.1' } });
    expect(isInstalled(root)).toBe(false);
    installed({
      'node_modules/a': { version: '1.0.0' },
      'node_modules/for-another-platform': { version: '1.9.0' },
    });
    expect(isInstalled(root)).toBe(false);
  });
});
