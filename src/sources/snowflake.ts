// Rows of a Snowflake query; how queries are read is told in query.ts. Names that are not quoted in the query come out in
// capitals there: SELECT id AS "id" keeps them as they are written.

import { z } from 'zod';
import { askSnowflake, snowflakeWriting } from '../clients/snowflake.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { Secret } from '../lib/secret.ts';
import { openQuerySource, querySettings } from './query.ts';
import type { Source } from './source.ts';

const secret = z.union([z.instanceof(Secret), z.string()]);

/** Settings of `kind: snowflake` in config/sources.yaml. */
export const SnowflakeSettings = z
  .strictObject({
    account: z.string().min(1).describe('organisation-account, as in the address before .snowflakecomputing.com.'),
    user: z.string().min(1).describe('A user of its own, whose role may only read.'),
    private_key: secret.optional().describe('Private key in PEM: ${file:/run/secrets/snowflake.p8}.'),
    token: secret.optional().describe('Or a programmatic access token.'),
    role: z.string().min(1).optional(),
    warehouse: z.string().min(1).describe('The virtual warehouse that computes.'),
    database: z.string().min(1),
    schema: z.string().min(1).optional(),
    ...querySettings,
  })
  .refine((own) => (own.private_key === undefined) !== (own.token === undefined), {
    error: 'needs private_key or token, one of the two',
  });
export type SnowflakeSettings = z.infer<typeof SnowflakeSettings>;

export function openSnowflakeSource(settings: SourceSettings): Source {
  const own = SnowflakeSettings.parse(settings.settings);
  const asSecret = (given: Secret | string | undefined) =>
    given === undefined ? null : typeof given === 'string' ? new Secret(given) : given;
  const address = {
    account: own.account,
    user: own.user,
    privateKey: asSecret(own.private_key),
    token: asSecret(own.token),
    role: own.role ?? null,
    warehouse: own.warehouse,
    database: own.database,
    schema: own.schema ?? null,
  };
  return openQuerySource(settings, own, {
    ask: (question, signal) => askSnowflake(address, question, signal),
    writing: snowflakeWriting,
    nullsFirst: ' NULLS FIRST',
  });
}
