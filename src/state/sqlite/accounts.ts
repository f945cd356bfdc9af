// Accounts as identity made them, with every id they ever had, and their people. Nothing is deleted: an account that is in
// no roster any more is marked as gone and keeps its history.

import type { Account, AccountRef, Contact, Orphan } from '../../domain/nouns.ts';
import type { Accounts, KeptBesides, Tie } from '../store.ts';
import type { Sqlite } from './database.ts';
import { fromJson, metaOf, setMeta, toJson } from './rows.ts';
import { holdLease } from './runs.ts';

interface Row {
  readonly key: string;
  readonly name: string;
  readonly ids: string;
  readonly owners: string;
  readonly parent: string | null;
  readonly attributes: string;
  readonly origins: string;
}
interface ContactRow {
  readonly key: string;
  readonly ids: string;
  readonly role: Contact['role'];
  readonly attributes: string;
}
/** A chain of parents longer than this is a circle. */
const highestParent = 32;

export function sqliteAccounts(db: Sqlite): Accounts {
  return {
    byIds: (ids) => db.read(() => byIds(db, ids)),
    held: (ids, keys) => db.read(() => heldBy(db, ids, keys)),
    keep: (lease, accounts, refused, now, also) =>
      db.tx('accounts.keep', () => {
        holdLease(db, lease);
        const pass = passOf(db);
        for (const account of accounts) keepAccount(db, account, pass, now);
        if (accounts.length > 0) setMeta(db, 'heights', 'old');
        keepBesides(db, also ?? {}, pass);
        for (const orphan of refused) noteRefused(db, orphan);
      }),
    tie: (lease, ties) =>
      db.tx('accounts.tie', () => {
        holdLease(db, lease);
        return tie(db, ties);
      }),
    beginPass: (lease) =>
      db.tx('accounts.beginPass', () => {
        holdLease(db, lease);
        setMeta(db, 'pass', String(passOf(db) + 1));
        db.run('DELETE FROM refused_rows');
      }),
    endPass: (lease) =>
      db.tx('accounts.endPass', () => {
        holdLease(db, lease);
        const gone = db.run('UPDATE accounts SET gone = 1 WHERE gone = 0 AND pass < ?', passOf(db));
        nameParents(db);
        setHeights(db);
        return gone;
      }),
    dropContacts: (lease) =>
      db.tx('accounts.dropContacts', () => {
        holdLease(db, lease);
        db.run('DELETE FROM contacts');
      }),
    keepContacts: (lease, contacts) =>
      db.tx('accounts.keepContacts', () => {
        holdLease(db, lease);
        for (const [account, people] of contacts) replaceContacts(db, account, people);
      }),
    pages: (after, limit) => pagesOf(db, after, limit),
    names: (after, limit) =>
      db.read(() =>
        db
          .all<Pick<Row, 'key' | 'name' | 'ids'>>(
            'SELECT key, name, ids FROM accounts WHERE key > ? AND +gone = 0 ORDER BY key LIMIT ?',
            after ?? '',
            limit,
          )
          .map(({ key, name, ids }) => ({ key, name, ids: fromJson(ids) })),
      ),
    childrenOf: (parents) => db.read(() => childrenOf(db, parents)),
    get: (key) => db.read(() => byKey(db, key)),
    find: (text) => db.read(() => find(db, text)),
    count: () => db.read(() => db.get<{ n: number }>('SELECT count(*) AS n FROM accounts WHERE gone = 0')?.n ?? 0),
    idsOf: (kind, after, limit) =>
      db.read(() =>
        db
          .all<{ value: string }>(
            `SELECT i.value FROM account_ids i JOIN accounts a ON a.key = i.account AND a.gone = 0
             WHERE i.kind = ? AND i.value > ? ORDER BY i.value LIMIT ?`,
            kind,
            after ?? '',
            limit,
          )
          .map(({ value }) => value),
      ),
    refused: (limit) =>
      db.read(() =>
        db.all<Orphan>('SELECT source, kind, value, why, records FROM refused_rows ORDER BY id LIMIT ?', limit),
      ),
  };
}

function peopleOf(db: Sqlite, account: string): readonly ContactRow[] {
  return db.all<ContactRow>('SELECT key, ids, role, attributes FROM contacts WHERE account = ? ORDER BY key', account);
}
function accountOf(db: Sqlite, row: Row, people: readonly ContactRow[] = peopleOf(db, row.key)): Account {
  return {
    key: row.key,
    name: row.name,
    ids: fromJson(row.ids),
    owners: fromJson(row.owners),
    parent: row.parent,
    attributes: fromJson(row.attributes),
    ...(row.origins === '{}' ? {} : { origins: fromJson<Readonly<Record<string, string>>>(row.origins) }),
    contacts: people.map((person) => ({
      key: person.key,
      ids: fromJson(person.ids),
      role: person.role,
      attributes: fromJson(person.attributes),
    })),
  };
}
function byKey(db: Sqlite, key: string): Account | null {
  const row = db.get<Row>('SELECT * FROM accounts WHERE key = ?', key);
  return row === undefined ? null : accountOf(db, row);
}
/** Gone accounts too: a customer may come back. */
function byIds(db: Sqlite, ids: readonly AccountRef[]): readonly Account[] {
  const keys = new Set<string>();
  for (const { kind, value } of ids) {
    const found = db.get<{ account: string }>(
      'SELECT account FROM account_ids WHERE kind = ? AND value = ?',
      kind,
      value,
    );
    if (found !== undefined) keys.add(found.account);
  }
  return [...keys].sort().flatMap((key) => byKey(db, key) ?? []);
}

