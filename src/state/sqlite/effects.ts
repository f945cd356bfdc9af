// Effects as rows: how one is read, and how one is added to a plan. What moves them is moves.ts.

import type { Effect, EffectDraft, Fields, Problem } from '../../domain/nouns.ts';
import type { Sqlite } from './database.ts';
import { fromJson, fromJsonOrNull, toJson, toJsonOrNull } from './rows.ts';
import { isKnownTask } from './tasks.ts';

export interface EffectRow {
  readonly id: number;
  readonly plan: number;
  readonly account: string;
  readonly crm: string;
  readonly object: Effect['object'];
  readonly target: string;
  readonly op: Effect['op'];
  readonly key: string;
  readonly play: string;
  readonly episode: string;
  readonly payload: string;
  readonly expect: string | null;
  readonly because: string;
  readonly state: Effect['state'];
  readonly attempts: number;
  readonly crm_id: string | null;
  readonly problem: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly sent_at: string | null;
  readonly settled_at: string | null;
}
export function effectOf(row: EffectRow): Effect {
  return {
    id: row.id,
    plan: row.plan,
    account: row.account,
    crm: row.crm,
    object: row.object,
    target: row.target,
    op: row.op,
    key: row.key,
    play: row.play,
    episode: row.episode,
    payload: fromJson<Fields>(row.payload),
    expect: fromJsonOrNull<Fields>(row.expect),
    because: fromJson<string[]>(row.because),
    state: row.state,
    attempts: row.attempts,
    crmId: row.crm_id,
    problem: fromJsonOrNull<Problem>(row.problem),
  };
}
export function effectRow(db: Sqlite, id: number): EffectRow | undefined {
  return db.get<EffectRow>('SELECT * FROM effects WHERE id = ?', id);
}

/** Adds an effect as `planned`; a task that exists already, or is on its way, as `skipped`, so that none vanishes. */
export function addEffect(db: Sqlite, plan: number, draft: EffectDraft): void {
  const isTask = draft.op === 'ensure_task' || draft.op === 'close_task';
  const why = draft.op === 'ensure_task' ? whyNotAgain(db, draft) : null;
  db.run(
    `INSERT INTO effects (plan, account, crm, object, target, op, grp, key, play, episode, payload, expect, because, state, why)
     VALUES (@plan, @account, @crm, @object, @target, @op, @grp, @key, @play, @episode, @payload, @expect, @because, @state, @why)`,
    {
      plan,
      account: draft.account,
      crm: draft.crm,
      object: draft.object,
      target: draft.target,
      op: draft.op,
      grp: isTask ? draft.play : draft.op,
      key: draft.key,
      play: draft.play,
      episode: draft.episode,
      payload: toJson(draft.payload),
      expect: toJsonOrNull(draft.expect),
      because: toJson(draft.because),
      state: why === null ? 'planned' : 'skipped',
      why,
    },
  );
}
function whyNotAgain(db: Sqlite, draft: EffectDraft): string | null {
  if (isKnownTask(db, draft.crm, draft.key)) return 'this task was made before and is never made again';
  const living = db.get(
    `SELECT 1 FROM effects WHERE crm = ? AND key = ? AND op = 'ensure_task'
       AND state NOT IN ('cancelled', 'superseded', 'skipped', 'rejected', 'undone')`,
    draft.crm,
    draft.key,
  );
  return living === undefined ? null : 'the same task is planned or on its way already';
}
