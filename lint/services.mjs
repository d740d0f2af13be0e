/** `npm run lint:services`: format and lint of what is not written in TypeScript. Rust's own is in its `make test`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';
import { check, conclude } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const python = ['src', 'tests'].map((folder) => join(root, folder));
const cpp = join(root, 'src/services/cpp-dynamodb');

const sources = ['src', 'tests'].flatMap((folder) =>
  readdirSync(join(cpp, folder)).map((file) => join(cpp, folder, file)),
);

const { lint } = await ensure(['lint'], { log: console.error });
const ruff = join(lint.modules, 'ruff');
conclude(
  await Promise.all([
    check('Python format', ruff, ['format', '--check', '--no-cache', ...python]),
    check('Python lint', ruff, ['check', '--no-cache', ...python]),
    check('C++ format', join(lint.modules, 'clang-format'), ['--dry-run', '--Werror', ...sources]),
  ]),
);
