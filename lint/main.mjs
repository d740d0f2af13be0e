/** `node lint/main.mjs templates|asl|services`: checks what is not written in TypeScript and shows what the failing checks said. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../tools/setup.mjs';
import { callsBySchema, checkDeployment, typesIn } from './deployment.mjs';
import { checkManifest, checkTemplate } from './house-rules.mjs';
import { policiesOf } from './policies.mjs';

/** @typedef {{ name: string, ok: boolean, said: string }} Verdict */

const root = fileURLToPath(new URL('..', import.meta.url));
const log = console.error;

/** @param {string} folder @param {string} ending @returns {string[]} paths from `folder`, at any depth */
const filesIn = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(ending))
    .sort();

/** @param {string} name @param {string} file @param {readonly string[]} args @returns {Promise<Verdict>} */
const check = (name, file, args) =>
  new Promise((resolve) => {
    // SAM's validation calls nobody, but wants to know a region.
    const env = {
      ...process.env,
      AWS_DEFAULT_REGION: 'us-east-1',
      SAM_CLI_TELEMETRY: '0',
      // Of the linters' own libraries.
      PYTHONWARNINGS: 'ignore',
    };
    execFile(file, args, { env, timeout: 300_000, maxBuffer: 16 * 2 ** 20 }, (error, out, err) => {
      const said = `${out}${err}`.trim();
      resolve({ name, ok: error === null, said: said === '' && error !== null ? error.message : said });
    });
  });

/** Runs `jobs`, two at a time. @template T @param {readonly (() => Promise<T>)[]} jobs @returns {Promise<T[]>} */
const twoAtATime = async (jobs) => {
  const queue = [...jobs.entries()];
  /** @type {T[]} */
  const results = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await next[1]();
  };
  await Promise.all([worker(), worker()]);
  return results;
};

/** What is left of `verdict` when lines that say nothing of ours are dropped. @param {RegExp} foreign @param {Verdict} verdict @returns {Verdict} */
const without = (foreign, { name, said }) => {
  const lines = said.split('\n').filter((line) => !foreign.test(line));
  return { name, ok: lines.every((line) => line.trim() === ''), said: lines.join('\n') };
};

/** What parliament says of policies that are as they have to be. */
const foreignToPolicies = new RegExp(
  [
    // Where an action works on one of two kinds of resource, it asks for both: here for express executions too.
    String.raw`\[\{'action': 'states:DescribeExecution', 'required_format': '[^']*:express:[^']*'\}\]`,
    // Macros of CloudFormation's own are in the account `aws`.
    String.raw`Account expected .*'arn:aws:cloudformation:[^']*:aws:transform/`,
    // It deploys buckets with their policies and lifecycles, and so could give itself what is in them.
    String.raw`Possible resource policy privilege escalation .*pipeline deployment\.yaml`,
    // A connection's ARN has one of two names.
    "'action': 'codeconnections:UseConnection'",
    // The Service Authorization Reference names no resource for it; SAM's guide to hooks does.
    String.raw`\[\{'action': 'codedeploy:PutLifecycleEventHookExecutionStatus', 'required_format': '\*'\}\]`,
    // Newer than its list of actions.
    'Unknown action lambda:GetFunctionScalingConfig',
    // An ARN that IAM compares by string operators.
    'StringEquals requires a value of type String but given Arn .*pipeline deployment',
  ].join('|'),
);

/**
 * parliament on every policy of the templates: unknown actions, resources that no action takes, `*` without need.
 * @param {string} parliament @param {readonly string[]} paths @param {(path: string) => string} read
 */
