import { InputError } from '../../src/core/errors.ts';

/** An error that is told apart by its name, as those of AWS are. */
export const errorNamed = (name: string, message = name): Error =>
  Object.assign(new Error(message), { name });

/** The InputError that the work throws. */
export const inputErrorOf = (work: () => unknown): InputError => {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('was accepted');
};
