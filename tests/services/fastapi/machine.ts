/** The server's machine, played on this one: its places are a directory, systemd and apt are doubles, and every host of curl's is here. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseDocument } from 'yaml';
import { root } from '../../contract/services.ts';
import { type ReceivedRequest, signatureFaults } from '../../contract/sigv4.ts';
import { serve } from '../../support/http-server.ts';

const credentials = {
  AccessKeyId: 'AKIDEXAMPLE',
  SecretAccessKey: 'a/secret+key',
  Token: 'a//session+token==',
};
export const target = {
  version: 1,
  id: 'fastapi-ec2',
  url: 'http://starting.invalid:8000/hits',
  vantage: 'vpc',
};
export const parameter = '/latency-lab/default/targets/fastapi-ec2';
const values: Readonly<Record<string, string>> = {
  'AWS::Region': 'eu-west-2',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'lab-FastapiEc2',
  ServerLogs: 'lab-logs',
  Registration: parameter,
  'Registration.Value': JSON.stringify(target),
};

/** The user data as CloudFormation's Sub leaves it. */
const userData = (): string => {
  const template = readFileSync(join(root, 'templates/architectures/fastapi-ec2/template.yaml'), 'utf8');
  const data = parseDocument(template, { logLevel: 'silent' }).getIn([
    ...['Resources', 'ServerTemplate', 'Properties', 'LaunchTemplateData', 'UserData', 'Fn::Base64'],
  ]) as string;
  return data.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '' && values[name] === undefined) throw new Error(`no value for ${name}`);
    return literal === '' ? values[name]! : `\${${name}}`;
  });
};

/** What the machine's programs do: say so, and of the service what systemd would. `$HERE` is the machine. */
const programs = {
  systemctl: `
    unit=$HERE/etc/systemd/system/fastapi.service
    case "$*" in
      'stop fastapi.service') rm -f "$HERE/running.py" ;;
      'restart fastapi.service')
        [ -e "$unit" ] || exit 5
        . "$HERE/etc/latency-lab/service.env"
        echo "# $SERVICE_VERSION" | cat - "$HERE/opt/fastapi/app.py" >"$HERE/running.py" ;;
    esac`,
  'apt-get': 'case "$*" in *" install "*) [ ! -e "$HERE/apt-fails" ] || exit 100 ;; esac',
  'dpkg-deb': 'printf "Package: codedeploy-agent\\nVersion: %s\\n" "$(cat "$2")"; exit',
};

/** Services of AWS that were asked, and what. */
export interface Asked {
  /** In order: a service and its action. */
  readonly asked: readonly string[];
  readonly bodyOf: (action: string) => string;
  readonly faults: readonly string[];
}

