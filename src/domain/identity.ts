// A roster row and the accounts it might belong to → the one, a new one, or a refusal with the reason. Many rows may be one
// account; one row is never two, and no two records of a CRM are ever one account by chance. Nothing is guessed: names are not
// compared, and a stronger id that disagrees refuses.

import { type Claims, noClaims, refText } from './claims.ts';
import type { IdentitySettings } from './decisions.ts';
import { keyOf, mergeRoster } from './merge-roster.ts';
import { normaliseId, normaliseIds } from './normalise-id.ts';
import type { Account, AccountRef, SourceRecord } from './nouns.ts';

export type Identified =
  | ({ readonly kind: 'match' | 'new'; readonly account: Account } & Bonds)
  | { readonly kind: 'refused'; readonly why: string };
/** What a decision says of ids and accounts besides the account itself. */
export interface Bonds {
  /** Ids that mean the account as well: of rows beside its first, of records merged into its own. */
  readonly aliases: readonly AccountRef[];
  /** Keys of accounts whose CRM record was merged into this one's: all of theirs is this account's from now on. */
  readonly absorbed: readonly string[];
}
/** An account, and which of the ids asked for it answers to. */
export interface Held {
  readonly account: Account;
  readonly by: readonly AccountRef[];
}
/** What is known of the list a row comes from. */
export interface ListFacts {
  readonly claims: Claims;
  /** True for records of a CRM: an account has one at most, because it is written to. */
  readonly one: boolean;
  /** True where rows that share a domain or a phone number may be one account, each with an id of its own. */
  readonly many: boolean;
  /** Whether the list gave this account a row before, in this pass. */
  readonly touched: (account: string) => boolean;
}
export const aloneInList: ListFacts = { claims: noClaims, one: false, many: false, touched: () => false };

/** Numberings that a company shares with others more easily than an id: they match, but never against an id. */
const weak: readonly string[] = ['domain', 'phone', 'email'];

/** What the hand-made map ties a row with these ids to: keys of accounts, or other ids of theirs (`salesforce:001…`). */
export function tiedByHand({ raw, refs }: RowIds, { byHand }: IdentitySettings): readonly string[] {
  const texts = new Set([...raw, ...refs].map(refText));
  return [...new Set([...texts].flatMap((text) => byHand[text] ?? []))];
}
/** The ids of a row: as they stand there, its own first, and as they are compared. */
export interface RowIds {
  readonly raw: readonly AccountRef[];
  readonly refs: readonly AccountRef[];
  /** The row's own id as it is compared; null where it has none that identifies. */
  readonly own: AccountRef | null;
  /** Ids that were merged into it. */
  readonly formers: readonly AccountRef[];
}
export function rowIds(raw: readonly AccountRef[], settings: IdentitySettings, claims: Claims = noClaims): RowIds {
  const [first] = raw;
  const refs = normaliseIds(raw, settings);
  const own = first === undefined || refs[0]?.kind !== first.kind ? null : refs[0];
  const formers = own === null ? [] : (claims.former.get(own.value) ?? []).map((value) => ({ kind: own.kind, value }));
  return { raw, refs, own, formers };
}
/** The id that a target of the hand-made map may be; null where it can only be a key. */
export function refOfTarget(target: string, settings: IdentitySettings): AccountRef | null {
  const at = target.indexOf(':');
  return at < 1 ? null : normaliseId({ kind: target.slice(0, at), value: target.slice(at + 1) }, settings);
}

/**
 * Whose row it is. By hand first; then every numbering of `match`: ids that point to one account decide, ids that point to
 * several refuse; then records that were merged into this one. The account that comes back has the row merged into it
 * ({@link mergeRoster}). `held`: accounts that answer to any of the row's ids, former ids, tied ids, or to its key.
 */
