// The owners of a portal as rows: who may own records, and who is still there. A short list, always read whole.

import type { HubspotClient } from '../../clients/hubspot/connect.ts';
import type { SourceSettings } from '../../domain/decisions.ts';
import type { RejectedRow, SourceRecord } from '../../domain/nouns.ts';
import { KenkoError, rethrowCrash, SourceError } from '../../lib/errors.ts';
import { typeRow } from '../row.ts';
import type { Page, ReadOptions } from '../source.ts';

/** One row per owner: `id`, `email`, `active`. */
export async function* ownerRows(
  settings: SourceSettings,
  client: HubspotClient,
  options: ReadOptions,
): AsyncGenerator<Page> {
  const owners = await client.owners(options.signal).catch((error: unknown) => {
    rethrowCrash(error);
    if (!(error instanceof KenkoError) || error.code !== 'E_UNAVAILABLE') throw error;
    const { why, fix } = error;
    throw new SourceError('HubSpot could not be read', {
      where: `source ${settings.name}, hubspot owners`,
      why,
      fix,
      cause: error,
    });
  });
  const records: SourceRecord[] = [];
  const rejected: RejectedRow[] = [];
  const unmapped = new Set<string>();
  for (const { id, email, active } of owners) {
    const typed = typeRow(settings, 'owners', { place: `owners/${id}`, cells: { id, email, active } }, options);
    for (const value of typed.unmapped) unmapped.add(value);
    if (typed.record === null) rejected.push(typed.rejected);
    else records.push(typed.record);
  }
  yield { records, rejected, cursor: null, last: true, complete: true, gone: [], unmapped: [...unmapped] };
}
