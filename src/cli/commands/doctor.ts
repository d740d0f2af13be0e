/** `latency-lab doctor`: what this machine, or a deployed stack, can and cannot do. */
import { readManifest } from '../../local/deploy/build.ts';
import { parseLoad } from '../../core/schema/load.ts';
import type { Finding } from '../aws/preflight.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { text, toggle } from '../options.ts';
import { stage } from '../terminal.ts';

const words = { ok: 'ok', missing: 'missing', bad: 'BAD', unknown: 'unknown' } as const;

const sayFinding = (context: Context, finding: Finding): void => {
  context.print(`${words[finding.verdict].padEnd(8)} ${finding.what}: ${finding.detail}\n`);
  if (finding.cost !== undefined) context.print(`         costs: ${finding.cost}\n`);
  if (finding.mend !== undefined) context.print(`         mend: ${finding.mend}\n`);
};

const lookAtMachine = async (context: Context): Promise<readonly Finding[]> => {
  const { architectures } = await readManifest(context.root);
  const { lookAtHost } = await import('../host.ts');
  return stage(
    context.terminal,
    { doing: 'Looking at this machine', done: () => 'Looked at this machine' },
    () => lookAtHost(context.root, architectures),
  );
};

const lookAtStack = async (name: string, context: Context): Promise<readonly Finding[]> => {
  const [{ describeStack }, { preflight }] = await Promise.all([
    import('../aws/stack.ts'),
    import('../aws/preflight.ts'),
  ]);
  const stack = await describeStack(name);
  const looked = await stage(
    context.terminal,
    { doing: `Looking at ${name}`, done: () => `Looked at ${name}` },
    () => preflight(stack, parseLoad(undefined)),
  );
  return looked.findings;
};

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Tells what is missing, what that costs and how to mend it.',
  details: [
    'Looks at toolchains, permissions, control groups and disk space of this machine; with --stack, at what a run needs of a deployed stack. Nothing is installed or started. The exit code is 1 when something is bad; what is merely missing leaves a part out.',
  ],
  examples: ['latency-lab doctor', 'latency-lab doctor --stack latency-lab'],
  options: {
    stack: text('--stack <NAME>', 'a deployed root stack instead of this machine'),
    json: toggle('--json', 'print the findings as JSON'),
  },
  run: async (values, _, context) => {
    const { stack } = values;
    const findings = await (stack === undefined ? lookAtMachine(context) : lookAtStack(stack, context));
    if (values.json) context.print(`${JSON.stringify(findings, null, 2)}\n`);
    else for (const finding of findings) sayFinding(context, finding);
    return findings.some(({ verdict }) => verdict === 'bad') ? 1 : 0;
  },
});
