/** The report in short, as GitHub-flavoured Markdown, for a pull request or a terminal. */
import type { Block, CellLike, Column, ReportView, Table } from './view-model.ts';

/** Text from outside must not end a cell or start a tag, link or heading. */
export const markdownText = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]#|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

const cellText = (cell: CellLike, { names }: Column): string => {
  const { text, n, note } = typeof cell === 'string' ? { text: cell } : cell;
  // A name's note is its title, which would widen the table.
  const small = [n, names ? undefined : note].filter((part) => part !== undefined).join(', ');
  return markdownText(small === '' ? text : `${text} (${small})`);
};

const table = ({ caption, columns, rows }: Table): string => {
  const heads = columns.map(({ head, unit }) => markdownText(unit === undefined ? head : `${head} ${unit}`));
  const lines = [
    heads,
    columns.map(({ align }) => (align === 'right' ? '---:' : '---')),
    ...rows.map((cells) => columns.map((column, i) => cellText(cells[i] ?? '', column))),
  ];
  return `${markdownText(caption)}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
};

/** Figures and what is folded away are left out. */
const blockText = (block: Block): string[] => {
  switch (block.kind) {
    case 'table':
      return [table(block)];
    case 'heading':
      return [`### ${markdownText(block.text)}`];
    case 'text':
    case 'note':
      return [markdownText(block.text)];
    case 'list':
    case 'terms':
    case 'facts':
      return [
        block.items
          .map(
            (item) =>
              `- ${typeof item === 'string' ? markdownText(item) : markdownText(`${item.term}: ${item.text}`)}`,
          )
          .join('\n'),
      ];
    case 'figure':
    case 'fold':
      return [];
  }
};

export const renderMarkdown = ({ title, lead, face, sections }: ReportView): string => {
  const blocks = [
    `# ${markdownText(title)}`,
    face === undefined ? '' : `**${face}.**`,
    lead.map(markdownText).join('  \n'),
    ...sections.flatMap((section) =>
      section.full ? [] : [`## ${markdownText(section.title)}`, ...section.blocks.flatMap(blockText)],
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
};
