// A source that cannot be signed in to, because the environment does not hold what its settings name. It fails when it is
// read, so that the others of the home can be read without it.

import type { SourceSettings } from '../domain/decisions.ts';
import { AuthError } from '../lib/errors.ts';
import type { Source } from './source.ts';

/** A source whose every reading is an AuthError that names the missing variables. */
export function lackingSource(settings: SourceSettings, variables: readonly string[]): Source {
  const refused = () =>
    new AuthError(`there is nothing to sign in with: ${variables.join(', ')} is not set`, {
      where: `source ${settings.name}`,
      why: 'What it gave before stays; nothing is taken for gone.',
      fix: `Set it before starting:   ${variables[0]}=…`,
    });
  return {
    name: settings.name,
    streams: [{ name: 'rows', columns: {} }],
    check: async () => {
      const { code, message: what, where, why, fix } = refused();
      return [{ code, severity: 'error', where, what, why, fix }];
    },
    // biome-ignore lint/correctness/useYield: it never comes so far
    async *read() {
      throw refused();
    },
    close: async () => undefined,
  };
}
