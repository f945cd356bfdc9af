// A person's right to see and to be forgotten. Rows of theirs are deleted, mentions in texts are replaced by a mark, hashes
// keep them from coming back, and the file is rewritten so that no free page still holds a word.

import type { Fields, Value } from '../../domain/nouns.ts';
import { StoreError } from '../../lib/errors.ts';
import { redactAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { pack, unpack } from './history.ts';
import { noteDeleted } from './landing.ts';
import { type Person, personOf } from './person.ts';
import { type Redact, redacting } from './redaction.ts';
import { fromJson, toJson } from './rows.ts';
import { bury } from './tombstones.ts';

interface Texts {
  /** Column with the account's key; rows of no account are searched for sure names only. */
  readonly account: string | null;
  readonly json: readonly string[];
  readonly text: readonly string[];
}
/** Every column in which a text may mention a person. Outcomes are packed and done apart, the audit by its own rules. */
const texts: Readonly<Record<string, Texts>> = {
  effects: {
    account: 'account',
    json: ['payload', 'expect', 'because', 'problem', 'before', 'after'],
    text: ['target', 'crm_id', 'episode', 'why'],
  },
  remarks: { account: 'account', json: [], text: ['says'] },
  written: { account: 'account', json: ['fields'], text: [] },
  tasks: { account: 'account', json: ['written'], text: ['episode'] },
  waiting: { account: 'account', json: ['action'], text: ['episode'] },
  metrics: { account: 'account', json: ['value', 'detail'], text: [] },
  accounts: { account: 'key', json: ['attributes'], text: [] },
  facts: { account: null, json: ['fields'], text: [] },
  streams: { account: null, json: ['unmapped'], text: [] },
  rejected_rows: { account: null, json: [], text: ['place', 'why'] },
  refused_rows: { account: null, json: [], text: ['value', 'why'] },
  plans: { account: null, json: ['tally', 'verdicts'], text: [] },
  runs: { account: null, json: [], text: ['report'] },
};

/** Contact rows, facts, and every row with a text that mentions the person. */
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
  const redact = redacting(person.names, person.accounts, '');
  for (const [table, { account, json, text }] of Object.entries(texts)) {
    const mentioned = (row: Record<string, Value>) => {
      const whose = account === null ? null : String(row[account] ?? '');
      const differs = (column: string, kind: 'json' | 'text') => {
        const value = row[column];
        return typeof value === 'string' && redact(value, kind, whose) !== value;
      };
      return json.some((column) => differs(column, 'json')) || text.some((column) => differs(column, 'text'));
    };
    if (table === 'facts') continue;
    const columns = [...(account === null ? [] : [account]), ...json, ...text];
    for (const row of db.all<Record<string, Value>>(`SELECT ${columns.join(', ')} FROM ${table}`)) {
      if (mentioned(row)) found.push({ stored_as: table, ...row });
    }
  }
  return found;
}

/**
 * Erases a contact and returns how many rows were deleted or changed. Afterwards neither the file nor its write-ahead log
 * holds a word of it; where another program keeps the log open, StoreError says so and the erasure can be run once more.
 */
export async function eraseContact(db: Sqlite, key: string, now: string): Promise<number> {
  const touched = new Set<string>();
  let redact: Redact = (text) => text;
  db.define('kenko_redact', (kind, account, text) => {
    if (text === null) return null;
    const left = redact(text, kind === 'json' ? 'json' : 'text', account);
    if (left !== text && account !== null) touched.add(account);
    return left;
  });
  const changed = await db.tx('contacts.erase', () => {
    const person = personOf(db, key);
    const erasure = (db.get<{ n: number | null }>('SELECT max(erasure) AS n FROM tombstones')?.n ?? 0) + 1;
    redact = redacting(person.names, person.accounts, `erased-${erasure}`);
    let rows = forgetRows(db, person) + redactTexts(db);
    for (const account of new Set([...person.accounts, ...touched])) rows += redactOutcomes(db, account, redact);
    bury(db, [{ contact: key }, ...ownRowsOf(person)], erasure, now);
    rows += redactAudit(db, (kind, text) => redact(text, kind, null), {
      at: now,
      actor: 'kenko',
      action: 'erase',
      runId: null,
      effectId: null,
      why: `contact ${erasure} was erased on request`,
    });
    return rows;
  });
  await db.outside('contacts.vacuum', () => db.script('VACUUM'));
  const isBusy = await db.outside('contacts.checkpoint', () => db.pragma('wal_checkpoint(TRUNCATE)'));
  if (isBusy === 1) {
    throw new StoreError('the contact is erased, but the write-ahead log still holds old pages', {
      where: db.path,
      why: 'Another program has the state file open and reads from it.',
      fix: 'Close it (the console, a backup, a database browser) and erase once more.',
    });
  }
  return changed;
}

function ownRowsOf(person: Person): { readonly source: string; readonly key: string }[] {
  return person.facts.filter((fact) => fact.isOwn).map(({ source, key }) => ({ source, key }));
}
function forgetRows(db: Sqlite, person: Person): number {
  for (const fact of person.facts) db.run('DELETE FROM facts WHERE id = ?', fact.id);
  for (const fact of person.facts) noteDeleted(db, fact.sourceId, fact.streamId);
  for (const row of person.rows) db.run('DELETE FROM contacts WHERE account = ? AND key = ?', row.account, row.key);
  return person.facts.length + person.rows.length;
}
function redactTexts(db: Sqlite): number {
  let changed = 0;
  for (const [table, { account, json, text }] of Object.entries(texts)) {
    const whose = account ?? 'NULL';
    const calls = [
      ...json.map((column) => [column, `kenko_redact('json', ${whose}, ${column})`] as const),
      ...text.map((column) => [column, `kenko_redact('text', ${whose}, ${column})`] as const),
    ];
    const set = calls.map(([column, call]) => `${column} = ${call}`).join(', ');
    const where = calls.map(([column, call]) => `${column} <> ${call}`).join(' OR ');
    changed += db.run(`UPDATE ${table} SET ${set} WHERE ${where}`);
  }
  return changed;
}
function redactOutcomes(db: Sqlite, account: string, redact: Redact): number {
  // By way of the scores, because outcomes are found by day and account.
  const rows = db.all<{ id: number; body: Uint8Array }>(
    `SELECT o.id, o.body FROM scores s JOIN outcomes o ON o.as_of = s.as_of AND o.account = s.account
     WHERE s.account = ?`,
    account,
  );
  let changed = 0;
  for (const { id, body } of rows) {
    const before = toJson(unpack(body));
    const after = redact(before, 'json', account);
    if (after !== before) changed += db.run('UPDATE outcomes SET body = ? WHERE id = ?', pack(fromJson(after)), id);
  }
  return changed;
}
