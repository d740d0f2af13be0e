import type { Choice } from './choose.ts';

const encoded = (values: readonly number[], bytes: 2 | 4): string => {
  const buffer = Buffer.alloc(values.length * bytes);
  values.forEach((value, i) => {
    if (bytes === 2) buffer.writeInt16LE(value, i * bytes);
    else buffer.writeFloatLE(value, i * bytes);
  });
  return buffer.toString('base64');
};

/**
 * A link that draws the sizes by AWS Lambda Power Tuning's own page: sizes as Int16, milliseconds and dollars of one invocation
 * as Float32, little-endian and in base64 (its lambda/utils.js, buildVisualizationURL, 4.4.0). Browsers send nothing behind the #.
 * @param choices dollars of one invocation
 */
export const visualizationOf = (choices: readonly Choice[]): string => {
  const sorted = [...choices].sort((a, b) => a.memoryMb - b.memoryMb);
  const parts = [
    encoded(
      sorted.map(({ memoryMb }) => memoryMb),
      2,
    ),
    encoded(
      sorted.map(({ averageMs }) => averageMs),
      4,
    ),
    encoded(
      sorted.map(({ dollars }) => dollars),
      4,
    ),
  ];
  return `https://lambda-power-tuning.show/#${parts.join(';')}`;
};
