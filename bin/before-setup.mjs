/** What is answered before anything is set up: help, version, and flags that npm swallowed. Needs Node alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {Readonly<Record<string, string>>} Texts of help: the overview under '', each command's under its name */

const helpWords = ['help', '--help', '-h'];
const versionWords = ['version', '--version', '-V', '-v'];

/**
 * @param {readonly string[]} args @param {Texts} texts @param {string} version
 * @returns {string | undefined} the text that is asked for; undefined where it is something else or not known
 */
export const textAskedFor = ([first = 'help', ...more], texts, version) => {
  if (versionWords.includes(first)) return `latency-lab ${version}\n`;
  if (helpWords.includes(first)) return more.length < 2 ? texts[more[0] ?? ''] : undefined;
  const asked = more.includes('--help') || more.includes('-h') || (more.length === 1 && more[0] === 'help');
  return asked && first !== '' ? texts[first] : undefined;
};

/** @param {NodeJS.ProcessEnv} env @returns {string} the log of the npm that is running, where it keeps one */
export const npmLog = (env) => {
  const directory = env['npm_config_logs_dir'] ?? join(env['npm_config_cache'] ?? '', '_logs');
  try {
    return readFileSync(join(directory, readdirSync(directory).sort().at(-1) ?? ''), 'utf8');
  } catch {
    return '';
  }
};

/**
 * Without `--` before them npm takes a command's flags for its own, and the command would run without. Most arrive as
 * variables, which npm's settings do, too; npm's log tells all that it was called with.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {Texts} texts @param {string} log
 * @returns {string | undefined} what is wrong, with the right spelling
 */
export const swallowedByNpm = (args, env, texts, log) => {
  const script = env['npm_lifecycle_event'];
  if (script !== 'local' && script !== 'latency-lab') return undefined;
  const help = texts[script === 'local' ? script : (args[0] ?? '')] ?? '';
  const known = [...help.matchAll(/^ +(?:-\w, )?--([a-z-]+)( <)?/gm)].map(([, name = '', value]) => ({
    name,
    takesValue: value !== undefined,
  }));
  const line = /^\d+ verbose argv (.*)$/m.exec(log)?.[1];
  const words = [...(line ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word);
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
  const flags = known.flatMap(({ name, takesValue }) => {
    const at = own.indexOf(`--${name}`);
    const variable = env[`npm_config_${name.replaceAll('-', '_')}`];
    const value = line === undefined ? variable : at < 0 ? undefined : own[at + 1];
    return value === undefined && at < 0 ? [] : [takesValue ? `--${name}=${value ?? ''}` : `--${name}`];
  });
  if (flags.length === 0) return undefined;
  const right = ['npm run', script, '--', ...args.slice(script === 'local' ? 1 : 0), ...flags];
  return `npm took ${flags.join(' ')} for its own. With -- before it: ${right.join(' ')}`;
};
