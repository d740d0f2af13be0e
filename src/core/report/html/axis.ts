import { formatTick } from '../format.ts';
import { markup, type Markup } from './markup.ts';
import type { Scale } from './scale.ts';

/** Vertical lines of a plot whose viewBox is 100 wide; decades are stronger. */
export const gridLines = (scale: Scale, height: number): Markup =>
  markup`<path class="grid" d="${scale.ticks.map((t) => `M${t.position} 0V${height}`).join('')}"/><path class="grid strong" d="${scale.ticks
    .filter((t) => t.decade)
    .map((t) => `M${t.position} 0V${height}`)
    .join('')}"/>`;

/** Per cent of the width within which a label would run into the one at the end. */
const endRoom = 8;

const isLabelled = ({ position }: Scale['ticks'][number]): boolean =>
  position === 0 || position === 100 || (position >= endRoom && position <= 100 - endRoom);

/** Labels under (or over) a plot, as text of the page, so that they stay readable at any width. */
export const axisLabels = (scale: Scale): Markup => {
  const ticks = scale.ticks.filter(isLabelled);
  return markup`<div class="axis" aria-hidden="true">${ticks.map(
    (t, i) =>
      markup`<span class="tick${t.decade ? ' decade' : ''}${edge(i, ticks.length)}" style="left:${t.position}%">${formatTick(t.value)}</span>`,
  )}</div>`;
};

const edge = (index: number, count: number): string => {
  if (index === 0) return ' first';
  return index === count - 1 ? ' last' : '';
};