/** The same without people, for many ids at once; which id led where comes along. */
function heldBy(
  db: Sqlite,
  ids: readonly AccountRef[],
  keys: readonly string[],
): Awaited<ReturnType<Accounts['held']>> {
  const found = db.all<{ kind: string; value: string; account: string }>(
    `SELECT i.kind, i.value, i.account FROM json_each(?) j
     JOIN account_ids i ON i.kind = j.value ->> 0 AND i.value = j.value ->> 1`,
    JSON.stringify(ids.map(({ kind, value }) => [kind, value])),
  );
  const wanted = new Set([...keys, ...found.map(({ account }) => account)]);
  const rows = db.all<Row>(
    'SELECT a.* FROM json_each(?) j JOIN accounts a ON a.key = j.value',
    JSON.stringify([...wanted]),
  );
  return {
    accounts: rows.map((row) => accountOf(db, row, [])),
    holders: new Map(found.map(({ kind, value, account }) => [`${kind}:${value}`, account])),
  };
}

function keepBesides(db: Sqlite, { unchanged, aliases, absorbed }: KeptBesides, pass: number): void {
  if (unchanged !== undefined && unchanged.length > 0)
    db.run(
      'UPDATE accounts SET pass = ?, gone = 0 WHERE key IN (SELECT value FROM json_each(?))',
      pass,
      JSON.stringify(unchanged),
    );
  for (const { account, kind, value } of aliases ?? []) giveId(db, account, kind, value);
  for (const { from, into } of absorbed ?? []) {
    db.run('UPDATE account_ids SET account = ? WHERE account = ?', into, from);
    db.run(`UPDATE accounts SET ids = '{}', gone = 1, pass = 0 WHERE key = ?`, from);
    setMeta(db, 'heights', 'old');
  }
}
/** What an earlier map tied and this one does not is nobody's until a roster says whose it is. */
function tie(db: Sqlite, ties: readonly Tie[]): readonly Tie[] {
  const before = fromJson<readonly Tie[]>(metaOf(db, 'ties') ?? '[]');
  const text = ({ kind, value }: AccountRef) => `${kind}:${value}`;
  const now = new Set(ties.map(text));
  for (const old of before.filter((one) => !now.has(text(one)))) {
    const holder = db.get<Pick<Row, 'ids'>>('SELECT ids FROM accounts WHERE key = ?', old.account);
    const ids = holder === undefined ? {} : fromJson<Record<string, string>>(holder.ids);
    if (ids[old.kind] === old.value) continue;
    db.run('DELETE FROM account_ids WHERE kind = ? AND value = ? AND account = ?', old.kind, old.value, old.account);
  }
  const tied: Tie[] = [];
  const unknown: Tie[] = [];
  for (const one of ties) {
    const account = accountNamed(db, one.account);
    if (account === null) unknown.push(one);
    else {
      giveId(db, account, one.kind, one.value);
      tied.push({ ...one, account });
    }
  }
  setMeta(db, 'ties', toJson(tied));
  return unknown;
}
/** A key, or an id written as `kind:value`, of an account that is there. */
function accountNamed(db: Sqlite, text: string): string | null {
  const byKey = db.get<{ key: string }>('SELECT key FROM accounts WHERE key = ? AND gone = 0', text);
  if (byKey !== undefined) return byKey.key;
  const at = text.indexOf(':');
  if (at < 1) return null;
  const byId = db.get<{ account: string }>(
    `SELECT i.account FROM account_ids i JOIN accounts a ON a.key = i.account AND a.gone = 0
     WHERE i.kind = ? AND i.value = ?`,
    text.slice(0, at),
    text.slice(at + 1),
  );
  return byId?.account ?? null;
}

