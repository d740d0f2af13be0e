/**
 * The view model: what a report shows, in order and with every figure printed, and nothing of how it looks. HTML,
 * Markdown, CSV and the terminal read it, so that all say the same. It offers
 * - `title`, `lead`, `face`: the headline, for any format;
 * - `summary` and `problems`: one short table with its notes, and a sentence per target without a full result and per part of the run that failed, for the terminal;
 * - `sections`: the whole report as blocks; a section with `full` is left out of short formats (Markdown);
 * - `rows`: every target in the order of display, with its rank, for whoever needs figures that are not rounded (CSV).
 */
import type { LatencySummary, Report, RoundReport, TargetReport } from '../schema/report.ts';

/** One printed figure or name. Formats put `n` and `note` in brackets or in small print. */
export interface TableCell {
  readonly text: string;
  /** Out of how many answers. */
  readonly n?: string;
  readonly note?: string;
  readonly tone?: 'muted' | 'bad' | 'code';
  /** Of the target that the cell names. */
  readonly colour?: Colour;
}

export type CellLike = TableCell | string;

export interface Column {
  readonly head: string;
  readonly unit?: string;
  readonly align?: 'right';
  /** Left out where there is little room. */
  readonly wide?: true;
  /** Names its row; exactly one column of a table does. */
  readonly names?: true;
}

export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly CellLike[])[];
  readonly look?: 'ranking' | 'cold-starts';
}

export interface Term {
  readonly term: string;
  readonly text: string;
}

