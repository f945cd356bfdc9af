// Packages that only some homes need: loaded when a source is configured for them, with one clear sentence when they are
// not installed.

import { UsageError } from '../lib/errors.ts';

/** What to say when the package is not there. */
export interface OptionalPackage {
  readonly name: string;
  /** The version this was built with. */
  readonly version: string;
  /** `source product_usage`. */
  readonly where: string;
}

/** Loads a package. @throws UsageError when it is not installed, or not for this kind of machine. */
export async function loadOptional<T>(load: () => Promise<T>, about: OptionalPackage): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new UsageError(`the package ${about.name} is not installed`, {
      where: about.where,
      why: `It is large and only needed by this kind of source, so it does not come along by itself (${(error as NodeJS.ErrnoException).code ?? 'it could not be loaded'}).`,
      fix: `Install it beside kenko:\n  npm install ${about.name}@${about.version}`,
      cause: error,
    });
  }
}
