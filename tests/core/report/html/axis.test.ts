import { axisLabels } from '../../../../src/core/report/html/figures.ts';
import { logAxis } from '../../../../src/core/report/view-figures.ts';

const labelsOf = (...values: number[]): string[] =>
  [...String(axisLabels(logAxis(values))).matchAll(/<span[^>]*>([^<]*)</g)].map(([, label = '']) => label);

describe('axisLabels', () => {
  it('labels every step where there is room', () => {
    expect(labelsOf(2, 50)).toEqual(['2', '5', '10', '20', '50']);
  });

  it('leaves out those that would run into the ones at the ends, never the ends', () => {
    const labels = labelsOf(0.6, 9000);
    expect(labels.slice(0, 2)).toEqual(['0.5', '2']);
    expect(labels.slice(-2)).toEqual(['2,000', '10,000']);
  });
});
