/** What every figure is made of. Shapes are SVG without text, stretched to the width there is; every word is text of the page. */
import { scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { line } from 'd3-shape';
import { formatTick } from '../format.ts';
import type { Colour, LogAxis, Mark, Reading } from '../view-model.ts';
import { colourClass, markup, type Html } from './markup.ts';

export type Point = readonly [number, number];
export type Scale = ScaleContinuousNumeric<number, number>;

/** Digits after the point: a hundredth of a per cent is less than a pixel. */
export const digits = 2;
export const rounded = (position: number): number => Number(position.toFixed(digits));

/** Held at the ends. */
export const scaleOf = ({ low, high }: LogAxis, from: number, to: number): Scale =>
  scaleLog([low, high], [from, to]).clamp(true);

export const polyline = line<Point | undefined>()
  .defined((point) => point !== undefined)
  .x((point) => point?.[0] ?? 0)
  .y((point) => point?.[1] ?? 0)
  .digits(digits);

/** Straight pieces, each by itself. */
export const segments = (pieces: readonly (readonly [Point, Point])[]): string =>
  polyline(pieces.flatMap(([from, to]) => [from, to, undefined])) ?? '';

export const verticals = (xs: readonly number[], height: number): string =>
  segments(xs.map((x) => [[x, 0] as const, [x, height] as const]));
export const horizontals = (ys: readonly number[]): string =>
  segments(ys.map((y) => [[0, y] as const, [100, y] as const]));

/** 1, 10, 100, ...: the ones that are labelled when there is little room. */
export const isDecade = (tick: number): boolean => Number.isInteger(Number(Math.log10(tick).toFixed(9)));

export const svg = (height: number, shapes: unknown): Html =>
  markup`<svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>`;

export const path = (classes: string, d: string | null): Html => markup`<path class="${classes}" d="${d}" />`;

export const mark = (name: Mark, left: number): Html =>
  markup`<span class="mark ${name}" style="left:${rounded(left)}%"></span>`;

export const key = (name: Mark): Html =>
  name === 'floor' ? markup`<i class="floor-key"></i>` : markup`<i class="mark ${name}"></i>`;

export const figure = (look: string, caption: string, legend: unknown, content: unknown): Html =>
  markup`<figure class="${look}"><figcaption>${caption}</figcaption><p class="legend" aria-hidden="true">${legend}</p>${content}</figure>`;

export const row = (id: string, label: string | undefined, content: Html): Html =>
  markup`<div class="row"><div class="label"><b>${id}</b>${label === undefined ? '' : markup` <span>${label}</span>`}</div>${content}</div>
`;

/** Per cent of the width within which a label would run into the one at the end. */
const endRoom = 8;

/** Labels under a plot, as text of the page, so that they stay readable at any width. */
export const axisLabels = (axis: LogAxis): Html => {
  const x = scaleOf(axis, 0, 100);
  const shown = axis.ticks.filter((tick) => {
    const left = x(tick);
    return left === 0 || left === 100 || (left >= endRoom && left <= 100 - endRoom);
  });
  const edge = (i: number): string => (i === 0 ? ' first' : i === shown.length - 1 ? ' last' : '');
  return markup`<div class="axis" aria-hidden="true">${shown.map(
    (tick, i) =>
      markup`<span class="tick${isDecade(tick) ? ' decade' : ''}${edge(i)}" style="left:${rounded(x(tick))}%">${formatTick(tick)}</span
        >`,
  )}</div>`;
};

/**
 * The values of a plot, told under the pointer and, from one stop of the Tab key on, by the arrow keys: radio buttons do all of
 * that without a script, which the page does not have.
 * @param group unique in the page
 * @param x gives per cent of the width
 */
export const readable = (group: string, x: (value: number) => number, readings: readonly Reading[]): Html =>
  markup`<div class="readings" role="radiogroup" aria-label="Values of ${group}, by the arrow keys">${readings.map(
    ({ from, to, text }) =>
      markup`<label><input type="radio" name="${group}" style="left:${rounded(x(from))}%;width:${rounded(Math.max(0.4, x(to) - x(from)))}%" /><span>${text}</span></label
        >`,
  )}</div>`;

/** A picture with a description, and its values over it. */
export const plot = (words: string, picture: unknown, readings: Html, colour?: Colour): Html =>
  markup`<div class="plot ${colour === undefined ? '' : colourClass(colour)}"><div class="picture" role="img" aria-label="${words}">${picture}</div>${readings}</div>`;