export function identify(
  row: SourceRecord,
  ids: RowIds,
  held: readonly Held[],
  settings: IdentitySettings,
  list: ListFacts = aloneInList,
): Identified {
  const { refs: given, own, formers } = ids;
  const holder = (ref: AccountRef) => held.find(({ by }) => by.some((one) => isSame(one, ref)))?.account;
  const candidates = held.map(({ account }) => account);
  const disputed = given.filter((ref) => isDisputed(ref, own, formers, holder(ref), list));
  const refs = given.filter((ref) => !disputed.includes(ref));

  const decided = (account: Account | undefined, key: string, tied: readonly AccountRef[] = []): Identified => {
    const again = account !== undefined && list.touched(account.key) && !list.one;
    const merged = mergeRoster(account ?? emptyAccount(key), row, refs, settings, candidates, again);
    const absorbed = formers
      .map(holder)
      .filter(
        (one) => one !== undefined && one.key !== merged.key && formers.some((ref) => one.ids[ref.kind] === ref.value),
      )
      .flatMap((one) => one?.key ?? []);
    const aliases = [...(again && own !== null ? [own] : []), ...formers, ...tied].filter(
      (ref) => merged.ids[ref.kind] !== ref.value,
    );
    return {
      kind: account === undefined ? 'new' : 'match',
      account: merged,
      aliases,
      absorbed: [...new Set(absorbed)],
    };
  };
  const refused = (why: string): Identified => ({ kind: 'refused', why });

  const targets = tiedByHand(ids, settings);
  if (targets.length > 1)
    return refused(`the hand-made map ties this row to ${targets.join(' and ')}; it can be only one`);
  const [target] = targets;
  if (target !== undefined) {
    const byKey = candidates.find((account) => account.key === target);
    const ref = byKey === undefined ? refOfTarget(target, settings) : null;
    if (ref === null) return decided(byKey, target);
    return decided(holder(ref), keyOf(keyRefOf(refs, settings)?.value ?? ref.value), [ref]);
  }

  const keyRef = keyRefOf(refs, settings);
  const key = keyRef === undefined ? null : keyOf(keyRef.value);
  const named = candidates.find((account) => account.key === key);
  const strong = disputed.find((ref) => !weak.includes(ref.kind));
  if (strong !== undefined && named === undefined) return refused(disputeText(strong, row.source, list.claims));

  const found = strong === undefined ? foundBy(refs, holder, settings) : [];
  const left = found.length > 1 ? withoutLone(found, [...refs, ...formers], refs, settings) : found;
  const [first, second] = left;
  if (first !== undefined && second !== undefined)
    return refused(
      `its ${first.by.kind} ${first.by.value} belongs to ${first.account.key}, its ${second.by.kind} ${second.by.value} to ${second.account.key}`,
    );
  if (first !== undefined) {
    const why = conflict(first.account, first.by, own, given, settings, list);
    return why === null ? decided(first.account, first.account.key) : refused(why);
  }
  // The same key without a common id of `match`: keyFrom names a numbering that match leaves out, and that is enough.
  if (named !== undefined) return decided(named, named.key);
  const merged = formers.map(holder).find((account) => account !== undefined);
  if (merged !== undefined && !(list.one && list.touched(merged.key))) return decided(merged, merged.key);
  if (key === null) return refused(`it has none of the ids an account is named by (${settings.keyFrom.join(', ')})`);
  return decided(undefined, key);
}

function isSame(a: AccountRef, b: AccountRef): boolean {
  return a.kind === b.kind && a.value === b.value;
}
function keyRefOf(refs: readonly AccountRef[], settings: IdentitySettings): AccountRef | undefined {
  return settings.keyFrom.map((kind) => refs.find((ref) => ref.kind === kind)).find((ref) => ref !== undefined);
}
function emptyAccount(key: string): Account {
  return { key, name: '', ids: {}, owners: {}, parent: null, attributes: {}, origins: {}, contacts: [] };
}

