// Undo: what a run wrote is put back where nobody has touched it since. It is a plan like any other, through the same
// outbox; tasks that the run opened are closed with a note, because nothing is ever deleted. Undone twice is undone once.

import { worst } from '../domain/gates/gates.ts';
import { hashOf } from '../domain/hash.ts';
import { setKey } from '../domain/key.ts';
import type { Effect, EffectDraft, Fields, Remark } from '../domain/nouns.ts';
import { addEffects as addEffectsTo, createTally, type TallySum } from '../domain/tally.ts';
import { UsageError } from '../lib/errors.ts';
import type { Lease } from '../state/store.ts';
import type { Hall } from './hall.ts';
import type { MetHall } from './meet.ts';
import type { RunReport } from './report.ts';
import { applySealed, meetInto, settleInto, stages, underLease } from './run.ts';
import { pick, recordKey } from './settle.ts';

type Written = Effect & { readonly before: Fields | null; readonly after: Fields | null };

/** One write of the run that is undone, and where its way back is written down: undone only once all of it is applied. */
interface Undoing {
  readonly id: number;
  readonly by: readonly string[];
}

/** Undoes a run. The report counts what was put back; remarks say what a person has changed since. */
export async function undoRun(hall: Hall, runId: string, signal: AbortSignal): Promise<RunReport> {
  const run = await hall.store.runs.get(runId);
  if (run === null)
    throw new UsageError(`there is no run ${runId}`, { fix: 'See the last runs with:\n  kenko status' });
  return await underLease(hall, { kind: 'undo', asOf: run.asOf, slot: null }, signal, async (lease, inner, soFar) => {
    const stage = stages(hall, lease, soFar);
    const tally = createTally();
    let met: MetHall = { ...hall, crms: [] };
    await stage('start', async () => {
      met = await meetInto(hall, lease, soFar, inner);
    });
    // An undo that was cut off left effects of unknown fate; while they stand in the way, it could never be finished.
    await stage('settle', () => settleInto(met, lease, soFar, inner));
    const undoing: Undoing[] = [];
    await stage('plan', async () => {
      const plan = await hall.store.plans.draft(lease, {
        asOf: run.asOf,
        configHash: hall.decisions.hash,
        now: hall.clock.now(),
      });
      const hash = await draftUndo(met, lease, { runId, plan, undoing, tally }, inner);
      await hall.store.plans.seal(lease, plan, {
        hash,
        tally: tally.value(),
        verdicts: soFar.verdicts,
        as: worst(soFar.verdicts) === 'pass' ? 'ready' : 'held',
        now: hall.clock.now(),
      });
      soFar.plan = await hall.store.plans.get(plan);
    });
    if (soFar.plan?.state === 'ready') {
      await applySealed(met, lease, soFar.plan, soFar, stage, inner);
      await hall.store.outbox.markUndone(
        lease,
        await putBack(hall, soFar.plan.id, undoing),
        hall.clock.now(),
        hall.actor,
      );
    }
    return { tally: tally.value(), counts: soFar.plan === null ? {} : await hall.store.plans.counts(soFar.plan.id) };
  });
}

const placeOf = (effect: EffectDraft): string => `${effect.crm} ${effect.key}`;

/** Which of the writes really stand as before: one that the CRM refused to take back can be undone again later. */
async function putBack(hall: Hall, plan: number, undoing: readonly Undoing[]): Promise<number[]> {
  const applied = new Set<string>();
  let after = 0;
  for (;;) {
    const page = await hall.store.plans.effects(plan, after, 500, ['applied']);
    if (page.length === 0) break;
    for (const effect of page) applied.add(placeOf(effect));
    after = page.at(-1)?.id ?? after;
  }
  return undoing.filter((one) => one.by.every((place) => applied.has(place))).map((one) => one.id);
}