/** From and to, and where the lines of its grid are; all of them whole steps 1, 2, 5, 10, ... */
export interface LogAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** A value of a plot in words, and where on its horizontal axis a reader asks for it. */
export interface Reading {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export type Mark = 'p50' | 'p99' | 'cold' | 'alone' | 'burst' | 'idle' | 'floor';

/** Targets under each other on one logarithmic axis of milliseconds. */
export interface StripFigure {
  readonly kind: 'strips';
  readonly look: 'ridge' | 'colds';
  readonly caption: string;
  readonly legend: readonly { readonly mark: Mark; readonly text: string }[];
  readonly axis: LogAxis;
  readonly floorMs?: number;
  readonly strips: readonly Strip[];
}

interface Strip {
  readonly id: string;
  readonly colour: Colour;
  readonly label?: string;
  /** What it shows, in words. */
  readonly words: string;
  /** Counts as shares of the fullest bin, contiguous and of equal width on the axis; the last has share 0 and ends the one before. */
  readonly bins: readonly { readonly fromMs: number; readonly share: number }[];
  readonly marks: readonly { readonly mark: Mark; readonly ms: number }[];
  /** By milliseconds, from the left to the right. */
  readonly readings: readonly Reading[];
}

/** Milliseconds over nines, -log10(1 - share): each further nine gets the same room, so that the tail is as wide as the bulk. */
export interface TailFigure {
  readonly kind: 'tail';
  readonly caption: string;
  readonly words: string;
  readonly axis: LogAxis;
  readonly mostNines: number;
  readonly quantiles: readonly { readonly name: string; readonly nines: number }[];
  readonly curves: readonly {
    readonly id: string;
    readonly colour: Colour;
    /** Counts how often the colours have been used up before. */
    readonly dash: number;
    readonly points: readonly (readonly [nines: number, ms: number])[];
  }[];
  /** By nines: what every curve has there. */
  readonly readings: readonly Reading[];
}

/** Targets by rounds: what happened when. */
export interface TimesFigure {
  readonly kind: 'times';
  readonly caption: string;
  readonly axis: LogAxis;
  readonly rounds: readonly string[];
  readonly targets: readonly {
    readonly id: string;
    readonly colour: Colour;
    readonly words: string;
    /** One a round; undefined where the target has none. */
    readonly panels: readonly (RoundReport | undefined)[];
    /** By round, from 0. */
    readonly readings: readonly Reading[];
  }[];
}

export type WaterfallPart = 'extra' | 'init' | 'function';

/** Targets under each other on one linear axis from 0: the parts of a time, one after another. */
export interface WaterfallFigure {
  readonly kind: 'waterfall';
  /** Unique in the report. */
  readonly name: string;
  readonly caption: string;
  readonly mostMs: number;
  readonly legend: readonly { readonly part: WaterfallPart; readonly text: string }[];
  readonly rows: readonly {
    readonly id: string;
    /** With the id unique in the figure. */
    readonly group: string;
    readonly colour: Colour;
    readonly label: string;
    /** What it shows, in words. */
    readonly words: string;
    readonly parts: readonly { readonly part: WaterfallPart; readonly ms: number; readonly text: string }[];
  }[];
}

/** How a point is drawn. */
export type Dot = 'p50' | 'p99' | 'crossing';

/** Curves and points on two logarithmic axes. */
export interface ChartFigure {
  readonly kind: 'chart';
  /** Unique in the report. */
  readonly name: string;
  readonly caption: string;
  readonly words: string;
  readonly x: LogAxis;
  readonly y: LogAxis;
  readonly curves: TailFigure['curves'];
  readonly marks: readonly {
    readonly look: Dot;
    readonly x: number;
    readonly y: number;
    readonly colour?: Colour;
  }[];
  /** Of the points; curves name themselves. */
  readonly legend: readonly { readonly look: Dot; readonly text: string }[];
  /** Along the horizontal axis. */
  readonly readings: readonly Reading[];
}

/** How requests were shared between two over time, in per cent of those answered. Both axes are linear. */
export interface SplitFigure {
  readonly kind: 'split';
  readonly caption: string;
  readonly words: string;
  /** Where the horizontal axis ends, which begins at 0. */
  readonly seconds: number;
  readonly ticks: readonly number[];
  /** Of the one that takes over, as it was set: from each time on until the next. */
  readonly set: readonly { readonly atSeconds: number; readonly share: number }[];
  /** As it was seen: contiguous, of equal width. `share` is absent where nothing was answered. */
  readonly buckets: readonly {
    readonly atSeconds: number;
    readonly seconds: number;
    readonly share?: number;
    readonly failed: boolean;
  }[];
  /** What went on, in bands over the plot. */
  readonly bands: readonly { readonly from: number; readonly to: number; readonly text: string }[];
  readonly names: { readonly base: string; readonly next: string };
  /** By seconds. */
  readonly readings: readonly Reading[];
}

export type Figure = StripFigure | TailFigure | TimesFigure | WaterfallFigure | ChartFigure | SplitFigure;

export type Block =
  | Table
  | { readonly kind: 'heading' | 'text' | 'note'; readonly text: string }
  /** A bulleted list; an item may be led by what it is about. */
  | { readonly kind: 'list'; readonly items: readonly (string | Term)[] }
  | { readonly kind: 'terms' | 'facts'; readonly items: readonly Term[] }
  | { readonly kind: 'figure'; readonly figure: Figure }
  /** Folded away under the target's name. */
  | { readonly kind: 'fold'; readonly name: TableCell; readonly blocks: readonly Block[] };

export interface Section {
  readonly id: string;
  readonly title: string;
  /** As the contents call it; absent where they leave it out. */
  readonly short?: string;
  /** More than a short format shows. */
  readonly full?: true;
  readonly blocks: readonly Block[];
}

/** Colours are numbered, 8 of them; a null target has the floor's. */
export type Colour = number | 'floor';

/** Service times, milliseconds. Absent where no such request was cold, or no answer said so. */
export interface FirstColds {
  /** One after another: the first request, where no process was there yet. */
  readonly alone?: LatencySummary;
  /** Several at once, afterwards. */
  readonly burst?: LatencySummary;
}

/** One target in the order of display. */
export interface TargetRow {
  readonly target: TargetReport;
  readonly colour: Colour;
  /** Counts within one way of calling and one vantage. */
  readonly rank?: number;
  readonly firstColds: FirstColds;
  /** Of verification's requests. */
  readonly verificationFailed: number;
}

/** What a page shows, of whatever it is. */
export interface PageView {
  /** What the page holds as JSON. */
  readonly report: { readonly schema: string };
  readonly title: string;
  readonly lead: readonly string[];
  /** That this is an emulation, where it is one. */
  readonly face?: string;
  /** Small print over the title: when and under which load. */
  readonly dateline: readonly string[];
  readonly sections: readonly Section[];
}

export interface ReportView extends PageView {
  readonly report: Report;
  readonly rows: readonly TargetRow[];
  readonly summary: { readonly table?: Table; readonly notes: readonly string[] };
  readonly problems: readonly string[];
}
