// A roster row and the accounts it might belong to → the one, a new one, or a refusal with the reason. Many rows may be one
// account; one row is never two. Nothing is guessed: names are not compared, and a stronger id that disagrees refuses.

import type { IdentitySettings } from './decisions.ts';
import { domainOf, hostOf } from './domain-name.ts';
import { emailOf } from './email.ts';
import type { Account, AccountRef, SourceRecord, Value } from './nouns.ts';
import { phoneOf } from './phone.ts';

export type Identified =
  | { readonly kind: 'match'; readonly account: Account }
  | { readonly kind: 'new'; readonly account: Account }
  | { readonly kind: 'refused'; readonly why: string };

/** What ids are normalised by. */
export type IdSettings = Pick<IdentitySettings, 'freeDomains'> & Partial<Pick<IdentitySettings, 'phoneCountry'>>;

/**
 * An id as it is compared everywhere: of a `domain` what was registered, `phone` in international form, `email` in lower case,
 * everything else trimmed and in one width. Null where it identifies nobody: free-mail domains, numbers that are none.
 */
export function normaliseId(ref: AccountRef, settings: IdSettings): AccountRef | null {
  const value = normalised(ref, settings);
  return value === null || value === '' ? null : { kind: ref.kind, value };
}
function normalised({ kind, value }: AccountRef, settings: IdSettings): string | null {
  switch (kind) {
    case 'domain': {
      const domain = domainOf(value);
      return domain === null || isFree(domain, hostOf(value), settings.freeDomains) ? null : domain;
    }
    case 'phone':
      return phoneOf(value, settings.phoneCountry);
    case 'email':
      return emailOf(value);
    default:
      return value.normalize('NFKC').trim();
  }
}
/** A shared host may be listed by itself (`sites.google.com`), a provider by its domain. */
function isFree(domain: string, host: string | null, free: readonly string[]): boolean {
  return free.includes(domain) || (host !== null && host !== domain && free.includes(host));
}
/** Ids in the order given, normalised; those that identify nobody are left out. */
export function normaliseIds(ids: readonly AccountRef[], settings: IdSettings): readonly AccountRef[] {
  return ids.flatMap((ref) => normaliseId(ref, settings) ?? []);
}

/**
 * Whose row it is. By hand first; then every numbering of `match`: ids that point to one account decide, ids that point to
 * several refuse. The account that comes back has the row merged into it ({@link mergeRoster}).
 */
export function identify(
  row: SourceRecord,
  ids: readonly AccountRef[],
  candidates: readonly Account[],
  settings: IdentitySettings,
): Identified {
  const refs = normaliseIds(ids, settings);
  const byHand = [...new Set([...ids, ...refs].flatMap((ref) => settings.byHand[`${ref.kind}:${ref.value}`] ?? []))];
  if (byHand.length > 1)
    return {
      kind: 'refused',
      why: `identity.yaml ties this row by hand to ${byHand.join(' and ')}; it can be only one`,
    };
  const [handKey] = byHand;
  if (handKey !== undefined) {
    const known = candidates.find((account) => account.key === handKey);
    return known === undefined
      ? { kind: 'new', account: mergeRoster(emptyAccount(handKey), row, refs, settings, candidates) }
      : { kind: 'match', account: mergeRoster(known, row, refs, settings, candidates) };
  }

  const found = new Map<string, { readonly account: Account; readonly by: AccountRef }>();
  for (const kind of settings.match) {
    const ref = refs.find((candidate) => candidate.kind === kind);
    if (ref === undefined) continue;
    for (const account of candidates)
      if (account.ids[kind] === ref.value && !found.has(account.key)) found.set(account.key, { account, by: ref });
  }
  const [first, second] = [...found.values()];
  if (first !== undefined && second !== undefined)
    return {
      kind: 'refused',
      why: `its ${first.by.kind} ${first.by.value} belongs to ${first.account.key}, its ${second.by.kind} ${second.by.value} to ${second.account.key}`,
    };
  if (first !== undefined) {
    const conflict = strongerConflict(first.account, first.by, refs, settings);
    return conflict === null
      ? { kind: 'match', account: mergeRoster(first.account, row, refs, settings, candidates) }
      : { kind: 'refused', why: conflict };
  }

  const keyRef = settings.keyFrom.map((kind) => refs.find((ref) => ref.kind === kind)).find((ref) => ref !== undefined);
  if (keyRef === undefined)
    return { kind: 'refused', why: `it has none of the ids an account is named by (${settings.keyFrom.join(', ')})` };
  const key = keyOf(keyRef.value);
  const same = candidates.find((account) => account.key === key);
  // The same key without a common id of `match`: keyFrom names a numbering that match leaves out, and that is enough.
  if (same !== undefined) return { kind: 'match', account: mergeRoster(same, row, refs, settings, candidates) };
  return { kind: 'new', account: mergeRoster(emptyAccount(key), row, refs, settings, candidates) };
}

