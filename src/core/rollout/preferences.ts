/** How CodeDeploy shifts an alias from one version to another: its predefined configurations for Lambda. */
import { InputError } from '../errors.ts';

export const preferences = [
  'AllAtOnce',
  'Canary10Percent5Minutes',
  'Canary10Percent10Minutes',
  'Canary10Percent15Minutes',
  'Canary10Percent30Minutes',
  'Linear10PercentEvery1Minute',
  'Linear10PercentEvery2Minutes',
  'Linear10PercentEvery3Minutes',
  'Linear10PercentEvery10Minutes',
] as const;

/** As SAM's DeploymentPreference has them; in CodeDeploy their names begin with `CodeDeployDefault.Lambda`. */
export type Preference = (typeof preferences)[number];

const prefix = 'CodeDeployDefault.Lambda';

export const configurationName = (preference: Preference): string => `${prefix}${preference}`;

/** A name as SAM has it; one that is not CodeDeploy's own stays as it is. */
export const shortName = (given: string): string =>
  given.startsWith(prefix) ? given.slice(prefix.length) : given;

/** Takes a preference's name as SAM or as CodeDeploy has it. @throws InputError naming `field` */
export const readPreference = (given: string, field: string): Preference => {
  const found = preferences.find((name) => name === shortName(given));
  if (found === undefined) throw new InputError(field, given, preferences.join(', '));
  return found;
};

/** From `minutes` after the shift began on, the new version answers `weight` of the requests. */
export interface ShiftStep {
  readonly minutes: number;
  /** 0 to 1. */
  readonly weight: number;
}

/**
 * The steps of a shift, the last with weight 1. Source: "Working with deployment configurations in CodeDeploy", the
 * predefined ones for an AWS Lambda compute platform.
 */
export const shiftSteps = (preference: Preference): readonly ShiftStep[] => {
  const [, kind = '', percent = '100', minutes = '0'] =
    /^([A-Z][a-z]+)(?:(\d+)Percent(?:Every)?(\d+)Minutes?)?/.exec(preference) ?? [];
  const share = Number(percent) / 100;
  const interval = Number(minutes);
  if (kind === 'Canary')
    return [
      { minutes: 0, weight: share },
      { minutes: interval, weight: 1 },
    ];
  if (kind !== 'Linear') return [{ minutes: 0, weight: 1 }];
  const count = Math.round(1 / share);
  return Array.from({ length: count }, (_, i) => ({
    minutes: i * interval,
    weight: i === count - 1 ? 1 : (i + 1) * share,
  }));
};
