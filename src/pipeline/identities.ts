// The first half of evaluate: roster rows become accounts, contact rows become their people. Pages only; identity itself
// is decided by domain/identity.ts, row against candidates.

import { type Claims, refText } from '../domain/claims.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { canonicalJson } from '../domain/hash.ts';
import {
  disputeText,
  type Held,
  identify,
  type ListFacts,
  refOfTarget,
  rowIds,
  tiedByHand,
} from '../domain/identity.ts';
import { matchContacts } from '../domain/match-contacts.ts';
import { keyOf } from '../domain/merge-roster.ts';
import type { Account, AccountRef, Contact, Orphan, Problem, SourceRecord } from '../domain/nouns.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease, Tie } from '../state/store.ts';
import { isListOfCrm, mergedInto, pagesOf, readClaims, rosterIds } from './claims.ts';
import type { Hall } from './hall.ts';

/** Accounts whose people are held at once. */
const accountsAtOnce = 400;
/** Rows of people tell how things stand, whatever day they name. */
const endOfTime = '9999-12-31';

export interface Identified {
  readonly rows: number;
  readonly refused: number;
  /** Accounts that are no longer in any roster. */
  readonly gone: number;
  /** Merges that were followed, entries of the hand-made map that lead nowhere. */
  readonly problems: readonly Problem[];
}

/** Walks all rosters in the order of identity.yaml, then the hand-made map, then all contact sources. */
export async function identifyAll(hall: Hall, lease: Lease, signal: AbortSignal): Promise<Identified> {
  const { identity, sources } = hall.decisions;
  const rosters = identity.rosters.flatMap((name) =>
    sources.filter((source) => source.name === name && source.holds === 'roster'),
  );
  let rows = 0;
  let refused = 0;
  const problems: Problem[] = [];
  await hall.store.accounts.beginPass(lease);
  for (const roster of rosters) {
    const touched = new Set<string>();
    const claims = await readClaims(hall, roster, signal);
    const list: ListFacts = {
      claims,
      one: isListOfCrm(hall, roster),
      many: identity.manyToOne?.includes(roster.name) === true,
      touched: (account) => touched.has(account),
    };
    refused += await noteDisputes(hall, lease, roster, claims);
    for await (const page of pagesOf(hall, roster.name, signal)) {
      rows += page.length;
      const decided = await identifyPage(hall, lease, { roster, list, touched }, page);
      refused += decided.refused;
      problems.push(...decided.problems);
      hall.emit({ kind: 'progress', stage: 'evaluate', what: `accounts of ${roster.name}`, done: rows, of: null });
    }
  }
  const gone = await hall.store.accounts.endPass(lease);
  problems.push(...(await tieByHand(hall, lease)));
  await keepPeople(hall, lease, signal);
  return { rows, refused, gone, problems };
}

/** Ids that several records of one CRM carry are told once, not record by record. */
async function noteDisputes(hall: Hall, lease: Lease, roster: SourceSettings, claims: Claims): Promise<number> {
  const notes = [...claims.shared].sort().map(([text, carriers]): Orphan => {
    const at = text.indexOf(':');
    const ref = { kind: text.slice(0, at), value: text.slice(at + 1) };
    return { source: roster.name, ...ref, why: disputeText(ref, roster.name, claims), records: carriers.length };
  });
  if (notes.length > 0) await hall.store.accounts.keep(lease, [], notes, hall.clock.now());
  return notes.length;
}

interface List {
  readonly roster: SourceSettings;
  readonly list: ListFacts;
  /** Accounts that this roster gave a row in this pass. */
  readonly touched: Set<string>;
}
async function identifyPage(
  hall: Hall,
  lease: Lease,
  { roster, list, touched }: List,
  page: readonly SourceRecord[],
): Promise<{ readonly refused: number; readonly problems: readonly Problem[] }> {
  const { identity } = hall.decisions;
  const asked = page
    .filter((row) => typeof row.fields[mergedInto] !== 'string')
    .map((row) => ({ row, ...askedOf(hall, list.claims, rosterIds(roster, row)) }));
  const known = await hall.store.accounts.held(
    asked.flatMap(({ refs }) => refs),
    asked.flatMap(({ keys }) => keys),
  );
  // Rows of one page may be one account: what a row made is a candidate for the next.
  const accounts = new Map(known.accounts.map((account) => [account.key, account]));
  const before = new Map([...accounts].map(([key, account]) => [key, JSON.stringify(account)]));
  const holders = new Map(known.holders);
  const met = new Set<string>();
  const aliases: Tie[] = [];
  const absorbed: { from: string; into: string }[] = [];
  const refused: Orphan[] = [];
  const give = (ref: AccountRef, key: string) => {
    const last = holders.get(refText(ref));
    const loser = last === undefined || last === key ? undefined : accounts.get(last);
    // Who has the id no longer may not take it back when it is written.
    if (loser !== undefined && loser.ids[ref.kind] === ref.value) {
      const { [ref.kind]: _lost, ...ids } = loser.ids;
      accounts.set(loser.key, { ...loser, ids });
    }
    holders.set(refText(ref), key);
  };
  for (const { row, ids, refs, keys } of asked) {
    const decided = identify(row, ids, heldOf(accounts, holders, refs, keys), identity, list);
    if (decided.kind === 'refused') {
      const [first] = ids.raw;
      refused.push({
        source: roster.name,
        kind: first?.kind ?? 'row',
        value: first?.value ?? row.key,
        why: decided.why,
        records: 1,
      });
      continue;
    }
    const { account } = decided;
    accounts.set(account.key, account);
    for (const [kind, value] of Object.entries(account.ids)) give({ kind, value }, account.key);
    for (const alias of decided.aliases) {
      if (holders.get(refText(alias)) !== account.key) aliases.push({ ...alias, account: account.key });
      give(alias, account.key);
    }
    for (const from of decided.absorbed) absorbed.push({ from, into: account.key });
    touched.add(account.key);
    met.add(account.key);
  }
  const now = [...met].flatMap((key) => accounts.get(key) ?? []);
  const changed = now.filter((account) => before.get(account.key) !== JSON.stringify(account));
  const moved = new Set(changed.map(({ key }) => key));
  await hall.store.accounts.keep(lease, changed, refused, hall.clock.now(), {
    unchanged: now.flatMap(({ key }) => (moved.has(key) ? [] : [key])),
    aliases,
    absorbed,
  });
  return { refused: refused.length, problems: absorbed.map((one) => mergeProblem(roster, one)) };
}

