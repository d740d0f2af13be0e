/**
 * `make`'s result, made at the first call and kept: clients are built once per process, and importing a handler
 * neither needs its environment nor connects to anything. A `make` that throws is tried again at the next call.
 */
export const once = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