async function draftUndo(
  met: MetHall,
  lease: Lease,
  work: { readonly runId: string; readonly plan: number; readonly undoing: Undoing[]; readonly tally: TallySum },
  signal: AbortSignal,
): Promise<string> {
  const parts: string[] = [];
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const page: readonly Written[] = await met.store.outbox.applied(work.runId, after, 500);
    if (page.length === 0) return hashOf(parts);
    after = page.at(-1)?.id ?? after;
    for (const hand of met.crms) {
      const mine = page.filter((effect) => effect.crm === hand.crm.name);
      const drafts: EffectDraft[] = [];
      const remarks: Remark[] = [];
      const fields = mine.filter(
        (effect) => effect.object !== 'task' && (effect.op === 'set' || effect.op === 'clear'),
      );
      if (fields.length > 0) {
        const words = [...new Set(fields.flatMap((effect) => Object.keys(effect.payload)))];
        const found = new Map(
          (
            await hand.crm.read(
              fields.map((effect) => ({
                account: effect.account,
                object: effect.object as 'account',
                id: effect.target,
              })),
              words,
              signal,
            )
          ).map((record) => [recordKey(record), record.fields]),
        );
        for (const effect of fields) {
          const now = pick(found.get(recordKey(effect)) ?? {}, effect.payload);
          const shown = wordsOf(effect, now);
          if (shown.changed.length > 0) {
            remarks.push({
              account: effect.account,
              crm: effect.crm,
              word: shown.changed.join(', '),
              kind: 'edited_by_person',
              says: 'was changed since; left as it is',
            });
            continue;
          }
          const back = backTo(effect, now, shown.ours);
          drafts.push(...back);
          work.undoing.push({ id: effect.id, by: back.map(placeOf) });
        }
      }
      const opened = mine.filter((effect) => effect.op === 'ensure_task' && effect.crmId !== null);
      if (opened.length > 0) {
        const tasks = await hand.crm.find(
          opened.map((effect) => ({ key: effect.key, id: effect.crmId, target: effect.target })),
          signal,
        );
        for (const effect of opened) {
          const task = tasks.find((candidate) => candidate.id === effect.crmId || candidate.key === effect.key);
          if (task?.state !== 'open' || task.id === null) continue;
          const close: EffectDraft = {
            account: effect.account,
            crm: effect.crm,
            object: 'task',
            target: task.id,
            op: 'close_task',
            key: effect.key,
            play: effect.play,
            episode: effect.episode,
            payload: { note: `Taken back: run ${work.runId} was undone.` },
            expect: task.fields,
            because: [`undo of run ${work.runId}`],
          };
          drafts.push(close);
          work.undoing.push({ id: effect.id, by: [placeOf(close)] });
        }
      }
      addEffectsTo(work.tally, drafts, remarks);
      parts.push(hashOf(drafts));
      await met.store.plans.add(lease, work.plan, drafts, remarks);
    }
  }
}

/**
 * Words that still show what was written, and those that a person changed since. The rest show what they showed before: an
 * undo that was cut off had put them back already.
 */
function wordsOf(
  effect: Written,
  now: Fields,
): { readonly ours: readonly string[]; readonly changed: readonly string[] } {
  const written = effect.after ?? effect.payload;
  const shows = (fields: Fields, word: string) => (fields[word] ?? null) === (now[word] ?? null);
  const words = Object.keys(effect.payload);
  const ours = words.filter((word) => shows(written, word));
  const changed = words.filter((word) => !shows(written, word) && !shows(effect.before ?? {}, word));
  return { ours, changed };
}

/** The effects that put these words back: values that stood there before, and what was empty is cleared. */
function backTo(effect: Written, now: Fields, words: readonly string[]): EffectDraft[] {
  const before = effect.before ?? {};
  const make = (op: 'set' | 'clear', chosen: readonly string[]): EffectDraft[] => {
    if (chosen.length === 0) return [];
    const payload = Object.fromEntries(chosen.map((word) => [word, before[word] ?? null]));
    return [
      {
        ...common(effect),
        op,
        payload,
        key: setKey({ crm: effect.crm, object: effect.object, target: effect.target, op, payload }),
        expect: pick(now, payload),
      },
    ];
  };
  return [
    ...make(
      'set',
      words.filter((word) => (before[word] ?? null) !== null),
    ),
    ...make(
      'clear',
      words.filter((word) => (before[word] ?? null) === null),
    ),
  ];
}
function common(effect: Effect) {
  return {
    account: effect.account,
    crm: effect.crm,
    object: effect.object,
    target: effect.target,
    play: '',
    episode: '',
    because: [`undo of an earlier run`],
  };
}
