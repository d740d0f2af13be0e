/** HTML as values: text put into a template is escaped unless it is markup already, so that nothing slips through. */

export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export type MarkupValue = Markup | string | number | undefined | readonly MarkupValue[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);

const toHtml = (value: MarkupValue): string => {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.html;
  if (typeof value === 'object') return value.map(toHtml).join('');
  return escapeHtml(String(value));
};

/** Template tag. Attribute values must stand in quotes. Lists are joined, undefined is nothing. */
export const markup = (strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup =>
  new Markup(String.raw({ raw: strings }, ...values.map(toHtml)));

/** JSON for a script element: no `<` is left that could end it. */
export const jsonScript = (id: string, data: unknown): Markup =>
  new Markup(
    `<script type="application/json" id="${escapeHtml(id)}">` +
      `${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
  );
