import { describeLoad, formatInstant } from '../format.ts';
import { headlineOf } from '../headline.ts';
import type { Report } from '../types.ts';
import { localFace } from '../words.ts';
import { coldStartSection } from './cold-start-section.ts';
import { distributionFigure } from './distribution-figure.ts';
import { failureSection } from './failure-section.ts';
import { seriesOf } from './figure-data.ts';
import { harnessSection } from './harness-section.ts';
import { jsonScript, Markup, markup, type MarkupValue } from './markup.ts';
import { rankingSection } from './ranking-section.ts';
import { coldStartStyles } from './styles-cold-starts.ts';
import { figureStyles } from './styles-figures.ts';
import { pageStyles } from './styles.ts';
import { section } from './table.ts';
import { tailFigure } from './tail-figure.ts';
import { targetSection } from './target-details.ts';
import { timelineFigure } from './timeline-figure.ts';
import { methodSection, placeSection, readingSection, referenceSection } from './words-section.ts';

/** No script runs and nothing is fetched, whatever text came in from outside. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const contents = [
  ['ranking', 'Ranking'],
  ['latency', 'Latency'],
  ['cold-starts', 'Cold starts'],
  ['failures', 'Failures'],
  ['timeline', 'Time line'],
  ['targets', 'Targets'],
  ['harness', 'Harness'],
  ['method', 'Method'],
  ['reading', 'Reading it'],
] as const;

const header = (report: Report): Markup => {
  const { title, sentences } = headlineOf(report);
  return markup`<header>
<p class="eyebrow"><b>latency-lab</b> <span>${formatInstant(report.finishedAt)}</span> <span>${describeLoad(report.method.load, report.method.rounds)}</span></p>
${report.plane === 'local' ? markup`<p class="face">${localFace}</p>` : undefined}
<h1>${title}</h1>
${sentences.map((sentence) => markup`<p class="lead">${sentence}</p>`)}
</header>
<nav aria-label="Contents"><ul>${contents.map(([id, name]) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;
};

const figures = (report: Report): MarkupValue => {
  const all = seriesOf(report);
  const timeline = timelineFigure(all, report.method.rounds);
  return [
    rankingSection(report, all),
    section('latency', 'Latency', distributionFigure(all), tailFigure(all)),
    coldStartSection(report, all),
    failureSection(report),
    timeline === undefined ? undefined : section('timeline', 'Time line', timeline),
    targetSection(report, all),
  ];
};

/** The whole report as one HTML page that needs nothing else: no network, no script, no font. */
export const renderHtml = (report: Report): string =>
  `<!doctype html>\n${
    markup`<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${headlineOf(report).title} · latency-lab</title>
<style>${new Markup(pageStyles + figureStyles + coldStartStyles)}</style></head>
<body><a class="skip" href="#ranking">Skip to the ranking</a>
<main>${header(report)}
${figures(report)}
${harnessSection(report)}
${referenceSection(report)}
${methodSection(report)}
${readingSection(report)}
${placeSection(report)}
</main>
${jsonScript('report-data', report)}
</body></html>
`.html
  }`;
