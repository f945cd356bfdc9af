// The rows of all contact sources about one account → its people: rows are one person where they carry the same id, or the same
// e-mail address or telephone number that nobody else at the account has. Pure; the order of rows does not matter.

import type { IdentitySettings, SourceSettings } from './decisions.ts';
import type { Contact, SourceRecord, Value } from './nouns.ts';

export interface ContactRows {
  readonly records: readonly SourceRecord[];
  /** Contact sources in the order of the config: where two know the same, the first wins. */
  readonly sources: readonly SourceSettings[];
  readonly settings: Pick<IdentitySettings, 'people'>;
  /** Names of mapped CRMs: a person has at most one record in each. */
  readonly crms: readonly string[];
}

interface Group {
  readonly rows: { readonly record: SourceRecord; readonly source: SourceSettings }[];
}
const roles = ['champion', 'decision_maker', 'star_user', 'user'] as const;
const usualMatch: readonly string[] = ['email', 'phone'];

/** By key. */
export function matchContacts({ records, sources, settings, crms }: ContactRows): readonly Contact[] {
  const rank = new Map(sources.map(({ name }, index) => [name, index]));
  const rows = records
    .flatMap((record) => {
      const source = sources[rank.get(record.source) ?? -1];
      return source === undefined || 'merged_into' in record.fields ? [] : [{ record, source }];
    })
    .sort(
      (a, b) => (rank.get(a.source.name) ?? 0) - (rank.get(b.source.name) ?? 0) || order(a.record.key, b.record.key),
    );
  let groups: Group[] = rows.map((row) => ({ rows: [row] }));
  const weak = settings.people?.match ?? usualMatch;
  const numberings = new Set(rows.flatMap(({ record, source }) => Object.keys(idsOf(record, source, crms))));
  // Names that systems give are sure, and go first; addresses and numbers may be shared.
  for (const kind of [...numberings].filter((one) => !usualMatch.includes(one)).sort())
    groups = joined(groups, kind, crms, false);
  for (const kind of weak) groups = joined(groups, kind, crms, true);
  const people = new Map<string, Contact>();
  for (const group of groups) {
    const person = told(group, crms);
    // Ids of two systems may be the same by chance: the first keeps the name.
    const key = people.has(person.key) ? `${group.rows[0]?.source.name ?? ''}:${person.key}` : person.key;
    people.set(key, { ...person, key });
  }
  return [...people.values()].sort((a, b) => order(a.key, b.key));
}

/** Groups that carry the same value of a numbering become one, unless that would give a person two rows of one list. */
function joined(groups: readonly Group[], kind: string, crms: readonly string[], isWeak: boolean): Group[] {
  const byValue = new Map<string, Group[]>();
  for (const group of groups)
    for (const value of new Set(group.rows.flatMap(({ record, source }) => idsOf(record, source, crms)[kind] ?? []))) {
      const list = byValue.get(value);
      if (list === undefined) byValue.set(value, [group]);
      else list.push(group);
    }
  const into = new Map<Group, Group>();
  const last = (group: Group): Group => {
    const next = into.get(group);
    return next === undefined ? group : last(next);
  };
  for (const [, sharing] of [...byValue].sort(([a], [b]) => order(a, b))) {
    const heads = [...new Set(sharing.map(last))];
    const [first, ...others] = heads;
    if (first === undefined || others.length === 0) continue;
    const names = heads.flatMap(({ rows }) => rows.map(({ source }) => source.name));
    const isShared = new Set(names).size < names.length;
    // A mailbox or a switchboard that two people of one list have says of neither who it is; nor is one person two CRM records.
    if (isShared && (isWeak || heads.some(({ rows }) => rows.some(({ source }) => crms.includes(source.kind)))))
      continue;
    for (const other of others) {
      first.rows.push(...other.rows);
      into.set(other, first);
    }
  }
  return groups.filter((group) => !into.has(group));
}

/** Every id of a row by numbering: what its source declares, its own record in a CRM, and what others call the person. */
function idsOf(
  record: SourceRecord,
  source: SourceSettings,
  crms: readonly string[],
): Readonly<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const kind of Object.keys(source.ids)) {
    const value = record.fields[`id_${kind}`];
    if (value !== null && value !== undefined && value !== '') ids[kind] = String(value);
  }
  if (crms.includes(source.kind)) ids[source.kind] = record.key;
  if (record.contact !== null) ids['person'] = record.contact;
  return ids;
}

function told({ rows }: Group, crms: readonly string[]): Contact {
  const ids: Record<string, string> = {};
  const attributes: Record<string, Value> = {};
  let role: Contact['role'] = null;
  // Facts name people as the sources do that say so; a CRM's record id is nobody's name elsewhere.
  const naming = rows.find(({ record }) => record.contact !== null) ?? rows[0];
  for (const { record, source } of rows) {
    const { person: _person, ...known } = idsOf(record, source, crms);
    for (const [kind, value] of Object.entries({ ...known, [source.name]: record.key })) ids[kind] ??= value;
    role ??= roles.find((one) => one === record.fields['role']) ?? null;
    for (const [name, value] of Object.entries(record.fields))
      if (name !== 'role' && !name.startsWith('id_')) attributes[name] ??= value;
  }
  return { key: naming?.record.contact ?? naming?.record.key ?? '', ids, role, attributes };
}
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
