// Which columns a source promised to be there, and what is said when one is gone. Asked before any row is read, so that a
// renamed column stops the source instead of becoming a missing metric for everybody.

import type { SourceSettings } from '../domain/decisions.ts';
import type { Problem } from '../domain/nouns.ts';
import { DriftError } from '../lib/errors.ts';

/** Every column of the source that the settings name. */
export function wantedColumns(settings: SourceSettings, besides?: string): readonly string[] {
  return [
    ...new Set([
      ...Object.values(settings.columns).map((column) => column.from),
      ...settings.key,
      ...Object.values(settings.ids),
      ...[settings.account?.column, settings.contact, settings.at, besides].filter(
        (name): name is string => typeof name === 'string',
      ),
    ]),
  ];
}

/** A problem for each column that is wanted and not there. `what` is who gives them: `the query`, `the file`. */
export function missingColumns(
  settings: SourceSettings,
  there: readonly string[],
  what: string,
  besides?: string,
): Problem[] {
  return wantedColumns(settings, besides)
    .filter((name) => !there.includes(name))
    .map((name) => ({
      code: 'E_DRIFT',
      severity: 'error' as const,
      where: `source ${settings.name}`,
      what: `${what} gives no column "${name}"`,
      why: 'Metrics that need it would be missing for every account.',
      fix: `It gives: ${there.slice(0, 60).join(', ')}. Correct it there, or the name in config/sources.yaml.`,
    }));
}

/** All missing columns as one error. */
export function driftError(
  settings: SourceSettings,
  there: readonly string[],
  missing: readonly Problem[],
  gives: string,
): DriftError {
  return new DriftError(`a column is gone: ${missing.map((problem) => problem.what).join('; ')}`, missing, {
    where: `source ${settings.name}`,
    why: 'A missing column would turn into missing metrics for every account.',
    fix: `${gives}: ${there.slice(0, 60).join(', ')}. Correct it there, or the names in config/sources.yaml.`,
  });
}