/** Everything that a row's account may be found by: its ids, those merged into it, what the map ties them to, its own key. */
function askedOf(hall: Hall, claims: Claims, raw: readonly AccountRef[]) {
  const { identity } = hall.decisions;
  const ids = rowIds(raw, identity, claims);
  const targets = tiedByHand(ids, identity);
  return {
    ids,
    refs: [...ids.refs, ...ids.formers, ...targets.flatMap((target) => refOfTarget(target, identity) ?? [])],
    keys: [
      ...targets,
      ...ids.refs.flatMap(({ kind, value }) => (identity.keyFrom.includes(kind) ? [keyOf(value)] : [])),
    ],
  };
}
function heldOf(
  accounts: ReadonlyMap<string, Account>,
  holders: ReadonlyMap<string, string>,
  refs: readonly AccountRef[],
  keys: readonly string[],
): readonly Held[] {
  const by = new Map<string, AccountRef[]>();
  for (const ref of refs) {
    const key = holders.get(refText(ref));
    if (key === undefined) continue;
    const list = by.get(key);
    if (list === undefined) by.set(key, [ref]);
    else list.push(ref);
  }
  return [...new Set([...by.keys(), ...keys])].flatMap((key) => {
    const account = accounts.get(key);
    return account === undefined ? [] : [{ account, by: by.get(key) ?? [] }];
  });
}

/** What the hand-made map says of ids in facts; rows of rosters have obeyed it already. */
async function tieByHand(hall: Hall, lease: Lease): Promise<readonly Problem[]> {
  const ties = Object.entries(hall.decisions.identity.byHand).map(([text, account]): Tie => {
    const at = text.indexOf(':');
    return { kind: text.slice(0, at), value: text.slice(at + 1), account };
  });
  const unknown = await hall.store.accounts.tie(lease, ties);
  return unknown.map(({ kind, value, account }) => ({
    code: 'W_TIE',
    severity: 'warning',
    where: 'mappings/identity.yaml',
    what: `${kind}:${value} is tied by hand to ${account}, and there is no such account`,
    why: 'Its records count for nobody.',
    fix: 'Write the key of an account that is there (kenko explain NAME shows it), or one of its ids, like salesforce:001….',
  }));
}
function mergeProblem(
  roster: SourceSettings,
  { from, into }: { readonly from: string; readonly into: string },
): Problem {
  return {
    code: 'W_MERGED',
    severity: 'warning',
    where: `source ${roster.name}`,
    what: `the record of ${from} was merged into that of ${into}: from now on all of ${from} counts as ${into}`,
    why: 'Somebody said in the CRM that the two are one customer.',
    fix: 'Nothing to do. If the product or the contracts should stay apart, tie their ids by hand in mappings/identity.yaml.',
  };
}

/**
 * The people of every account, made anew of what the contact sources hold now: who is in none of them any more is gone. Only
 * accounts whose people changed are written.
 */
async function keepPeople(hall: Hall, lease: Lease, signal: AbortSignal): Promise<void> {
  const { decisions, store } = hall;
  const sources = decisions.sources.filter(({ holds }) => holds === 'contacts');
  const filled: SourceSettings[] = [];
  for (const source of sources) if ((await store.facts.records(source.name, null, 1)).length > 0) filled.push(source);
  if (filled.length === 0) return await store.accounts.dropContacts(lease);
  const crms = decisions.crms.map(({ crm }) => crm);
  const since = Object.fromEntries(filled.map(({ name }) => [name, null]));
  for (let after: string | null = null; ; ) {
    await breathe();
    signal.throwIfAborted();
    const page: readonly Account[] = await store.accounts.pages(after, accountsAtOnce);
    if (page.length === 0) return;
    after = page.at(-1)?.key ?? null;
    const records = await store.facts.ofAccounts(
      page.map(({ key }) => key),
      since,
      endOfTime,
    );
    const changed = new Map<string, readonly Contact[]>();
    for (const { key, contacts } of page) {
      const now = matchContacts({
        records: records.get(key) ?? [],
        sources: filled,
        settings: decisions.identity,
        crms,
      });
      if (canonicalJson(now) !== canonicalJson(contacts)) changed.set(key, now);
    }
    if (changed.size > 0) await store.accounts.keepContacts(lease, changed);
  }
}
