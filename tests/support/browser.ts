/** Headless Chromium for tests of pages: no network, one page, one answer. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { launch } from 'puppeteer-core';
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
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

export interface View {
  readonly width: number;
  readonly dark?: boolean;
}

/**
 * Opens the page, runs the script in it after it has loaded and gives back what its promise is fulfilled with. By the
 * browser's own protocol: a build without `--dump-dom`, as the one of the registry is, would wait for ever.
 * @param script an expression whose value is a promise of JSON
 */
export const evaluateInPage = async (html: string, script: string, view: View): Promise<unknown> => {
  const { program, env } = await findBrowser();
  const directory = await mkdtemp(join(tmpdir(), 'latency-lab-page-'));
  const browser = await launch({ executablePath: program, env, args: flags, timeout: 60_000 });
  try {
    const file = join(directory, 'page.html');
    await writeFile(file, html);
    const page = await browser.newPage();
    await page.setViewport({ width: view.width, height: 2_000 });
    const value = view.dark === true ? 'dark' : 'light';
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    await page.goto(`file://${file}`);
    return JSON.parse(String(await page.evaluate(`(async () => (${script}))()`)));
  } finally {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  }
};
