/** The whole report as one HTML page that needs nothing else: no network, no script, no font. */
import { raw } from 'hono/html';
import type { Block, CellLike, Column, PageView, Section, Table } from '../view-model.ts';
import { drawFigure } from './figures.ts';
import { colourClass, type Html, jsonScript, markup } from './markup.ts';
import { styles } from './styles.ts';

/** No script runs and nothing is fetched, whatever text came in from outside. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const toneOf = (text: string, tone: 'muted' | 'bad' | 'code'): Html =>
  tone === 'code' ? markup`<code>${text}</code>` : markup`<span class="${tone}">${text}</span>`;

const cellContent = (cell: CellLike): unknown => {
  if (typeof cell === 'string') return cell;
  const { text, n, note, tone, colour } = cell;
  return [
    colour === undefined
      ? undefined
      : markup`<span class="swatch ${colourClass(colour)}" aria-hidden="true"></span>`,
    tone === undefined ? text : toneOf(text, tone),
    n === undefined ? undefined : markup` <small>(${n})</small>`,
    note === undefined
      ? undefined
      : markup` <small class="${colour === undefined ? 'sub' : 'title'}">${note}</small>`,
  ];
};

const classesOf = ({ head, align, wide }: Column): string =>
  [head === 'Rank' ? 'rank' : '', align === 'right' ? 'number' : '', wide ? 'wide' : '']
    .filter((name) => name !== '')
    .join(' ');

/** With a caption and scoped heads. Scrolls by itself, never the page. */
const table = ({ caption, columns, rows, look }: Table): Html =>
  markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${look ?? ''}"><caption>${caption}</caption><thead><tr>${columns.map(
    (column) =>
      markup`<th scope="col" class="${classesOf(column)}">${column.head}${column.unit === undefined ? undefined : markup` <small>${column.unit}</small>`}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) =>
      markup`<tr>${columns.map((column, i) => {
        const content = cellContent(cells[i] ?? '');
        return column.names
          ? markup`<th scope="row" class="${classesOf(column)}">${content}</th>`
          : markup`<td class="${classesOf(column)}">${content}</td>`;
      })}</tr>
`,
  )}</tbody></table></div>`;

const definitions = (items: readonly { term: string; text: string }[], look: string): Html =>
  markup`<dl class="${look}">${items.map(
    ({ term, text }) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`,
  )}</dl>`;

const blockHtml = (block: Block): Html => {
  switch (block.kind) {
    case 'table':
      return table(block);
    case 'figure':
      return drawFigure(block.figure);
    case 'heading':
      return markup`<h3>${block.text}</h3>`;
    case 'text':
      return markup`<p>${block.text}</p>`;
    case 'note':
      return markup`<p class="note">${block.text}</p>`;
    case 'list':
      return markup`<ul>${block.items.map((item) =>
        typeof item === 'string'
          ? markup`<li>${item}</li>`
          : markup`<li><b>${item.term}</b> ${item.text}</li>`,
      )}</ul>`;
    case 'terms':
    case 'facts':
      return definitions(block.items, block.kind);
    case 'fold':
      return markup`<details><summary>${cellContent(block.name)}</summary>${block.blocks.map(blockHtml)}</details>
`;
  }
};

/** A section of the page, reachable from the contents. */
const sectionHtml = ({ id, title, blocks }: Section): Html =>
  markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${blocks.map(blockHtml)}</section>
`;

const header = ({ title, lead, face, dateline }: PageView): Html => markup`<header>
<p class="eyebrow"><b>latency-lab</b>${dateline.map((text) => markup` <span>${text}</span>`)}</p>
${face === undefined ? undefined : markup`<p class="face">${face}</p>`}
<h1>${title}</h1>
${lead.map((sentence) => markup`<p class="lead">${sentence}</p>`)}
</header>`;

const contents = ({ sections }: PageView): Html =>
  markup`<nav aria-label="Contents"><ul>${sections.map(({ id, short }) =>
    short === undefined ? undefined : markup`<li><a href="#${id}">${short}</a></li>`,
  )}</ul></nav>`;

export const renderHtml = (view: PageView): string =>
  String(markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${view.title} · latency-lab</title>
<style>${raw(styles)}</style></head>
<body><a class="skip" href="#${view.sections[0]?.id}">Skip to the results</a>
<main>${header(view)}
${contents(view)}
${view.sections.map(sectionHtml)}
<p class="note">This page holds the whole report as JSON (element <code>report-data</code>, schema ${view.report.schema}), histograms included.</p>
</main>
${jsonScript('report-data', view.report)}
</body></html>
`);