/** An id that several records of a CRM carry means none of them, but for the one that had it before the others came. */
function isDisputed(
  ref: AccountRef,
  own: AccountRef | null,
  formers: readonly AccountRef[],
  holder: Account | undefined,
  list: ListFacts,
): boolean {
  if (!list.one || own === null || ref.kind === own.kind || !list.claims.shared.has(refText(ref))) return false;
  const before = holder?.ids[own.kind];
  return before !== own.value && !formers.some(({ value }) => value === before);
}
/** Why an id that several records carry identifies none of them. */
export function disputeText(ref: AccountRef, list: string, claims: Claims): string {
  const carriers = claims.shared.get(refText(ref)) ?? [];
  const shown = carriers.slice(0, 3).join(', ') + (carriers.length > 3 ? ` and ${carriers.length - 3} more` : '');
  return `${carriers.length} records of ${list} have the ${ref.kind} ${ref.value} (${shown}), so it identifies none of them; merge them there, correct one, or tie it by hand`;
}

interface Found {
  readonly account: Account;
  readonly by: AccountRef;
}
/** The accounts that the row's ids point to, by the order of `match`. */
function foundBy(
  refs: readonly AccountRef[],
  holder: (ref: AccountRef) => Account | undefined,
  settings: IdentitySettings,
): readonly Found[] {
  const found = new Map<string, Found>();
  for (const kind of settings.match) {
    const by = refs.find((ref) => ref.kind === kind);
    const account = by === undefined ? undefined : holder(by);
    if (by !== undefined && account !== undefined && !found.has(account.key)) found.set(account.key, { account, by });
  }
  return [...found.values()];
}
/**
 * Several accounts, of which some are known by nothing but ids of this very row: they were made when the row said less, and what
 * it says now joins them. Where that leaves none, the one stays whose key the row gives, else the surest.
 */
function withoutLone(
  found: readonly Found[],
  known: readonly AccountRef[],
  refs: readonly AccountRef[],
  settings: IdentitySettings,
): readonly Found[] {
  const isLone = ({ account }: Found) =>
    Object.entries(account.ids).every(([kind, value]) => known.some((ref) => isSame(ref, { kind, value })));
  const others = found.filter((one) => !isLone(one));
  if (others.length > 0) return others;
  const keyRef = keyRefOf(refs, settings);
  const named = found.find(({ account }) => keyRef !== undefined && account.key === keyOf(keyRef.value));
  return [named ?? (found[0] as Found)];
}

/**
 * Why a row that points to one account is not that account's: two records of one system that share only a domain are two
 * customers until somebody says otherwise; an id that is tried before the one that matched may not disagree, nor be carried by
 * another record of the same CRM; and an account has one record in a CRM.
 */
function conflict(
  account: Account,
  by: AccountRef,
  own: AccountRef | null,
  given: readonly AccountRef[],
  settings: IdentitySettings,
  list: ListFacts,
): string | null {
  const stronger = settings.match.slice(0, settings.match.indexOf(by.kind));
  const compared = weak.includes(by.kind) && own !== null ? [own.kind, ...stronger] : stronger;
  for (const kind of compared) {
    if (list.many && kind === own?.kind) continue;
    const known = account.ids[kind];
    const other = given.find((ref) => ref.kind === kind)?.value;
    if (known !== undefined && other !== undefined && known !== other)
      return `its ${by.kind} ${by.value} belongs to ${account.key}, whose ${kind} is ${known} and not ${other}; ${tieText(list)}`;
    if (list.one && kind !== own?.kind && known !== undefined && list.claims.carries({ kind, value: known }))
      return `its ${by.kind} ${by.value} belongs to ${account.key}, and another record of the same list has the ${kind} ${known} of that account; ${tieText(list)}`;
  }
  const record = own === null ? undefined : account.ids[own.kind];
  if (list.one && list.touched(account.key) && record !== own?.value)
    return `its ${by.kind} ${by.value} belongs to ${account.key}, which is the record ${record} already; an account is one record there: merge the two, or correct one`;
  return null;
}
function tieText({ one, many }: ListFacts): string {
  return one || many
    ? 'tie it by hand in mappings/identity.yaml'
    : 'tie it by hand in mappings/identity.yaml, or name this list under many_to_one there';
}
