// One contact as it is scattered over the tables: contact rows, facts, and the texts that name the person.

import type { Fields } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { fromJson } from './rows.ts';

export interface ContactRow {
  readonly account: string;
  readonly key: string;
  readonly ids: string;
  readonly role: string | null;
  readonly attributes: string;
}
export interface PersonFact {
  readonly id: number;
  readonly source: string;
  readonly sourceId: number;
  readonly stream: string;
  readonly streamId: number;
  readonly key: string;
  readonly at: string;
  readonly account: string | null;
  /** How the fact names the person. */
  readonly contact: string | null;
  readonly fields: string;
  /** The person's own row in a source of contacts, not something the person did. */
  readonly isOwn: boolean;
}
export interface Person {
  readonly key: string;
  readonly rows: readonly ContactRow[];
  readonly facts: readonly PersonFact[];
  readonly accounts: ReadonlySet<string>;
  /** Texts that name the person: the key, ids, names, addresses. */
  readonly names: readonly string[];
}

type FactRow = Omit<PersonFact, 'isOwn'>;
const factsWhere = (where: string) => `SELECT f.id, s.name AS source, f.source AS sourceId, t.name AS stream,
  f.stream AS streamId, f.key, f.at, f.contact, f.fields, (SELECT a.account FROM refs r JOIN account_ids a
    ON a.kind = r.kind AND a.value = r.value WHERE r.id = f.ref) AS account
  FROM facts f JOIN sources s ON s.id = f.source JOIN streams t ON t.id = f.stream WHERE ${where}`;

/** Everything found under a contact's key; a person nobody knows has no rows, and only the key as a name. */
export function personOf(db: Sqlite, key: string): Person {
  const rows = db.all<ContactRow>('SELECT * FROM contacts WHERE key = ? ORDER BY account', key);
  const ids = rows.flatMap((row) => Object.entries(fromJson<Record<string, string>>(row.ids)));
  const facts = new Map<number, PersonFact>();
  const add = (found: readonly FactRow[], isOwn: boolean) => {
    for (const fact of found) facts.set(fact.id, { ...fact, isOwn: isOwn || facts.get(fact.id)?.isOwn === true });
  };
  add(db.all<FactRow>(factsWhere('f.contact = ?'), key), false);
  for (const [source, id] of ids) {
    add(db.all<FactRow>(factsWhere('s.name = ? AND f.key = ?'), source, id), true);
    // Facts may name a person by another of their ids: an address, say.
    add(db.all<FactRow>(factsWhere('f.contact = ?'), id), false);
  }
  // A row whose account nobody knows made no contact; it is theirs all the same.
  const sourcesOfContacts = 's.name IN (SELECT DISTINCT j.key FROM contacts c, json_each(c.ids) j)';
  add(db.all<FactRow>(factsWhere(`f.key = ? AND f.contact IS NULL AND ${sourcesOfContacts}`), key), true);

  const found = [...facts.values()].sort((a, b) => a.id - b.id);
  const texts = [
    ...rows.map((row) => row.attributes),
    ...found.filter((fact) => fact.isOwn).map((fact) => fact.fields),
  ];
  const names = new Set([key, ...ids.map(([, id]) => id), ...texts.flatMap((text) => namesIn(fromJson<Fields>(text)))]);
  names.delete('');
  return {
    key,
    rows,
    facts: found,
    accounts: new Set([...rows.map((row) => row.account), ...found.flatMap((fact) => fact.account ?? [])]),
    names: [...names],
  };
}

/** Fields that name a person, rather than describe one: names, addresses, numbers. */
function namesIn(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([word, value]) =>
    typeof value === 'string' && (value.includes('@') || /name|mail|phone|mobile|login/.test(word)) ? [value] : [],
  );
}
