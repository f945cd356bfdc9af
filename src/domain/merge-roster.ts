// A roster row merged into the account it belongs to: which of two values wins, what several rows of one list come to, whose
// id is the account's own.

import type { IdentitySettings } from './decisions.ts';
import type { Account, AccountRef, SourceRecord, Value } from './nouns.ts';

/** The name of an account or a task in an address and a file: without spaces and slashes. */
export function keyOf(value: string): string {
  return value.replace(/[\s/]+/g, '-');
}
/** Settings that say whose value counts. */
export type MergeSettings = Pick<IdentitySettings, 'rosters'> & Partial<Pick<IdentitySettings, 'together'>>;

const ownColumns = ['name', 'owner', 'parent'];
/** Where `origins` says which list an id came from. */
const originOfId = (kind: string) => `id:${kind}`;

/**
 * `refs` are normalised. The first is the row's own id and takes the place of the one before: after a merge in its system the surviving record answers
 * for the account. The others fill gaps, and are corrected by the list that gave them. An attribute belongs to the first roster
 * of `rosters` that has a value for it: a later roster fills gaps and freshens what it gave itself, and takes back what it no
 * longer says. `name`, `owner` (`owner_salesforce`…) and `parent` of the row become the account's own.
 *
 * `again`: the list gave this account a row before, in the same pass. Then the ids that are there stay, numbers are put together
 * as `together` says, and anything else fills gaps.
 */
export function mergeRoster(
  account: Account,
  row: SourceRecord,
  refs: readonly AccountRef[],
  settings: MergeSettings,
  candidates: readonly Account[] = [],
  again = false,
): Account {
  const ids: Record<string, string> = { ...account.ids };
  const attributes: Record<string, Value> = { ...account.attributes };
  const origins: Record<string, string> = { ...account.origins };
  const owners: Record<string, string | null> = { ...account.owners };
  const rank = (roster: string | undefined): number => {
    const at = roster === undefined ? -1 : settings.rosters.indexOf(roster);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  const own = rank(row.source);
  const wins = (name: string): boolean =>
    origins[name] === row.source || own < rank(origins[name]) || origins[name] === undefined;

  const [ownId, ...otherIds] = refs;
  if (ownId !== undefined && !(again && ids[ownId.kind] !== undefined)) ids[ownId.kind] = ownId.value;
  for (const { kind, value } of otherIds) {
    const corrects = origins[originOfId(kind)] === row.source && !again;
    if (ids[kind] !== undefined && !corrects) continue;
    ids[kind] = value;
    origins[originOfId(kind)] = row.source;
  }
  const numbering = ownId?.kind ?? null;
  for (const [name, given] of Object.entries(row.fields)) {
    if (name.startsWith('id_') || ownColumns.includes(name)) continue;
    const value = given === '' ? null : given;
    if (name.startsWith('owner_')) {
      owners[name.slice('owner_'.length)] = value === null ? null : String(value);
      continue;
    }
    if (!wins(name)) continue;
    if (again && origins[name] === row.source) {
      attributes[name] = putTogether(attributes[name] ?? null, value, settings.together?.[name]);
    } else if (value !== null) {
      attributes[name] = value;
      origins[name] = row.source;
    } else if (origins[name] === row.source) {
      attributes[name] = null;
      delete origins[name];
    } else attributes[name] ??= null;
  }
  const { owner, parent, name } = row.fields;
  if (owner !== undefined && numbering !== null && !(again && (owners[numbering] ?? null) !== null))
    owners[numbering] = owner === null || owner === '' ? null : String(owner);
  let title = account.name;
  if (typeof name === 'string' && name.trim() !== '' && wins('name') && !(again && origins['name'] === row.source)) {
    title = name.trim();
    origins['name'] = row.source;
  }
  return {
    ...account,
    name: title === '' ? (ids['domain'] ?? account.key) : title,
    ids,
    owners,
    parent: again && account.parent !== null ? account.parent : parentOf(account, parent, numbering, candidates, ids),
    attributes,
    origins,
  };
}

/** What two rows of one list say of one account. Days are texts that sort. */
function putTogether(before: Value, value: Value, how: 'sum' | 'least' | 'most' | undefined): Value {
  if (value === null || before === null) return before ?? value;
  if (how === 'sum') return typeof before === 'number' && typeof value === 'number' ? before + value : before;
  if (how === undefined || typeof before !== typeof value) return before;
  return (how === 'least' ? value < before : value > before) ? value : before;
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
