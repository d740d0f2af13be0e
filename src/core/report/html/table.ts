import { markup, type Markup, type MarkupValue } from './markup.ts';

export interface Column {
  readonly head: MarkupValue;
  /** `number` aligns right; `wide` is left out where there is little room. */
  readonly classes?: string;
  /** The cell that names its row; without any such column the first one does. */
  readonly namesRow?: boolean;
}

/** A table with a caption and scoped heads; the first cell of a row is its head. Scrolls by itself, never the page. */
export const table = (
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly MarkupValue[])[],
  classes = '',
): Markup => markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table class="${classes}"><caption>${caption}</caption>
<thead><tr>${columns.map((c) => markup`<th scope="col" class="${c.classes ?? ''}">${c.head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => row(columns, cells))}</tbody>
</table></div>`;

const row = (columns: readonly Column[], cells: readonly MarkupValue[]): Markup => {
  const naming = Math.max(
    0,
    columns.findIndex((column) => column.namesRow),
  );
  return markup`<tr>${cells.map((cell, i) => {
    const classes = columns[i]?.classes ?? '';
    return i === naming
      ? markup`<th scope="row" class="${classes}">${cell}</th>`
      : markup`<td class="${classes}">${cell}</td>`;
  })}</tr>
`;
};

/** A section of the page, reachable from the contents. */
export const section = (id: string, title: string, ...content: readonly MarkupValue[]): Markup =>
  markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>
`;
