/** Headless Chromium for tests of pages: no network, one page, one answer. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureTools } from '../../tools/setup/ensure.mjs';
import { root } from '../local/fixtures/bundle.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

const installed = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((directory) => names.map((name) => join(directory, name)))
  .find((path) => existsSync(path));

/** False where none is installed and no package of a registry has one. */
export const hasBrowser = installed !== undefined || (process.platform === 'linux' && process.arch === 'x64');

/** The machine's own, or else one that brings its libraries and fonts along. */
const findBrowser = async (): Promise<{ program: string; env: NodeJS.ProcessEnv }> => {
  if (installed !== undefined) return { program: installed, env: process.env };
  const { chromium } = await ensureTools(root, ['chromium']);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: chromium.modules,
    FONTCONFIG_PATH: join(chromium.dir, 'fonts'),
  };
  return { program: chromium.exec, env };
};

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--virtual-time-budget=30000',
];

export interface View {
  readonly width: number;
  readonly dark?: boolean;
}

/**
 * Opens the page, runs the script in it after it has loaded and gives back what its promise is fulfilled with.
 * @param script an expression, at the end of the page, whose value is a promise of JSON
 */
export const evaluateInPage = async (html: string, script: string, view: View): Promise<unknown> => {
  const { program, env } = await findBrowser();
  const directory = await mkdtemp(join(tmpdir(), 'latency-lab-page-'));
  const answer =
    `<script>addEventListener('load', () => (async () => (${script}))().then(String, (e) => 'failed: ' + e)` +
    `.then((text) => { document.body.innerHTML = '<pre id="answer"></pre>';` +
    `document.getElementById('answer').textContent = btoa(unescape(encodeURIComponent(text))); }))</script>`;
  try {
    const page = join(directory, 'page.html');
    const end = html.lastIndexOf('</body>');
    await writeFile(page, html.slice(0, end) + answer + html.slice(end));
    const scheme = view.dark === true ? ['--blink-settings=preferredColorScheme=0'] : [];
    const profile = `--user-data-dir=${join(directory, 'profile')}`;
    const args = [
      ...flags,
      ...scheme,
      profile,
      `--window-size=${view.width},2000`,
      '--dump-dom',
      `file://${page}`,
    ];
    const { stdout } = await promisify(execFile)(program, args, { env, timeout: 90_000, maxBuffer: 2 ** 26 });
    const encoded = /<pre id="answer">([^<]*)<\/pre>/.exec(stdout)?.[1] ?? '';
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
