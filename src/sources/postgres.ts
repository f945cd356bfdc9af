// Rows of a PostgreSQL query; how queries are read, page by page and cursor by cursor, is told in query.ts.

import { z } from 'zod';
import { askPostgres, postgresWriting } from '../clients/postgres.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { Secret } from '../lib/secret.ts';
import { openQuerySource, querySettings } from './query.ts';
import type { Source } from './source.ts';

/** Settings of `kind: postgres` in config/sources.yaml. */
export const PostgresSettings = z.strictObject({
  url: z.union([z.instanceof(Secret), z.string()]).meta({
    type: 'string',
    description: 'postgres://user:password@host:5432/database, from the environment: ${WAREHOUSE_URL}',
  }),
  ...querySettings,
});
export type PostgresSettings = z.infer<typeof PostgresSettings>;

export function openPostgresSource(settings: SourceSettings): Source {
  const own = PostgresSettings.parse(settings.settings);
  return openQuerySource(settings, own, {
    ask: (question, signal) => askPostgres(own.url, question, signal),
    writing: postgresWriting,
    nullsFirst: ' NULLS FIRST',
  });
}
