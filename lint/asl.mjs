/** `npm run lint:asl`: asl-validator and statelint on every state machine. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';
import { check, conclude } from './run.mjs';

/** statelint knows the States Language's own fields; this one is Step Functions', and S3 readers need it. */
const foreign = /^\s*Field "InputType" not allowed in .*\.ItemReader\.ReaderConfig$/;

/** Drops what statelint says of Step Functions' own fields. @param {import('./run.mjs').Verdict} verdict */
const withoutForeign = ({ name, said }) => {
  const lines = said.split('\n').filter((line) => !foreign.test(line) && !/^(\d+|One) errors?:/.test(line));
  return { name, ok: lines.every((line) => line.trim() === ''), said: lines.join('\n') };
};

const folder = fileURLToPath(new URL('../statemachines', import.meta.url));
const machines = readdirSync(folder).filter((path) => path.endsWith('.asl.json'));
const { lint, node_modules } = await ensure(['lint', 'node_modules'], { log: console.error });
conclude(
  await Promise.all(
    machines.flatMap((path) => {
      const file = join(folder, path);
      return [
        check(`asl-validator: ${path}`, join(node_modules.exec, 'asl-validator'), ['--json-path', file]),
        check(`statelint: ${path}`, join(lint.modules, 'statelint'), [file]).then(withoutForeign),
      ];
    }),
  ),
);
