// What the records of a CRM's list claim, read before the first is decided: pages only, ids as numbers (domain/claims.ts). Other
// lists may give an account many rows and are not asked.

import { ClaimBook, type Claims, noClaims } from '../domain/claims.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { normaliseIds } from '../domain/normalise-id.ts';
import type { AccountRef, SourceRecord } from '../domain/nouns.ts';
import { breathe } from '../lib/breathe.ts';
import type { Hall } from './hall.ts';

const pageSize = 2_000;
/** The column under which a source tells that a record was merged into another: the id of that one. */
export const mergedInto = 'merged_into';

/** Whether a list holds the records of a CRM that is written to: then an account has one of them at most. */
export function isListOfCrm(hall: Hall, roster: SourceSettings): boolean {
  return hall.decisions.crms.some(({ crm }) => crm === roster.kind);
}

/** Reads the list once, and once more where some of its records carry the same id. */
export async function readClaims(hall: Hall, roster: SourceSettings, signal: AbortSignal): Promise<Claims> {
  if (!isListOfCrm(hall, roster)) return noClaims;
  const book = new ClaimBook();
  const { identity } = hall.decisions;
  const eachRow = async (take: (own: string, others: readonly AccountRef[]) => void) => {
    for await (const page of pagesOf(hall, roster.name, signal))
      for (const row of page) {
        const into = row.fields[mergedInto];
        const ids = rosterIds(roster, row);
        if (typeof into === 'string') book.merged(row.key, into);
        else if (ids[0] !== undefined)
          take(
            ids[0].value,
            normaliseIds(
              ids.slice(1).filter(({ kind }) => identity.match.includes(kind)),
              identity,
            ),
          );
      }
  };
  await eachRow((_own, others) => book.add(others));
  if (book.seal()) await eachRow((own, others) => book.addSuspect(own, others));
  return book.claims();
}

/** All records of a source, page by page. */
export async function* pagesOf(
  hall: Hall,
  source: string,
  signal: AbortSignal,
): AsyncGenerator<readonly SourceRecord[]> {
  let after: string | null = null;
  for (;;) {
    await breathe();
    signal.throwIfAborted();
    const page: readonly SourceRecord[] = await hall.store.facts.records(source, after, pageSize);
    if (page.length === 0) return;
    after = page.at(-1)?.key ?? null;
    yield page;
  }
}

/** The ids a roster row carries, in the order of its settings. */
export function rosterIds(roster: SourceSettings, row: SourceRecord): AccountRef[] {
  const ids: AccountRef[] = [];
  for (const kind of Object.keys(roster.ids)) {
    const value = row.fields[`id_${kind}`];
    if (value !== null && value !== undefined && value !== '') ids.push({ kind, value: String(value) });
  }
  return ids;
}
