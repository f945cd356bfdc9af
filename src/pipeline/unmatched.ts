// What belongs to no account, each with the account it most likely means: shown by status, and as a table that becomes the
// hand-made map once a person has filled in the accounts. Nothing is matched here.

import { type Likely, LikelyAccounts } from '../domain/likeness.ts';
import type { Orphan } from '../domain/nouns.ts';
import { breathe } from '../lib/breathe.ts';
import { csvLine } from '../lib/csv-text.ts';
import type { Hall } from './hall.ts';

const pageSize = 2_000;

/** A reference that belongs to nobody, over all sources that name it. */
export interface Unmatched extends Orphan {
  readonly likely: Likely | null;
}
export interface UnmatchedReport {
  /** References in all, and records that name them. */
  readonly total: number;
  readonly records: number;
  /** The most frequent first. */
  readonly rows: readonly Unmatched[];
}

/** At most `limit` references; all accounts are walked once, page by page, where there is any. */
export async function unmatchedReport(hall: Pick<Hall, 'store'>, limit: number): Promise<UnmatchedReport> {
  const orphans = await hall.store.facts.orphans(limit);
  const disputes = await hall.store.accounts.refused(limit);
  const whyOf = new Map(disputes.map(({ kind, value, why }) => [`${kind}:${value}`, why]));
  const finder = new LikelyAccounts(orphans.rows);
  for (let after: string | null = null; orphans.rows.length > 0; ) {
    await breathe();
    const page: Awaited<ReturnType<Hall['store']['accounts']['names']>> = await hall.store.accounts.names(
      after,
      pageSize,
    );
    if (page.length === 0) break;
    after = page.at(-1)?.key ?? null;
    for (const account of page) finder.offer(account);
  }
  const likely = finder.found();
  return {
    total: orphans.total,
    records: orphans.records,
    rows: orphans.rows.map((row, index) => ({
      ...row,
      // Several records of a CRM may have it: then that is why nobody does.
      why: whyOf.get(`${row.kind}:${row.value}`) ?? row.why,
      likely: likely[index] ?? null,
    })),
  };
}

/** The columns of mappings/identity.csv that count, and beside them what helps to fill in the third. */
export const mapColumns = ['numbering', 'value', 'account'] as const;
/** The report as a hand-made map whose accounts are still empty: no line of it ties anything until a person writes one. */
export function unmatchedAsCsv({ rows }: UnmatchedReport): string {
  const lines = rows.map(({ kind, value, likely, records, source, why }) =>
    csvLine([
      kind,
      value,
      '',
      likely?.account ?? null,
      likely?.name ?? null,
      likely?.likeness ?? null,
      records,
      source,
      why,
    ]),
  );
  const head = csvLine([...mapColumns, 'likely_account', 'likely_name', 'likeness', 'records', 'source', 'why']);
  // Excel takes a file for UTF-8 only by this mark.
  return `\ufeff${head}${lines.join('')}`;
}
