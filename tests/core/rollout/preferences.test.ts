import {
  configurationName,
  preferences,
  readPreference,
  shiftSteps,
} from '../../../src/core/rollout/preferences.ts';

describe('shiftSteps', () => {
  it('sends a tenth for five minutes and then everything', () => {
    expect(shiftSteps('Canary10Percent5Minutes')).toEqual([
      { minutes: 0, weight: 0.1 },
      { minutes: 5, weight: 1 },
    ]);
  });

  it('adds a tenth every two minutes', () => {
    const steps = shiftSteps('Linear10PercentEvery2Minutes');
    expect(steps.map(({ minutes }) => minutes)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(steps.map(({ weight }) => Number(weight.toFixed(6)))).toEqual([
      0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]);
  });

  it('shifts all at once', () => {
    expect(shiftSteps('AllAtOnce')).toEqual([{ minutes: 0, weight: 1 }]);
  });

  it.each(preferences)('ends %s with the new version alone, never going back', (preference) => {
    const weights = shiftSteps(preference).map(({ weight }) => weight);
    expect(weights.at(-1)).toBe(1);
    expect([...weights].sort((a, b) => a - b)).toEqual(weights);
  });
});

describe('readPreference', () => {
  it.each(preferences)('reads %s as SAM and as CodeDeploy write it', (preference) => {
    expect(readPreference(preference, '--preference')).toBe(preference);
    expect(readPreference(configurationName(preference), '--preference')).toBe(preference);
  });

  it('refuses any other by naming what there is', () => {
    expect(() => readPreference('Canary20Percent5Minutes', '--preference')).toThrow(
      /--preference.*Canary20Percent5Minutes.*AllAtOnce/s,
    );
  });
});