const checkPolicies = async (parliament, paths, read) => {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  try {
    for (const path of paths)
      for (const { name, document } of policiesOf(read(path)))
        writeFileSync(join(folder, `${path.replaceAll('/', ' ')} ${name}.json`), JSON.stringify(document));
    const args = ['--directory', folder, '--include_policy_extension', 'json'];
    return without(foreignToPolicies, await check('parliament: policies', parliament, args));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** What checkov does not look up: it works on the files alone. */
const checkovArgs = ['--framework', 'cloudformation', '--skip-download', '--quiet', '--compact'];

/**
 * checkov on a copy of the templates: it takes each template's own path for a variable of its functions, and forty letters and
 * slashes of a path in a row, as some clones have, for a secret key. Those of the copy are shorter.
 * @param {string} checkov
 */
const checkTemplates = async (checkov) => {
  const folder = mkdtempSync(join(tmpdir(), 'checkov-'));
  try {
    cpSync(join(root, 'templates'), join(folder, 'templates_'), { recursive: true });
    return await check('checkov', checkov, [...checkovArgs, '--directory', join(folder, 'templates_')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/**
 * House rules, cfn-lint and checkov on every template, SAM's own validation on those it expands, parliament on the
 * policies. cfn-lint looks at every region of the partition that Lambda's arm64 and HTTP APIs are in.
 */
const templates = async () => {
  const { lint, sam, policies } = await ensure(['lint', 'sam', 'policies'], { log });
  /** @param {string} path */
  const read = (path) => readFileSync(join(root, 'templates', path), 'utf8');
  /** @param {string} name @param {readonly string[]} findings */
  const house = (name, findings) => ({
    name: `house rules: ${name}`,
    ok: findings.length === 0,
    said: findings.join('\n'),
  });
  const paths = filesIn('templates', '.yaml');
  const files = paths.map((path) => join(root, 'templates', path));
  // What is in the Serverless Application Repository, SAM looks up there.
  const expanded = paths.filter(
    (path) => read(path).includes('AWS::Serverless') && !read(path).includes('ApplicationId:'),
  );
  /** @type {unknown} */
  const manifest = JSON.parse(read('architectures.json'));
  const ofLab = paths.filter((path) => !/^(pipeline|power-tuning)/.test(path)).map(read);
  const deployment = checkDeployment(
    read('pipeline/deployment.yaml'),
    typesIn(ofLab),
    callsBySchema(lint.modules),
  );
  return [
    { name: 'what the pipeline may deploy', ok: deployment.length === 0, said: deployment.join('\n') },
    ...paths.map((path) => house(path, checkTemplate(read(path)))),
    house('manifest', checkManifest(/** @type {import('./house-rules.mjs').Manifest} */ (manifest), read)),
    ...(await twoAtATime([
      () => check('cfn-lint', join(lint.modules, 'cfn-lint'), ['--regions', 'ALL_REGIONS', '--', ...files]),
      () => checkTemplates(join(policies.modules, 'checkov')),
      () => checkPolicies(join(policies.modules, 'parliament'), paths, read),
      () => check('gradual rollout', sam.exec, [join(root, 'lint', 'gradual.py'), ...files]),
      ...expanded.map((path) => () => {
        const args = ['validate', '--lint', '-t', join(root, 'templates', path)];
        return check(`sam validate: ${path}`, join(sam.modules, 'sam'), args);
      }),
    ])),
  ];
};

/** statelint knows the States Language's own fields; this one is Step Functions', and S3 readers need it. */
const readsFromS3 = /^(\d+|One) errors?:|^\s*Field "InputType" not allowed in .*\.ItemReader\.ReaderConfig$/;

/** asl-validator and statelint on every state machine. */
const asl = async () => {
  const { lint, node_modules } = await ensure(['lint', 'node_modules'], { log });
  return Promise.all(
    filesIn('statemachines', '.asl.json').flatMap((path) => {
      const file = join(root, 'statemachines', path);
      return [
        check(`asl-validator: ${path}`, join(node_modules.exec, 'asl-validator'), ['--json-path', file]),
        check(`statelint: ${path}`, join(lint.modules, 'statelint'), [file]).then((verdict) =>
          without(readsFromS3, verdict),
        ),
      ];
    }),
  );
};

/** Format and lint of Python, C++ and shell scripts. Rust's own is in its `make test`. */
const services = async () => {
  const { lint } = await ensure(['lint'], { log });
  const ruff = join(lint.modules, 'ruff');
  const python = ['src', 'tests', 'lint'].map((folder) => join(root, folder));
  const cpp = join('src', 'services', 'cpp-dynamodb');
  const sources = ['src', 'tests'].flatMap((folder) =>
    filesIn(join(cpp, folder), '').map((path) => join(root, cpp, folder, path)),
  );
  const scripts = ['src', 'tools'].flatMap((folder) =>
    filesIn(folder, '.sh').map((path) => join(root, folder, path)),
  );
  return Promise.all([
    check('shell scripts', join(lint.modules, 'shellcheck'), scripts),
    check('Python format', ruff, ['format', '--check', '--no-cache', ...python]),
    check('Python lint', ruff, ['check', '--no-cache', ...python]),
    check('C++ format', join(lint.modules, 'clang-format'), ['--dry-run', '--Werror', ...sources]),
  ]);
};

const subjects = new Map([
  ['templates', templates],
  ['asl', asl],
  ['services', services],
]);
const subject = subjects.get(process.argv[2] ?? '');
if (subject === undefined) {
  console.error(`usage: node lint/main.mjs ${[...subjects.keys()].join('|')}`);
  process.exit(2);
}
const verdicts = await subject();
const failed = verdicts.filter(({ ok }) => !ok);
for (const { name, said } of failed) console.error(`${name}\n${said}\n`);
console.log(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
