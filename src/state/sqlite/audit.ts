// Who did what, to which record, when and why: rows that are only ever added, each chained to the one before by its hash.
// `hash` covers the hash before it and `body_hash`; `body_hash` covers the row's words as they were written. When a person
// is erased, words are taken out of a row but its two hashes stay, so the chain holds; the row of the erasure, itself in the
// chain, names the hash of what was left, so that the redacted words are guarded as well.

import { hashOf } from '../../domain/hash.ts';
import type { Fields } from '../../domain/nouns.ts';
import type { Audit, AuditFilter, AuditRow, FoundAuditRow } from '../store.ts';
import type { Sqlite } from './database.ts';
import type { Redact } from './redaction.ts';
import { fromJsonOrNull, metaOf, setMeta, toJsonOrNull } from './rows.ts';

export type AuditEntry = Omit<AuditRow, 'id'>;
interface Row {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly run_id: string | null;
  readonly effect_id: number | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly why: string;
}
interface ChainedRow extends Row {
  readonly body_hash: string;
  readonly hash: string;
  readonly redacted_by: number | null;
}
interface Head {
  readonly id: number;
  readonly hash: string;
}
const pageSize = 1000;

/** The text as it stands in the row, not its meaning: one changed byte is another hash. */
export function bodyHash(row: Row): string {
  const { id, at, actor, action, run_id, effect_id, before, after, why } = row;
  return hashOf([id, at, actor, action, run_id, effect_id, before, after, why]);
}
function chainHash(before: string, body: string): string {
  return hashOf([before, body]);
}

/** The end of the chain. It is noted beside it, because a chain cannot tell that its last rows were cut off. */
function headOf(db: Sqlite): Head {
  const [id, hash] = (metaOf(db, 'audit_head') ?? '').split(' ');
  return { id: Number(id ?? 0), hash: hash ?? '' };
}

/** Adds rows to the chain, inside the transaction of what they tell of; returns the id of the last. */
export function addAudit(db: Sqlite, entries: readonly AuditEntry[]): number {
  if (entries.length === 0) return headOf(db).id;
  let head = headOf(db);
  for (const entry of entries) {
    const row: Row = {
      id: head.id + 1,
      at: entry.at,
      actor: entry.actor,
      action: entry.action,
      run_id: entry.runId,
      effect_id: entry.effectId,
      before: toJsonOrNull(entry.before),
      after: toJsonOrNull(entry.after),
      why: entry.why,
    };
    const body = bodyHash(row);
    const hash = chainHash(head.hash, body);
    db.run(
      `INSERT INTO audit (id, at, actor, action, run_id, effect_id, before, after, why, body_hash, hash)
       VALUES (@id, @at, @actor, @action, @run_id, @effect_id, @before, @after, @why, @body, @hash)`,
      { ...row, body, hash },
    );
    head = { id: row.id, hash };
  }
  setMeta(db, 'audit_head', `${head.id} ${head.hash}`);
  return head.id;
}

/**
 * Takes words out of rows, by `redact`, and adds the row of the erasure. Returns how many rows were changed. The trigger on
 * the table lets words change only while this runs.
 */
export function redactAudit(db: Sqlite, redact: Redact, erasure: Omit<AuditEntry, 'before' | 'after'>): number {
  const own = headOf(db).id + 1;
  const left: Record<string, string> = {};
  db.run('INSERT INTO audit_redaction (id) VALUES (1)');
  for (let after = 0; ; ) {
    const rows = db.all<ChainedRow & { readonly account: string | null }>(
      `SELECT a.*, e.account FROM audit a LEFT JOIN effects e ON e.id = a.effect_id
       WHERE a.id > ? ORDER BY a.id LIMIT ?`,
      after,
      pageSize,
    );
    if (rows.length === 0) break;
    after = rows.at(-1)?.id ?? after;
    for (const row of rows) {
      const changed: Row = {
        ...row,
        actor: redact(row.actor, 'text', null),
        before: row.before === null ? null : redact(row.before, 'json', row.account),
        after: row.after === null ? null : redact(row.after, 'json', row.account),
        why: redact(row.why, 'text', row.account),
      };
      if (bodyHash(changed) === bodyHash(row)) continue;
      db.run(
        'UPDATE audit SET actor = ?, before = ?, after = ?, why = ?, redacted_by = ? WHERE id = ?',
        changed.actor,
        changed.before,
        changed.after,
        changed.why,
        own,
        row.id,
      );
      left[row.id] = bodyHash(changed);
    }
  }
  db.run('DELETE FROM audit_redaction');
  addAudit(db, [{ ...erasure, before: null, after: left }]);
  return Object.keys(left).length;
}

export function sqliteAudit(db: Sqlite): Audit {
  return {
    note: async (entry) => {
      await db.tx('audit.note', () => addAudit(db, [entry]));
    },
    rows: (after, limit) =>
      db.read(() => db.all<Row>('SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?', after, limit).map(auditRowOf)),
    find: (filter, after, limit) => db.read(() => found(db, filter, after, limit)),
    verify: () => db.read(() => verifyChain(db)),
  };
}

function auditRowOf(row: Row): AuditRow {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    action: row.action,
    runId: row.run_id,
    effectId: row.effect_id,
    before: fromJsonOrNull<Fields>(row.before),
    after: fromJsonOrNull<Fields>(row.after),
    why: row.why,
  };
}

/** The account stands in the effect; where the effect is forgotten, in the words of the row. */
function found(db: Sqlite, filter: AuditFilter, after: number, limit: number): readonly FoundAuditRow[] {
  return db
    .all<Row & { readonly account: string | null; readonly hash: string }>(
      `SELECT a.*, e.account FROM audit a LEFT JOIN effects e ON e.id = a.effect_id
       WHERE a.id > @after AND (@run IS NULL OR a.run_id = @run) AND (@since IS NULL OR a.at >= @since)
         AND (@account IS NULL OR e.account = @account OR instr(a.why, ' of ' || @account || ':') > 0)
       ORDER BY a.id LIMIT @limit`,
      { after, limit, run: filter.run, since: filter.since, account: filter.account },
    )
    .map((row) => ({ ...auditRowOf(row), account: row.account, hash: row.hash }));
}

/** Walks the chain; `brokenAt` is the first row that does not fit, or the one that should follow the last. */
export function verifyChain(db: Sqlite): { readonly rows: number; readonly brokenAt: number | null } {
  let last: Head = { id: 0, hash: '' };
  for (;;) {
    const page = db.all<ChainedRow>('SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?', last.id, pageSize);
    for (const row of page) {
      if (row.id !== last.id + 1) return { rows: last.id, brokenAt: last.id + 1 };
      const fits = chainHash(last.hash, row.body_hash) === row.hash && wordsFit(db, row);
      if (!fits) return { rows: last.id, brokenAt: row.id };
      last = { id: row.id, hash: row.hash };
    }
    if (page.length === 0) break;
  }
  const head = headOf(db);
  const isWhole = head.id === last.id && head.hash === last.hash;
  return { rows: last.id, brokenAt: isWhole ? null : last.id + 1 };
}
function wordsFit(db: Sqlite, row: ChainedRow): boolean {
  const words = bodyHash(row);
  if (row.redacted_by === null) return words === row.body_hash;
  const erasure = db.get<{ after: string | null }>('SELECT after FROM audit WHERE id = ?', row.redacted_by);
  return fromJsonOrNull<Fields>(erasure?.after ?? null)?.[row.id] === words;
}
