// Accounts with their scores, and one account explained: the text of `kenko explain`, on a page.

import { html } from 'hono/html';
import type { Decisions } from '../../domain/decisions.ts';
import { explainText } from '../../domain/explain.ts';
import { explanationOf } from '../../pipeline/explain.ts';
import type { Hall } from '../../pipeline/hall.ts';
import type { Store } from '../../state/store.ts';
import type { Page } from '../layout.ts';

const pageSize = 100;

export interface AccountRow {
  readonly key: string;
  readonly name: string;
  readonly score: number | null;
  readonly band: string;
  readonly nextAction: string | null;
}

export async function accountsQuery(
  store: Store,
  after: string | null,
): Promise<{ readonly rows: readonly AccountRow[]; readonly next: string | null }> {
  const accounts = await store.accounts.pages(after, pageSize);
  const rows: AccountRow[] = [];
  for (const account of accounts) {
    const outcome = await store.history.outcome(account.key, null);
    rows.push({
      key: account.key,
      name: account.name,
      score: outcome?.score.value ?? null,
      band: outcome?.band ?? 'not_scored',
      nextAction: outcome?.actions[0]?.subject ?? null,
    });
  }
  return { rows, next: accounts.length === pageSize ? (accounts.at(-1)?.key ?? null) : null };
}

export function accountsView(page: { readonly rows: readonly AccountRow[]; readonly next: string | null }): Page {
  return html`<table>
      <tr><th>account</th><th class="number">score</th><th>band</th><th>next action</th></tr>
      ${page.rows.map((row) => html`<tr><td><a href="/account/${encodeURIComponent(row.key)}">${row.name}</a></td><td class="number">${row.score ?? '–'}</td><td class="${row.band}">${row.band}</td><td>${row.nextAction ?? ''}</td></tr>`)}
    </table>
    ${page.next === null ? '' : html`<a href="/accounts?after=${encodeURIComponent(page.next)}">more</a>`}`;
}

/** The explanation of one account; null when nobody knows it or it was never evaluated. */
export async function accountQuery(known: Pick<Hall, 'store' | 'decisions' | 'prepared'>, key: string) {
  const account = await known.store.accounts.get(key);
  return account === null ? null : await explanationOf(known, account, null);
}
export function accountView(
  explanation: NonNullable<Awaited<ReturnType<typeof accountQuery>>>,
  decisions: Decisions,
): Page {
  return html`<pre>${explainText(explanation, decisions.home.locale)}</pre>`;
}
