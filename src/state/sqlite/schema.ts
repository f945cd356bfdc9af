// The tables, as the first migration makes them. Later changes are migrations of their own; this text stays as it is,
// because files made by it are out there.

/** Version 1. Instants are ISO text in UTC, days YYYY-MM-DD in the zone of the home, everything nested is JSON text. */
export const firstSchema = `
-- Small facts about the file itself: zone, salt of the tombstones, roster pass, head of the audit chain.
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE bindings (crm TEXT NOT NULL PRIMARY KEY, org TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- runs: the journal is the lock.
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('run', 'plan', 'apply', 'undo', 'retry', 'erase')),
  job TEXT NOT NULL,
  slot TEXT,
  as_of TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'done', 'held', 'partial', 'failed', 'aborted')),
  stage TEXT NOT NULL DEFAULT '',
  started_at TEXT NOT NULL,
  ended_at TEXT,
  exit_code INTEGER,
  report TEXT,
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lease_until TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX runs_one_active ON runs (job) WHERE state = 'active';
CREATE UNIQUE INDEX runs_slot ON runs (job, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX runs_epoch ON runs (job, epoch);
CREATE TABLE skipped_slots (
  job TEXT NOT NULL, slot TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (job, slot)
) STRICT, WITHOUT ROWID;

-- facts: what the sources gave, with the cursor that belongs to it.
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES sources,
  name TEXT NOT NULL,
  cursor TEXT,
  -- Key of the last record of the page that brought the cursor: the witness of I3. Null where that page was empty.
  cursor_key TEXT,
  read INTEGER NOT NULL DEFAULT 0,
  newest_at TEXT,
  unmapped TEXT NOT NULL DEFAULT '[]',
  shape TEXT NOT NULL DEFAULT '{}',
  UNIQUE (source, name)
) STRICT;
CREATE TABLE reads (
  stream INTEGER NOT NULL REFERENCES streams,
  no INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  read_at TEXT NOT NULL,
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  PRIMARY KEY (stream, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE rejected_rows (
  id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams,
  place TEXT NOT NULL, why TEXT NOT NULL, fix TEXT NOT NULL
) STRICT;
CREATE INDEX rejected_rows_of ON rejected_rows (stream);
-- How sources name accounts; a number instead of two texts in a million rows.
CREATE TABLE refs (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, value)) STRICT;
CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  day TEXT NOT NULL,
  ref INTEGER REFERENCES refs,
  contact TEXT,
  fields TEXT NOT NULL,
  read INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX facts_key ON facts (source, key, stream);
CREATE INDEX facts_of ON facts (ref, source, day) WHERE ref IS NOT NULL;

-- accounts: what identity made of the rosters.
CREATE TABLE accounts (
  key TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  ids TEXT NOT NULL,
  owners TEXT NOT NULL,
  parent TEXT,
  attributes TEXT NOT NULL,
  pass INTEGER NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
  -- 0 for leaves, one more than the highest child for parents.
  height INTEGER NOT NULL DEFAULT 0,
  kept_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounts_pages ON accounts (gone, height, key);
CREATE INDEX accounts_name ON accounts (folded);
CREATE INDEX accounts_parent ON accounts (parent) WHERE parent IS NOT NULL;
CREATE TABLE account_ids (
  kind TEXT NOT NULL, value TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_ids_of ON account_ids (account);
CREATE INDEX account_ids_value ON account_ids (value);
CREATE TABLE contacts (
  account TEXT NOT NULL, key TEXT NOT NULL, ids TEXT NOT NULL, role TEXT, attributes TEXT NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE refused_rows (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, why TEXT NOT NULL,
  records INTEGER NOT NULL
) STRICT;
-- Erased people, as salted hashes: known again, but not readable.
CREATE TABLE tombstones (hash TEXT NOT NULL PRIMARY KEY, erasure INTEGER NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- history: what evaluate said.
CREATE TABLE metrics (
  account TEXT NOT NULL, name TEXT NOT NULL, as_of TEXT NOT NULL,
  value TEXT NOT NULL, state TEXT NOT NULL, at TEXT, made_of TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (account, name, as_of)
) STRICT, WITHOUT ROWID;
CREATE TABLE scores (
  account TEXT NOT NULL, as_of TEXT NOT NULL, value REAL, band TEXT NOT NULL, model_hash TEXT NOT NULL,
  config_hash TEXT NOT NULL, PRIMARY KEY (account, as_of)
) STRICT, WITHOUT ROWID;
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY, as_of TEXT NOT NULL, account TEXT NOT NULL,
  -- Packed (pack/outcome.ts), and by far the largest thing in here.
  body BLOB NOT NULL, UNIQUE (as_of, account)
) STRICT;
CREATE TABLE frozen (
  name TEXT NOT NULL, model_hash TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, model_hash)
) STRICT, WITHOUT ROWID;

-- plans and outbox: written down before it is done. AUTOINCREMENT, because the audit goes on naming ids that are gone.
CREATE TABLE plans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL REFERENCES runs (id),
  as_of TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  hash TEXT NOT NULL DEFAULT '',
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'held', 'stopped', 'applied', 'cancelled')),
  created_at TEXT NOT NULL,
  tally TEXT,
  verdicts TEXT NOT NULL DEFAULT '[]',
  -- Number of effects at the seal; none may vanish after it (I2).
  sealed_count INTEGER,
  approved_at TEXT,
  approved_by TEXT,
  -- True where a newer plan, not a person, cancelled it: then an approval still stands for the same hash.
  overtaken INTEGER NOT NULL DEFAULT 0 CHECK (overtaken IN (0, 1)),
  applied_at TEXT
) STRICT;
CREATE INDEX plans_hash ON plans (hash) WHERE approved_at IS NOT NULL;
CREATE TABLE effects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plan INTEGER NOT NULL REFERENCES plans,
  account TEXT NOT NULL,
  crm TEXT NOT NULL,
  object TEXT NOT NULL CHECK (object IN ('account', 'contact', 'opportunity', 'task')),
  target TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('set', 'clear', 'ensure_task', 'close_task')),
  -- The play for tasks, 'set' or 'clear' for fields: what may be under way only once per target.
  grp TEXT NOT NULL,
  key TEXT NOT NULL,
  play TEXT NOT NULL,
  episode TEXT NOT NULL,
  payload TEXT NOT NULL,
  expect TEXT,
  because TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'held', 'ready', 'inflight', 'unknown', 'applied', 'rejected',
    'skipped', 'superseded', 'cancelled', 'undone')),
  attempts INTEGER NOT NULL DEFAULT 0,
  run_id TEXT,
  batch INTEGER,
  crm_id TEXT,
  problem TEXT,
  why TEXT,
  before TEXT,
  after TEXT,
  sent_at TEXT,
  settled_at TEXT,
  lifted_at TEXT
) STRICT;
CREATE UNIQUE INDEX effects_task ON effects (crm, key)
  WHERE op = 'ensure_task' AND state NOT IN ('cancelled', 'superseded', 'skipped', 'rejected', 'undone');
CREATE UNIQUE INDEX effects_live ON effects (crm, target, object, grp) WHERE state IN ('ready', 'inflight', 'unknown');
CREATE INDEX effects_plan ON effects (plan);
CREATE INDEX effects_queue ON effects (plan, state, crm, id);
CREATE INDEX effects_unsettled ON effects (id) WHERE state IN ('inflight', 'unknown');
CREATE INDEX effects_rejected ON effects (crm, key) WHERE state = 'rejected';
CREATE INDEX effects_target ON effects (crm, target, object, grp, id);
CREATE INDEX effects_run ON effects (run_id, state, id) WHERE run_id IS NOT NULL;
-- Who claimed what, under which lease: the intent that stands before any byte leaves.
CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL REFERENCES runs (id),
  epoch INTEGER NOT NULL,
  plan INTEGER NOT NULL,
  n INTEGER NOT NULL,
  claimed_at TEXT NOT NULL
) STRICT;
CREATE INDEX batches_plan ON batches (plan);
CREATE TABLE remarks (
  id INTEGER PRIMARY KEY, plan INTEGER NOT NULL REFERENCES plans, account TEXT NOT NULL, crm TEXT NOT NULL,
  word TEXT NOT NULL, kind TEXT NOT NULL, says TEXT NOT NULL
) STRICT;
CREATE INDEX remarks_of ON remarks (plan);
-- What we last wrote, so that a person's edit can be told from our own value.
CREATE TABLE written (
  crm TEXT NOT NULL, object TEXT NOT NULL, account TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (crm, object, account)
) STRICT, WITHOUT ROWID;

-- tasks: which task answers which key. Rows are never deleted, so that nothing is remade.
CREATE TABLE tasks (
  crm TEXT NOT NULL, key TEXT NOT NULL, account TEXT NOT NULL, play TEXT NOT NULL, episode TEXT NOT NULL,
  crm_id TEXT, status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'deleted')),
  closed_by TEXT CHECK (closed_by IN ('kenko', 'person')), opened_on TEXT NOT NULL, closed_on TEXT,
  written TEXT NOT NULL, PRIMARY KEY (crm, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_of ON tasks (crm, account, play);
CREATE INDEX tasks_id ON tasks (crm, crm_id) WHERE crm_id IS NOT NULL;
CREATE INDEX tasks_open ON tasks (crm) WHERE status = 'open';
CREATE INDEX tasks_opened ON tasks (crm, opened_on);
CREATE TABLE waiting (
  crm TEXT NOT NULL, account TEXT NOT NULL, play TEXT NOT NULL, episode TEXT NOT NULL, rank REAL NOT NULL,
  action TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (crm, account, play, episode)
) STRICT, WITHOUT ROWID;

-- audit: a chain of hashes. body_hash covers the row as it was written, hash covers body_hash and the hash before it.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  run_id TEXT,
  effect_id INTEGER,
  before TEXT,
  after TEXT,
  why TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  -- The row of the erasure that took a person out of this one; it names the hash of what was left.
  redacted_by INTEGER
) STRICT;
CREATE INDEX audit_effect ON audit (effect_id) WHERE effect_id IS NOT NULL;
-- Holds a row only inside the transaction of an erasure.
CREATE TABLE audit_redaction (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_redaction)
  OR new.id <> old.id OR new.at <> old.at OR new.action <> old.action
  OR new.body_hash <> old.body_hash OR new.hash <> old.hash OR new.redacted_by IS NULL
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
`;
