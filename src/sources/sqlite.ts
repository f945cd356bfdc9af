// Rows of a query to a SQLite file below the home folder; how queries are read is told in query.ts.

import { z } from 'zod';
import type { SqlQuestion } from '../clients/sql.ts';
import { askSqlite, sqliteWriting } from '../clients/sqlite.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { SourceError } from '../lib/errors.ts';
import { openPlainFile, pathUnder } from '../lib/safe-file.ts';
import { openQuerySource, querySettings } from './query.ts';
import type { Source } from './source.ts';

/** Settings of `kind: sqlite` in config/sources.yaml. */
export const SqliteSettings = z.strictObject({
  path: z.string().min(1).describe('The database file, relative to the home folder.'),
  ...querySettings,
});
export type SqliteSettings = z.infer<typeof SqliteSettings>;

export function openSqliteSource(settings: SourceSettings, root: string): Source {
  const own = SqliteSettings.parse(settings.settings);
  return openQuerySource(settings, own, {
    ask: async function* (question: SqlQuestion, signal: AbortSignal) {
      yield* askSqlite(await databaseFile(root, own.path, question.where), question, signal);
    },
    writing: sqliteWriting,
    nullsFirst: ' NULLS FIRST',
  });
}

async function databaseFile(root: string, path: string, where: string): Promise<string> {
  const absolute = await pathUnder(root, path);
  const file = await openPlainFile(absolute).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || code.startsWith('E_')) throw error;
    throw new SourceError(code === 'ENOENT' ? 'a file is not there' : `a file may not be read (${code})`, {
      where: `${where}, ${path}`,
      why: 'Nothing can be derived from it, so the scores that need it stay as they are.',
      fix: 'Put the database there, or correct path in config/sources.yaml.',
      cause: error,
    });
  });
  await file.close();
  return absolute;
}
