/** Who does what is wanted for the least: the table behind the headline's sentence. */
import type { Candidate } from '../schema/report-recommendation.ts';
import type { Report } from '../schema/report.ts';
import { formatDollars, formatNumber, formatShare, plural } from './format.ts';
import { atRate, goalInWords, hasGoal } from './recommendation.ts';
import type { Block, CellLike, Section, TargetRow } from './view-model.ts';
import { nameCell, none, tableOf } from './view-rows.ts';

const verdictCell = ({ meets, reasons }: Candidate): CellLike => {
  if (meets === 'yes') return 'yes';
  return { text: meets, note: reasons.join('; '), tone: meets === 'no' ? 'bad' : 'muted' };
};

export const recommendationSection = ({ recommendation }: Report, rows: readonly TargetRow[]): Section[] => {
  if (recommendation === undefined) return [];
  const { candidates, requestsPerSecond, goal, idleSeconds } = recommendation;
  const shown = candidates.flatMap((candidate) => {
    const row = rows.find(({ target }) => target.id === candidate.id);
    return row === undefined ? [] : [{ ...row, candidate }];
  });
  const blocks: Block[] = [
    ...tableOf(`What to expect at ${atRate(requestsPerSecond)}, the cheapest first`, shown, [
      [{ head: 'Target', names: true }, nameCell],
      [
        'a month',
        ({ candidate: { dollarsPerMonth } }) =>
          dollarsPerMonth === undefined ? none : formatDollars(dollarsPerMonth),
      ],
      ['p99, ms', ({ candidate: { p99Ms } }) => (p99Ms === undefined ? none : formatNumber(p99Ms))],
      ['cold', ({ candidate: { coldShare } }) => formatShare(coldShare)],
      ...(hasGoal(goal)
        ? [[`${goalInWords(goal)}?`, (row: (typeof shown)[number]) => verdictCell(row.candidate)] as const]
        : []),
    ]),
    {
      kind: 'note',
      text: `Of requests that arrive at random at that rate: the cold ones by simulation, with an instance taken for gone after ${plural(idleSeconds / 60, 'idle minute')} (AWS promises nothing; 5 to 7 were observed), and p99 of warm and cold answers mixed in that proportion.`,
    },
  ];
  return [{ id: 'recommendation', title: 'Which one', short: 'Which one', blocks }];
};