function keepAccount(db: Sqlite, account: Account, pass: number, now: string): void {
  db.run(
    `INSERT INTO accounts (key, name, folded, ids, owners, parent, attributes, origins, pass, kept_at)
     VALUES (@key, @name, @folded, @ids, @owners, @parent, @attributes, @origins, @pass, @now)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, folded = excluded.folded, ids = excluded.ids,
       owners = excluded.owners, parent = excluded.parent, attributes = excluded.attributes,
       origins = excluded.origins, pass = excluded.pass, gone = 0, kept_at = excluded.kept_at`,
    {
      key: account.key,
      name: account.name,
      folded: fold(account.name),
      ids: toJson(account.ids),
      owners: toJson(account.owners),
      parent: account.parent,
      attributes: toJson(account.attributes),
      origins: toJson(account.origins ?? {}),
      pass,
      now,
    },
  );
  for (const [kind, value] of Object.entries(account.ids)) giveId(db, account.key, kind, value);
}
/** An id belongs to one account; who had it before loses it. */
function giveId(db: Sqlite, account: string, kind: string, value: string): void {
  const before = db.get<{ account: string }>(
    'SELECT account FROM account_ids WHERE kind = ? AND value = ?',
    kind,
    value,
  )?.account;
  if (before === account) return;
  if (before !== undefined) {
    const row = db.get<Row>('SELECT * FROM accounts WHERE key = ?', before);
    const ids: Record<string, string> = row === undefined ? {} : fromJson(row.ids);
    if (ids[kind] === value) {
      delete ids[kind];
      db.run('UPDATE accounts SET ids = ? WHERE key = ?', toJson(ids), before);
    }
  }
  db.run(
    `INSERT INTO account_ids (kind, value, account) VALUES (?, ?, ?)
     ON CONFLICT (kind, value) DO UPDATE SET account = excluded.account`,
    kind,
    value,
    account,
  );
}
function noteRefused(db: Sqlite, orphan: Orphan): void {
  db.run(
    'INSERT INTO refused_rows (source, kind, value, why, records) VALUES (?, ?, ?, ?, ?)',
    orphan.source,
    orphan.kind,
    orphan.value,
    orphan.why,
    orphan.records,
  );
}
function replaceContacts(db: Sqlite, account: string, people: readonly Contact[]): void {
  db.run('DELETE FROM contacts WHERE account = ?', account);
  for (const person of people) {
    db.run(
      'INSERT OR REPLACE INTO contacts (account, key, ids, role, attributes) VALUES (?, ?, ?, ?, ?)',
      account,
      person.key,
      toJson(person.ids),
      person.role,
      toJson(person.attributes),
    );
  }
}

function passOf(db: Sqlite): number {
  return Number(metaOf(db, 'pass') ?? '0');
}

/** Leaves first, so that a parent finds its children scored. Heights are made anew only where accounts were kept since. */
async function pagesOf(db: Sqlite, after: string | null, limit: number): Promise<readonly Account[]> {
  if (after === null && (await db.read(() => metaOf(db, 'heights'))) === 'old') {
    await db.tx('accounts.heights', () => setHeights(db));
  }
  return db.read(() => {
    const height =
      after === null
        ? -1
        : (db.get<{ height: number }>('SELECT height FROM accounts WHERE key = ?', after)?.height ?? -1);
    return db
      .all<Row>(
        `SELECT * FROM accounts WHERE gone = 0 AND (height, key) > (@height, @after) ORDER BY height, key LIMIT @limit`,
        { height, after: after ?? '', limit },
      )
      .map((row) => accountOf(db, row));
  });
}
function setHeights(db: Sqlite): void {
  db.run('UPDATE accounts SET height = 0 WHERE height <> 0');
  for (let height = 1; height <= highestParent; height++) {
    const raised = db.run(
      `UPDATE accounts SET height = @height WHERE key IN (
         SELECT parent FROM accounts WHERE parent IS NOT NULL AND gone = 0 AND height = @height - 1)`,
      { height },
    );
    if (raised === 0) break;
  }
  setMeta(db, 'heights', 'new');
}

/** A parent that its roster names by an id (`salesforce:001…`) becomes the account that has this id, whichever came first. */
function nameParents(db: Sqlite): void {
  db.run(
    `UPDATE accounts SET parent = nullif(i.account, accounts.key) FROM account_ids i
     WHERE instr(accounts.parent, ':') > 0
       AND i.kind = substr(accounts.parent, 1, instr(accounts.parent, ':') - 1)
       AND i.value = substr(accounts.parent, instr(accounts.parent, ':') + 1)`,
  );
}
function childrenOf(db: Sqlite, parents: readonly string[]): Awaited<ReturnType<Accounts['childrenOf']>> {
  const found = new Map<string, { key: string; name: string; attributes: Account['attributes'] }[]>();
  const rows = db.all<Pick<Row, 'key' | 'name' | 'attributes'> & { readonly parent: string }>(
    // The plus keeps SQLite from walking all accounts by its flag for every page.
    `SELECT parent, key, name, attributes FROM accounts
     WHERE parent IN (SELECT value FROM json_each(?)) AND +gone = 0 ORDER BY parent, key`,
    JSON.stringify(parents),
  );
  for (const { parent, key, name, attributes } of rows) {
    const child = { key, name, attributes: fromJson<Account['attributes']>(attributes) };
    const list = found.get(parent);
    if (list === undefined) found.set(parent, [child]);
    else list.push(child);
  }
  return found;
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
function find(db: Sqlite, text: string): readonly Account[] {
  const rows = db.all<Row>(
    `SELECT * FROM accounts WHERE key IN (
       SELECT key FROM accounts WHERE key = @text
       UNION SELECT account FROM account_ids WHERE value = @text
       UNION SELECT key FROM accounts WHERE folded = @folded) ORDER BY key`,
    { text: text.trim(), folded: fold(text) },
  );
  return rows.map((row) => accountOf(db, row));
}