export interface Machine {
  readonly directory: string;
  /** A text with this machine's places in the server's. */
  readonly here: (text: string) => string;
  /** Runs a script on it; what it wrote goes to `output`. @param env beside PATH */
  readonly run: (script: string, output: string, env?: Record<string, string>) => Promise<number | null>;
  /** The user data, from its beginning. */
  readonly boot: () => Promise<number | null>;
  /** Paths that their host refuses, and with which status; every other request is answered. */
  readonly refuse: Map<string, number>;
  /** The programs that were called since `forget`, with their arguments. */
  readonly called: () => readonly string[];
  /** The code that the service runs, its deployment in the first line; undefined while it is stopped. */
  readonly running: () => string | undefined;
  readonly asked: () => Asked;
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

const actionOf = ({ headers, target: path, body }: ReceivedRequest): string | undefined => {
  const service = /^(logs|ssm|cloudformation)\.eu-west-2\.amazonaws\.com$/.exec(headers['host'] ?? '')?.[1];
  const action = headers['x-amz-target'] ?? /Action=(\w+)/.exec(body)?.[1] ?? path;
  return service === undefined ? undefined : `${service} ${action}`;
};

const agent = 'aws-codedeploy-eu-west-2.s3.eu-west-2.amazonaws.com';
export const agentPath = '/releases/codedeploy-agent_1.8.1-26_all.deb';

/** A fresh one in an empty directory. */
export const startMachine = async (directory: string): Promise<Machine> => {
  const refuse = new Map<string, number>();
  let received: ReceivedRequest[] = [];
  const runningFile = join(directory, 'running.py');
  const running = () => (existsSync(runningFile) ? readFileSync(runningFile, 'utf8') : undefined);
  const metadata: Readonly<Record<string, string>> = {
    '/latest/api/token': 'a-token',
    '/latest/meta-data/instance-id': 'i-0123',
    '/latest/meta-data/local-ipv4': '10.42.0.7',
    '/latest/meta-data/iam/security-credentials/': 'a-role',
    '/latest/meta-data/iam/security-credentials/a-role': JSON.stringify(credentials),
  };
  /** By host and path, as the hosts would. */
  const answer = (host: string, path: string): readonly [number, string] => {
    const refused = refuse.get(path);
    if (refused !== undefined) return [refused, 'refused'];
    // A service that is broken answers otherwise, so that nobody waits until it would give up.
    if (host === '127.0.0.1:8000') return running()?.includes('broken') === false ? [200, 'ok'] : [404, ''];
    if (host === '169.254.169.254') return [metadata[path] === undefined ? 404 : 200, metadata[path] ?? ''];
    if (host === agent) return [path === agentPath ? 200 : 403, '1.8.1-26'];
    return [200, '{}'];
  };
  const server = await serve((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '' } = request;
      const headers = request.headers as ReceivedRequest['headers'];
      received.push({ method, target: url, headers, body });
      const [status, said] = answer(headers['host'] ?? '', url);
      response.writeHead(status).end(said);
    });
  });

  const places = ['bin', 'etc/systemd/system', 'opt', 'tmp', 'var/log'];
  for (const place of places) mkdirSync(join(directory, place), { recursive: true });
  for (const [name, what] of Object.entries(programs)) {
    const script = `#!/bin/bash\nHERE='${directory}'\necho ${name} "$@" >>"$HERE/called"\n${what}\n`;
    writeFileSync(join(directory, 'bin', name), script, { mode: 0o755 });
  }
  writeFileSync(join(directory, '.curlrc'), `connect-to = "::127.0.0.1:${server.port}"\n`);

  const here = (script: string): string =>
    script
      .replaceAll('https://', 'http://')
      .replaceAll(/(?<=^|[\s>=<'"])\/(etc|opt|tmp|var)\//gm, `${directory}/$1/`);
  const run: Machine['run'] = async (script, output, env = {}) => {
    const out = openSync(output, 'a');
    const path = `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`;
    const child = spawn('bash', [script], {
      env: { PATH: path, CURL_HOME: directory, ...env },
      stdio: ['ignore', out, out],
    });
    const [code] = (await once(child, 'close')) as [number | null];
    closeSync(out);
    return code;
  };
  return {
    directory,
    here,
    run,
    refuse,
    running,
    boot: () => {
      writeFileSync(join(directory, 'user-data.sh'), here(userData()));
      const output = join(directory, 'var/log/cloud-init-output.log');
      writeFileSync(output, 'before "the" boot\n');
      return run(join(directory, 'user-data.sh'), output);
    },
    called: () => {
      const file = join(directory, 'called');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    },
    asked: () => {
      const calls = received.flatMap((request) => {
        const action = actionOf(request);
        return action === undefined ? [] : [{ action, request }];
      });
      return {
        asked: calls.map(({ action }) => action),
        bodyOf: (asked) => calls.find(({ action }) => action === asked)!.request.body,
        faults: [
          ...calls.flatMap(({ request }) =>
            signatureFaults(request, credentials.AccessKeyId, credentials.SecretAccessKey),
          ),
          ...received
            .filter(({ headers }) => (headers['authorization'] ?? '').includes('secret'))
            .map(({ target: path }) => `the secret went to ${path}`),
        ],
      };
    },
    forget: () => {
      received = [];
      rmSync(join(directory, 'called'), { force: true });
      refuse.clear();
    },
    close: () => server.close(),
  };
};

/** The revision as `make` builds it, without its packages, which the played service does not need. */
export const buildRevision = (directory: string): void => {
  mkdirSync(directory, { recursive: true });
  execFileSync('make', ['build-FastapiLayer', `ARTIFACTS_DIR=${directory}`, 'SHELL=/bin/sh'], {
    cwd: join(root, 'src/services/fastapi'),
    env: { ...process.env, PATH: `${noPackages(directory)}:${process.env['PATH'] ?? ''}` },
  });
};

/** A `python3` that installs nothing. */
const noPackages = (directory: string): string => {
  const bin = `${directory}-bin`;
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'python3'), '#!/bin/sh\n', { mode: 0o755 });
  return bin;
};

/** Why its scripts cannot run here, for the title of a test; empty where they can. Ubuntu's own curl signs. */
export const missing = /^curl (7\.7[5-9]|7\.[89]|[89]|\d\d)/.test(
  spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout,
)
  ? ''
  : ' (curl >= 7.75 is missing)';
