// Rows of a MySQL or MariaDB query; how queries are read is told in query.ts.

import { z } from 'zod';
import { askMysql, mysqlWriting } from '../clients/mysql.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { Secret } from '../lib/secret.ts';
import { openQuerySource, querySettings } from './query.ts';
import type { Source } from './source.ts';

/** Settings of `kind: mysql` in config/sources.yaml. */
export const MysqlSettings = z.strictObject({
  url: z.union([z.instanceof(Secret), z.string()]).meta({
    type: 'string',
    description: 'mysql://user:password@host:3306/database, from the environment: ${WAREHOUSE_URL}',
  }),
  ...querySettings,
});
export type MysqlSettings = z.infer<typeof MysqlSettings>;

export function openMysqlSource(settings: SourceSettings): Source {
  const own = MysqlSettings.parse(settings.settings);
  return openQuerySource(settings, own, {
    ask: (question, signal) => askMysql(own.url, question, signal),
    writing: mysqlWriting,
    // NULLs are the smallest values here, and the standard's words for it are not understood.
    nullsFirst: null,
  });
}
