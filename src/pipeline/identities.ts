// The first half of evaluate: roster rows become accounts, contact rows become their people. Pages only; identity itself
// is decided by domain/identity.ts, row against candidates.

import type { SourceSettings } from '../domain/decisions.ts';
import { identify, normaliseIds } from '../domain/identity.ts';
import type { Account, AccountRef, Contact, Orphan, SourceRecord } from '../domain/nouns.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import type { Hall } from './hall.ts';

const pageSize = 500;

export interface Identified {
  readonly rows: number;
  readonly refused: number;
  /** Accounts that are no longer in any roster. */
  readonly gone: number;
}

/** Walks all rosters in the order of identity.yaml, then all contact sources. */
export async function identifyAll(hall: Hall, lease: Lease, signal: AbortSignal): Promise<Identified> {
  const { identity, sources } = hall.decisions;
  const rosters = identity.rosters.flatMap((name) =>
    sources.filter((source) => source.name === name && source.holds === 'roster'),
  );
  let rows = 0;
  let refused = 0;
  await hall.store.accounts.beginPass(lease);
  for (const roster of rosters) {
    let after: string | null = null;
    for (;;) {
      await breathe();
      signal.throwIfAborted();
      const page: readonly SourceRecord[] = await hall.store.facts.records(roster.name, after, pageSize);
      if (page.length === 0) break;
      after = page.at(-1)?.key ?? null;
      rows += page.length;
      refused += await identifyPage(hall, lease, roster, page);
      hall.emit({ kind: 'progress', stage: 'evaluate', what: `accounts of ${roster.name}`, done: rows, of: null });
    }
  }
  const gone = await hall.store.accounts.endPass(lease);
  for (const source of sources.filter((candidate) => candidate.holds === 'contacts'))
    await contactsOf(hall, lease, source, signal);
  return { rows, refused, gone };
}

async function identifyPage(
  hall: Hall,
  lease: Lease,
  roster: SourceSettings,
  page: readonly SourceRecord[],
): Promise<number> {
  const idsOf = new Map(page.map((row) => [row.key, rosterIds(roster, row)]));
  const { identity } = hall.decisions;
  const compared = new Map([...idsOf].map(([key, ids]) => [key, normaliseIds(ids, identity)]));
  const known = [
    ...(await hall.store.accounts.byIds([...compared.values()].flat())),
    ...(await tiedByHand(hall, [...idsOf.values()].flat())),
  ];
  // Rows of one page may be one account: what a row made is a candidate for the next.
  const accounts = new Map<string, Account>(known.map((account) => [account.key, account]));
  const touched = new Set<string>();
  const outgrown: Account[] = [];
  const refused: Orphan[] = [];
  for (const row of page) {
    const ids = idsOf.get(row.key) ?? [];
    const named = compared.get(row.key) ?? [];
    const keys = new Set(ids.flatMap((id) => [id.value, identity.byHand[`${id.kind}:${id.value}`] ?? '']));
    const candidates = [...accounts.values()].filter(
      (account) => keys.has(account.key) || named.some((id) => account.ids[id.kind] === id.value),
    );
    const decided = identify(row, ids, candidates, identity);
    if (decided.kind === 'refused') {
      refused.push({
        source: roster.name,
        kind: ids[0]?.kind ?? 'row',
        value: ids[0]?.value ?? row.key,
        why: decided.why,
        records: 1,
      });
      continue;
    }
    const { account } = decided;
    const before = touched.has(account.key) ? accounts.get(account.key) : undefined;
    // An account of several rows with ids of their own (subscriptions, say) answers to all of them, not to the last.
    if (before !== undefined && Object.keys(before.ids).some((kind) => before.ids[kind] !== account.ids[kind]))
      outgrown.push(before);
    accounts.set(account.key, account);
    touched.add(account.key);
  }
  await hall.store.accounts.keep(
    lease,
    [...outgrown, ...[...touched].flatMap((key) => accounts.get(key) ?? [])],
    refused,
    hall.clock.now(),
  );
  return refused.length;
}

/** Accounts that identity.yaml ties to some of these ids by hand. */
async function tiedByHand(hall: Hall, ids: readonly AccountRef[]): Promise<readonly Account[]> {
  const keys = new Set(ids.flatMap((id) => hall.decisions.identity.byHand[`${id.kind}:${id.value}`] ?? []));
  const found: Account[] = [];
  for (const key of keys) {
    const account = await hall.store.accounts.get(key);
    if (account !== null) found.push(account);
  }
  return found;
}

/** The ids a roster row carries, in the order of its settings. */
function rosterIds(roster: SourceSettings, row: SourceRecord): AccountRef[] {
  const ids: AccountRef[] = [];
  for (const kind of Object.keys(roster.ids)) {
    const value = row.fields[`id_${kind}`];
    if (value !== null && value !== undefined && value !== '') ids.push({ kind, value: String(value) });
  }
  return ids;
}

async function contactsOf(hall: Hall, lease: Lease, source: SourceSettings, signal: AbortSignal): Promise<void> {
  // Contacts of one account may come on several pages; those of this pass stay, older ones of this source go.
  const seen = new Set<string>();
  let after: string | null = null;
  for (;;) {
    await breathe();
    signal.throwIfAborted();
    const page: readonly SourceRecord[] = await hall.store.facts.records(source.name, after, pageSize);
    if (page.length === 0) return;
    after = page.at(-1)?.key ?? null;
    const refs = page.flatMap((row) => row.account ?? []);
    const accounts = await hall.store.accounts.byIds(refs);
    const byAccount = new Map<string, Contact[]>();
    for (const row of page) {
      const ref = row.account;
      const account = ref === null ? undefined : accounts.find((candidate) => candidate.ids[ref.kind] === ref.value);
      if (account === undefined) continue;
      const list =
        byAccount.get(account.key) ??
        account.contacts.filter((contact) => contact.ids[source.name] === undefined || seen.has(contact.key));
      const contact = contactOf(source, row);
      byAccount.set(account.key, [...list.filter((other) => other.key !== contact.key), contact]);
      seen.add(contact.key);
    }
    await hall.store.accounts.keepContacts(lease, byAccount);
  }
}
function contactOf(source: SourceSettings, row: SourceRecord): Contact {
  const role = row.fields['role'];
  const known = ['champion', 'decision_maker', 'star_user', 'user'] as const;
  const attributes = Object.fromEntries(
    Object.entries(row.fields).filter(([name]) => name !== 'role' && !name.startsWith('id_')),
  );
  const numbered = Object.keys(source.ids).flatMap((kind) => {
    const value = row.fields[`id_${kind}`];
    return value === null || value === undefined || value === '' ? [] : [[kind, String(value)] as const];
  });
  return {
    key: row.contact ?? row.key,
    ids: { ...Object.fromEntries(numbered), [source.name]: row.key },
    role: known.find((name) => name === role) ?? null,
    attributes,
  };
}
