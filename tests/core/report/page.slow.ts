import { readFileSync } from 'node:fs';
import { renderHtml } from '../../../src/core/report/html/page.ts';
import { viewOf } from '../../../src/core/report/view.ts';
import { evaluateInPage, hasBrowser, type View } from '../../support/browser.ts';
import { rolloutView } from '../../../src/core/rollout/view.ts';
import { sampleRollout } from '../rollout/sample-rollout.ts';
import { sampleLogs, sampleReport } from './sample-run.ts';

const rollout = renderHtml(rolloutView(sampleRollout(false)));
const page = renderHtml(viewOf(sampleReport({ rounds: 5, requests: 120, seed: 3 }, { logs: [sampleLogs] })));
/** The page forbids scripts; a copy that lets the test's own run. */
const scriptableOf = (html: string): string =>
  html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replaceAll('<details>', '<details open>');
const scriptable = scriptableOf(page);

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const violations = (view: View, html = scriptable): Promise<unknown> =>
  evaluateInPage(
    html.replace('</body>', () => `<script>${axe}</script></body>`),
    `JSON.stringify((await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))]))`,
    view,
  );

/** Headless windows have a least width, so the page goes into a frame of the width wanted. */
const inFrame = (width: number, script: string, html = page): Promise<unknown> => {
  const frame = `<!doctype html><body><iframe style="width:${width}px;height:900px;border:0"></iframe></body></html>`;
  const load =
    `new Promise((done) => { const frame = document.querySelector('iframe');` +
    `frame.onload = () => done(JSON.stringify((${script})(frame.contentDocument)));` +
    `frame.srcdoc = new TextDecoder().decode(Uint8Array.from(atob('${Buffer.from(html).toString('base64')}'), (c) => c.charCodeAt(0))); })`;
  return evaluateInPage(frame, load, { width: 1200 });
};

jest.setTimeout(120_000);

const check = hasBrowser ? it : it.skip;

describe(`the page in a browser${hasBrowser ? '' : ': there is none for this machine'}`, () => {
  check.each([
    ['wide and light', { width: 1200 }],
    ['wide and dark', { width: 1200, dark: true }],
    ['narrow', { width: 500 }],
  ])('has no accessibility fault that axe-core finds, %s', async (_name, view) => {
    expect(await violations(view)).toEqual([]);
  });

  check('of a rollout has none either, and never scrolls sideways at 390 px', async () => {
    expect(await violations({ width: 1200 }, scriptableOf(rollout))).toEqual([]);
    expect(await violations({ width: 500, dark: true }, scriptableOf(rollout))).toEqual([]);
    expect(await inFrame(390, `(page) => page.documentElement.scrollWidth`, rollout)).toBe(390);
  });

  check.each([320, 390])('never scrolls sideways at %i px', async (width) => {
    const measure = `(page) => [page.documentElement.scrollWidth, page.querySelectorAll('table').length > 5]`;
    expect(await inFrame(width, measure)).toEqual([width, true]);
  });

  check('shows its text at 390 px no smaller than 11 px', async () => {
    const smallest = `(page) => Math.min(...[...page.querySelectorAll('main *')]
      .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '') && e.getClientRects().length > 0)
      .map((e) => parseFloat(page.defaultView.getComputedStyle(e).fontSize)))`;
    expect(await inFrame(390, smallest)).toBeGreaterThanOrEqual(11);
  });

  check('answers the reader’s wish for dark', async () => {
    const ground = `JSON.stringify(getComputedStyle(document.documentElement).backgroundColor)`;
    expect(await evaluateInPage(scriptable, ground, { width: 800 })).toBe('rgb(255, 255, 255)');
    expect(await evaluateInPage(scriptable, ground, { width: 800, dark: true })).toBe('rgb(18, 22, 28)');
  });

  check('runs no script that was smuggled in, even unescaped', async () => {
    const hostile = page.replace(
      '<main>',
      '<main><img src="x" onerror="document.title=1"><script>document.title=2</script>',
    );
    const title = `JSON.stringify(document.querySelector('iframe').contentDocument.title)`;
    const frame = `<!doctype html><body><iframe srcdoc="${hostile.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe></body>`;
    expect(await evaluateInPage(frame, title, { width: 800 })).toMatch(/latency-lab$/);
  });
});
