/** HTML as values: text put into a template is escaped, whatever it is, unless a template made it. */
import { html as template, raw } from 'hono/html';
import type { Colour } from '../view-model.ts';

/** What the template tag makes; put into another template it is not escaped again. */
export type Html = ReturnType<typeof raw>;

/** Attribute values must stand in quotes. Lists are joined; undefined is nothing. It promises only where a value is a promise. */
export const markup = template as (strings: TemplateStringsArray, ...values: readonly unknown[]) => Html;

/** The class that carries a colour. */
export const colourClass = (colour: Colour): string => `c${colour === 'floor' ? '-floor' : colour}`;

/** JSON for a script element: no `<` is left that could end it. */
export const jsonScript = (id: string, data: unknown): Html =>
  markup`<script type="application/json" id="${id}">${raw(JSON.stringify(data).replaceAll('<', '\\u003c'))}</script>`;
