import { LabError } from '../../core/errors.ts';

/** `sam build` failed. Its message holds what the builder said. */
export class BuildError extends LabError {
  override readonly name = 'BuildError';
}

/** `sam deploy` failed. Its message names the resources that could not be created, and why. */
export class DeployError extends LabError {
  override readonly name = 'DeployError';
}
