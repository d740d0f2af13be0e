/** The report in short, for a pull request or a terminal. */
import {
  describeLoad,
  formatCount,
  formatInstant,
  formatInterval,
  formatNumber,
  formatQuantile,
  formatRatio,
  formatShare,
} from './format.ts';
import { comparisonOf, headlineOf } from './headline.ts';
import { coldCell, coldStartBlocks } from './markdown-cold-starts.ts';
import { bullets, escape, table } from './markdown-parts.ts';
import type { QuantileMs, Ranking, Report, TargetReport } from './types.ts';
import { limitsOf, localFace, methodSentences, referenceCaveats } from './words.ts';

const quantile = (q: QuantileMs | undefined): string =>
  q !== undefined && 'ms' in q
    ? `${formatNumber(q.ms)} (${formatInterval(q.lowMs, q.highMs)})`
    : formatQuantile(q);

const against = (ranking: Ranking | undefined, id: string): string => {
  const first = ranking?.rows[0]?.id;
  const c = ranking === undefined || first === undefined ? undefined : comparisonOf(ranking, first, id);
  if (c === undefined) return '–';
  return c.outcome === 'no-difference' ? 'no difference shown' : `${formatRatio(c.ratio)} ×`;
};

const row = (plane: Report['plane'], target: TargetReport, rank: string, ranking?: Ranking): string[] => {
  const { warm } = target.response;
  const failed = target.requests.failed / Math.max(1, target.requests.failed + target.requests.ok);
  return [
    escape(target.id),
    rank,
    quantile(warm?.quantiles.p50),
    quantile(warm?.quantiles.p99),
    against(ranking, target.id),
    coldCell(plane, target),
    formatShare(failed),
    formatCount(target.requests.ok),
  ];
};

const head = [
  'Target',
  'Rank',
  'p50 ms (95 %)',
  'p99 ms (95 %)',
  'Against the first',
  'Cold mean ms (n)',
  'Failed',
  'n',
];

const rankingTable = (report: Report, ranking: Ranking): string => {
  const byId = new Map(report.targets.map((target) => [target.id, target]));
  const rows = ranking.rows.flatMap(({ id, rank }) => {
    const target = byId.get(id);
    return target === undefined
      ? []
      : [row(report.plane, target, rank === undefined ? 'none' : String(rank), ranking)];
  });
  const floors = report.targets.filter(
    (t) => t.kind === 'null' && t.path === ranking.path && t.vantage === ranking.vantage,
  );
  const where = `${ranking.path === 'http' ? 'over HTTP' : 'by direct invocation'}, vantage ${escape(ranking.vantage)}`;
  return `Warm response time, ${where}:\n\n${table(head, [...rows, ...floors.map((t) => row(report.plane, t, 'floor'))])}`;
};

const unranked = (report: Report): string[] => [
  ...report.rankings.flatMap((r) => r.unranked.map(({ id, reason }) => `${escape(id)}: ${escape(reason)}`)),
  ...report.leftOut.map(({ id, reason }) => `${escape(id)}: left out of the run: ${escape(reason)}`),
];

const failures = (report: Report): string[] =>
  report.targets.flatMap((target) => [
    ...target.errors.map(
      (e) =>
        `${escape(target.id)}: ${formatCount(e.count)} × ${e.kind}${e.example === undefined ? '' : `, as in: ${escape(e.example)}`}`,
    ),
    ...target.remarks.map((remark) => `${escape(target.id)}: ${escape(remark)}`),
  ]);

const references = (report: Report): string[] => {
  const rows = report.targets.flatMap(({ id, reference }) =>
    reference === undefined
      ? []
      : [
          [
            escape(id),
            formatCount(reference.meanMs),
            `$${reference.dollars.toFixed(2)} per ${escape(reference.per)}`,
          ],
        ],
  );
  if (rows.length === 0) return [];
  return [
    '## Reference figures of others',
    table(['Target', 'mean ms', 'price'], rows),
    bullets(referenceCaveats),
  ];
};

const listOr = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`## ${title}`, bullets(items)];

/** GitHub-flavoured Markdown. */
export const renderMarkdown = (report: Report): string => {
  const { title, sentences } = headlineOf(report);
  const blocks = [
    `# ${escape(title)}`,
    ...(report.plane === 'local' ? [`**${localFace}.**`] : []),
    sentences.map(escape).join('  \n'),
    ...report.rankings.filter((r) => r.rows.length > 0).map((ranking) => rankingTable(report, ranking)),
    ...coldStartBlocks(report),
    ...listOr('Not ranked', unranked(report)),
    ...listOr('Failures and remarks', [...report.remarks.map(escape), ...failures(report)]),
    ...references(report),
    '## How it was measured',
    `${describeLoad(report.method.load, report.method.rounds)}; ${formatInstant(report.finishedAt)}; run ${escape(report.runId)}.`,
    bullets([...methodSentences(report), ...limitsOf(report)]),
    ...listOr(
      'Where it ran',
      Object.entries(report.labels).map(([k, v]) => `${escape(k)}: ${escape(v)}`),
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
};