/**
 * Two records of one system that share only a domain are two customers until somebody says otherwise; and an id that is tried
 * before the one that matched may not disagree.
 */
function strongerConflict(
  account: Account,
  by: AccountRef,
  refs: readonly AccountRef[],
  settings: IdentitySettings,
): string | null {
  const [ownId] = refs;
  const stronger = settings.match.slice(0, settings.match.indexOf(by.kind));
  for (const kind of by.kind === 'domain' && ownId !== undefined ? [ownId.kind, ...stronger] : stronger) {
    const own = account.ids[kind];
    const other = refs.find((ref) => ref.kind === kind)?.value;
    if (own !== undefined && other !== undefined && own !== other)
      return `its ${by.kind} ${by.value} belongs to ${account.key}, whose ${kind} is ${own} and not ${other}; tie it by hand in mappings/identity.yaml`;
  }
  return null;
}

function keyOf(value: string): string {
  return value.replace(/[\s/]+/g, '-');
}
function emptyAccount(key: string): Account {
  return { key, name: '', ids: {}, owners: {}, parent: null, attributes: {}, origins: {}, contacts: [] };
}

const ownColumns = ['name', 'owner', 'parent'];

/**
 * A roster row merged into an account. The first id is the row's own; of the others, those
 * that are already there stay. An attribute belongs to the first roster of
 * `rosters` that has a value for it: a later roster fills gaps and freshens what it gave itself, and takes back what it no
 * longer says. `name`, `owner` (`owner_salesforce`…) and `parent` of the row become the account's own.
 */
export function mergeRoster(
  account: Account,
  row: SourceRecord,
  refs: readonly AccountRef[],
  settings: Pick<IdentitySettings, 'rosters' | 'freeDomains'>,
  candidates: readonly Account[] = [],
): Account {
  const ids: Record<string, string> = { ...account.ids };
  const [ownId, ...otherIds] = normaliseIds(refs, settings);
  // The row's own id is replaced: after a merge in its system the surviving record answers for the account.
  if (ownId !== undefined) ids[ownId.kind] = ownId.value;
  for (const ref of otherIds) ids[ref.kind] ??= ref.value;
  const numbering = ownId?.kind ?? null;
  const owners: Record<string, string | null> = { ...account.owners };
  const attributes: Record<string, Value> = { ...account.attributes };
  const origins: Record<string, string> = { ...account.origins };
  const rank = (roster: string | undefined): number => {
    const at = roster === undefined ? -1 : settings.rosters.indexOf(roster);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  const own = rank(row.source);
  const wins = (name: string): boolean =>
    origins[name] === row.source || own < rank(origins[name]) || origins[name] === undefined;

  for (const [name, given] of Object.entries(row.fields)) {
    if (name.startsWith('id_') || ownColumns.includes(name)) continue;
    const value = given === '' ? null : given;
    if (name.startsWith('owner_')) {
      owners[name.slice('owner_'.length)] = value === null ? null : String(value);
      continue;
    }
    if (!wins(name)) continue;
    if (value !== null) {
      attributes[name] = value;
      origins[name] = row.source;
    } else if (origins[name] === row.source) {
      attributes[name] = null;
      delete origins[name];
    } else attributes[name] ??= null;
  }
  const { owner, parent, name } = row.fields;
  if (owner !== undefined && numbering !== null)
    owners[numbering] = owner === null || owner === '' ? null : String(owner);
  let title = account.name;
  if (typeof name === 'string' && name.trim() !== '' && wins('name')) {
    title = name.trim();
    origins['name'] = row.source;
  }
  return {
    ...account,
    name: title === '' ? (ids['domain'] ?? account.key) : title,
    ids,
    owners,
    parent: parentOf(account, parent, numbering, candidates, ids),
    attributes,
    origins,
  };
}
/**
 * A parent is named by an id of the row's own system. Where the account with this id is not at hand (its row may come later)
 * the id stays as `kind:value`, and the store gives it its account when the pass over the rosters ends.
 */
function parentOf(
  account: Account,
  parent: Value | undefined,
  numbering: string | null,
  candidates: readonly Account[],
  ids: Readonly<Record<string, string>>,
): string | null {
  if (parent === undefined) return account.parent;
  if (parent === null || parent === '') return null;
  const id = String(parent).trim();
  if (numbering === null) return keyOf(id) === account.key ? null : keyOf(id);
  if (ids[numbering] === id) return null;
  const known = candidates.find((candidate) => candidate.ids[numbering] === id);
  return known === undefined ? `${numbering}:${id}` : known.key === account.key ? null : known.key;
}
