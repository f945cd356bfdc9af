// A person's right to be forgotten. Rows of theirs are deleted, mentions in texts are replaced by a mark, hashes
// keep them from coming back, and the file is rewritten so that no free page still holds a word.

import { StoreError } from '../../lib/errors.ts';
import { redactAudit } from './audit.ts';
import type { Sqlite } from './database.ts';
import { outcomeRows } from './history.ts';
import { noteDeleted } from './landing.ts';
import { Packer, unpack } from './pack/outcome.ts';
import { type Person, personOf } from './person.ts';
import { type Redact, redacting } from './redaction.ts';
import { fromJson, toJson } from './rows.ts';
import { defineRedact, textTables } from './texts.ts';
import { bury } from './tombstones.ts';

/**
 * Erases a contact and returns how many rows were deleted or changed. Afterwards neither the file nor its write-ahead log
 * holds a word of it; where another program keeps the log open, StoreError says so and the erasure can be run once more.
 */
export async function eraseContact(db: Sqlite, key: string, now: string, actor: string): Promise<number> {
  const touched = new Set<string>();
  const changed = await db.tx('contacts.erase', () => {
    const person = personOf(db, key);
    const erasure = (db.get<{ n: number | null }>('SELECT max(erasure) AS n FROM tombstones')?.n ?? 0) + 1;
    const redact = redacting(person.names, person.accounts, `erased-${erasure}`);
    defineRedact(db, redact, (account) => touched.add(account));
    let rows = forgetRows(db, person) + redactTexts(db);
    for (const account of new Set([...person.accounts, ...touched])) rows += redactOutcomes(db, account, redact);
    const called = new Set([key, ...person.facts.flatMap(({ contact }) => contact ?? [])]);
    bury(db, [...[...called].map((contact) => ({ contact })), ...ownRowsOf(person)], erasure, now);
    rows += redactAudit(db, redact, {
      at: now,
      actor,
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
  for (const [stream, source] of new Map(person.facts.map((fact) => [fact.streamId, fact.sourceId]))) {
    noteDeleted(db, source, stream);
  }
  for (const row of person.rows) db.run('DELETE FROM contacts WHERE account = ? AND key = ?', row.account, row.key);
  // What their record in a CRM showed, and what we wrote there, is kept by the id of the record.
  const ids = toJson(person.rows.flatMap((row) => Object.values(fromJson<Record<string, string>>(row.ids))));
  const ofRecords =
    db.run(`DELETE FROM written WHERE object = 'contact' AND account IN (SELECT value FROM json_each(?))`, ids) +
    db.run(`DELETE FROM seen WHERE object = 'contact' AND id IN (SELECT value FROM json_each(?))`, ids);
  return person.facts.length + person.rows.length + ofRecords;
}
function redactTexts(db: Sqlite): number {
  return textTables.reduce(
    (changed, { name, set, where }) => changed + db.run(`UPDATE ${name} SET ${set} WHERE ${where}`),
    0,
  );
}
function redactOutcomes(db: Sqlite, account: string, redact: Redact): number {
  const rows = outcomeRows(db, account);
  const packer = new Packer(db);
  let changed = 0;
  for (const { id, body } of rows) {
    const before = toJson(unpack(db, body));
    const after = redact(before, 'json', account);
    if (after !== before)
      changed += db.run('UPDATE outcomes SET body = ? WHERE id = ?', packer.pack(fromJson(after)), id);
  }
  return changed;
}
