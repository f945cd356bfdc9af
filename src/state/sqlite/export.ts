// A person's right to see: every row that is about one contact, or mentions it. Changes nothing.

import type { Fields, Value } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { outcomeRows } from './history.ts';
import { unpack } from './pack/outcome.ts';
import { personOf } from './person.ts';
import { redacting } from './redaction.ts';
import { fromJson, toJson } from './rows.ts';
import { defineRedact, textTables } from './texts.ts';

/** Contact rows, facts, and every row with a text that mentions the person; `stored_as` says where it was found. */
export function exportContact(db: Sqlite, key: string): readonly Fields[] {
  const person = personOf(db, key);
  const found: Record<string, Value>[] = person.rows.map((row) => ({
    stored_as: 'contact',
    account: row.account,
    key: row.key,
    role: row.role,
    ids: row.ids,
    ...fromJson<Fields>(row.attributes),
  }));
  for (const { source, stream, key: factKey, at, fields } of person.facts) {
    found.push({ stored_as: 'fact', source, stream, key: factKey, at, ...fromJson<Fields>(fields) });
  }
  // A text is a mention when taking the names out would change it.
  const redact = redacting(person.names, person.accounts, '');
  defineRedact(db, redact, () => {});
  for (const { name, columns, where } of textTables) {
    const rows = db.all<Record<string, Value>>(`SELECT ${columns.join(', ')} FROM ${name} WHERE ${where}`);
    // Facts that are the person's own stand above already.
    if (name !== 'facts') for (const row of rows) found.push({ stored_as: name, ...row });
  }
  for (const account of person.accounts) {
    for (const { asOf, body } of outcomeRows(db, account)) {
      const outcome = toJson(unpack(db, body));
      if (redact(outcome, 'json', account) !== outcome) found.push({ stored_as: 'outcome', account, asOf, outcome });
    }
  }
  const audit = `SELECT a.id, a.at, a.actor, a.before, a.after, a.why FROM audit a LEFT JOIN effects e ON e.id = a.effect_id
    WHERE a.actor <> kenko_redact('text', NULL, a.actor) OR a.before <> kenko_redact('json', e.account, a.before)
      OR a.after <> kenko_redact('json', e.account, a.after) OR a.why <> kenko_redact('text', e.account, a.why)`;
  for (const row of db.all<Record<string, Value>>(audit)) found.push({ stored_as: 'audit', ...row });
  return found;
}
