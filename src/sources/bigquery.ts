// Rows of a BigQuery query; how queries are read is told in query.ts.

import { z } from 'zod';
import { askBigquery, bigqueryWriting } from '../clients/bigquery.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { Secret } from '../lib/secret.ts';
import { openQuerySource, querySettings } from './query.ts';
import type { Source } from './source.ts';

/** Settings of `kind: bigquery` in config/sources.yaml. */
export const BigquerySettings = z.strictObject({
  project: z.string().min(1).describe('The project that pays for the query.'),
  credentials: z
    .union([z.instanceof(Secret), z.string()])
    .optional()
    .describe(
      'Key of a service account as JSON: ${file:/run/secrets/bigquery.json}. Left out: what the machine is signed in with.',
    ),
  location: z.string().min(1).optional().describe('EU, US, asia-northeast1. Left out: wherever the tables are.'),
  max_gb_billed: z
    .number()
    .min(0.01)
    .max(100_000)
    .default(10)
    .describe('A query that would read more is refused, and costs nothing.'),
  endpoint: z.url().optional().describe('A private endpoint in the place of Google’s public one.'),
  ...querySettings,
});
export type BigquerySettings = z.infer<typeof BigquerySettings>;

export function openBigquerySource(settings: SourceSettings): Source {
  const own = BigquerySettings.parse(settings.settings);
  const credentials = typeof own.credentials === 'string' ? new Secret(own.credentials) : (own.credentials ?? null);
  const address = {
    project: own.project,
    credentials,
    location: own.location ?? null,
    maxBytesBilled: Math.round(own.max_gb_billed * 2 ** 30),
    endpoint: own.endpoint ?? null,
  };
  return openQuerySource(settings, own, {
    ask: (question, signal) => askBigquery(address, question, signal),
    writing: bigqueryWriting,
    // NULLs stand first by themselves.
    nullsFirst: null,
  });
}
