// Effects out, receipts back: fields of records, set and cleared by id. Records are updated and never upserted, because a
// missing record must not be born. How they travel, and what is tried again, is send.ts's; this file knows what is said.

import { problemOf } from '../../clients/salesforce/errors.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import type { Effect, Receipt } from '../../domain/nouns.ts';
import { type NoteJob, notNow } from '../crm.ts';
import { csvOf, resumeJob, sendByJob } from './bulk.ts';
import { toSalesforce } from './convert.ts';
import { answered, applied, fieldsOf, type Hand, objectOf, type RecordKind } from './hand.ts';
import { type Outcome, type Sending, sendRecords, wayOf } from './send.ts';

/** Sets and clears fields of records. */
export async function writeRecords(
  hand: Hand,
  batch: readonly Effect[],
  signal: AbortSignal,
  noteJob?: NoteJob,
): Promise<Receipt[]> {
  // Rows of one parent together, so that they wait for one lock and not for each other.
  const order = batch.map((_, at) => at).sort((a, b) => compare(batch[a]?.target ?? '', batch[b]?.target ?? ''));
  const receipts = new Array<Receipt>(batch.length);
  let started = false;
  for (const wave of waves(order, (at) => longId(batch[at]?.target ?? ''))) {
    const effects = wave.map((at) => batch[at] as Effect);
    const sending: Sending = {
      name: 'update',
      method: 'PATCH',
      records: effects.map((effect) => recordOf(hand, effect)),
    };
    const isLarge = noteJob !== undefined && !started && effects.length >= hand.bulkFrom;
    const csv = isLarge && !hand.stops.has(wayOf(sending)) ? csvOf(sending) : null;
    const outcomes =
      csv === null || noteJob === undefined
        ? await sendRecords(hand, sending, started, signal)
        : await sendByJob(hand, sending, csv, noteJob, signal);
    started = true;
    wave.forEach((at, n) => {
      receipts[at] = receiptOf(effects[n] as Effect, outcomes[n] as Outcome);
    });
  }
  return receipts;
}

/** What became of effects that a job carries; null while it is under way. */
export async function resumeWrite(
  hand: Hand,
  job: string,
  batch: readonly Effect[],
  signal: AbortSignal,
): Promise<Receipt[] | null> {
  const records = batch.map((effect) => recordOf(hand, effect));
  const outcomes = await resumeJob(hand, job, { name: 'update', method: 'PATCH', records }, signal);
  return outcomes === null ? null : batch.map((effect, at) => receiptOf(effect, outcomes[at] as Outcome));
}

function recordOf(hand: Hand, effect: Effect): Record<string, unknown> {
  const object = objectOf(hand, effect.object as RecordKind);
  const record: Record<string, unknown> = { attributes: { type: object.object }, id: effect.target };
  for (const [word, field] of fieldsOf(object, Object.keys(effect.payload))) {
    const value = effect.op === 'clear' ? null : (effect.payload[word] ?? null);
    record[field.field] = toSalesforce(value, field);
  }
  return record;
}

/** Lists in which nothing stands twice: the same id twice in one request would fail both rows. */
export function waves<T>(items: readonly T[], identity: (item: T) => string): T[][] {
  const lists: { items: T[]; seen: Set<string> }[] = [];
  for (const item of items) {
    const id = identity(item);
    let list = lists.find((candidate) => !candidate.seen.has(id));
    if (list === undefined) {
      list = { items: [], seen: new Set() };
      lists.push(list);
    }
    list.items.push(item);
    list.seen.add(id);
  }
  return lists.map((list) => list.items);
}

/** What became of an effect, said as its receipt. */
export function receiptOf(effect: Effect, outcome: Outcome): Receipt {
  if (outcome.ok) return applied(effect, outcome.id);
  const { fault } = outcome;
  const problem = problemOf(fault, `salesforce ${effect.object} ${effect.target}`);
  if (fault.fate === 'rejected' || fault.fate === 'unknown') return answered(effect, fault.fate, problem);
  // Tried as often as makes sense today. What is not as configured stays ready instead: nothing more is sent (send.ts).
  if (fault.patience !== null) return answered(effect, 'ready', { ...problem, code: notNow, severity: 'warning' });
  return answered(effect, 'ready', problem);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
