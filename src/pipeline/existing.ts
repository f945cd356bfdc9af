// The CRM's account records as they are, with as few questions as possible: what they showed last time is remembered, what
// changed since is asked for, and only what is in neither is read by id. Once a week, and whenever the mapping looks at
// something else, all of it is read anew. A CRM that cannot say what changed is simply read.

import { type OwnWrites, type TellsChanges, tellsChanges } from '../crm/crm.ts';
import { hashOf } from '../domain/hash.ts';
import type { CrmObject, Existing, Fields, Shown } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease, SeenUpTo } from '../state/store.ts';
import type { CrmHand, Hall } from './hall.ts';

const object = 'account';
/** Records that are held at once while they are read by id. */
const largestRead = 4_000;
/** Some changes leave no trace, a field that was shown to us for instance: so all is read again at times. */
const wholeEveryMs = 7 * 86_400_000;
/** Rows of one page of changes. With more than one change in five records it is cheaper to read all of them by id. */
const leastChanges = 2_000;
const changesShare = 0.2;

/** Which record of which account. */
export interface Wanted {
  readonly account: string;
  readonly id: string;
}
/** Reads the records of a page of accounts; one answer per account. */
export type ReadExisting = (wanted: readonly Wanted[], signal: AbortSignal) => Promise<readonly Existing[]>;

/** What is asked about records of one kind, to bring up to date what is remembered of them. */
interface CatchUp {
  readonly crm: CrmHand['crm'] & TellsChanges;
  readonly mapping: CrmHand['mapping'];
  readonly object: 'account' | 'contact';
  readonly words: readonly string[];
  /** With more changes than this it is cheaper to read by id. */
  readonly atMost: () => Promise<number>;
  /** What we wrote since then ourselves; it need not be told to us. */
  readonly ours?: (since: string) => Promise<OwnWrites | null>;
}
/**
 * Asks what changed since the last time and takes it down; forgets everything where that cannot be told, was long ago, or was
 * asked with other fields in mind.
 * @returns the mark to set when what is kept is whole again: nothing older than its instant is remembered then.
 */
export async function catchUp(hall: Hall, lease: Lease, asked: CatchUp, signal: AbortSignal): Promise<SeenUpTo> {
  const { crm, mapping, object, words } = asked;
  const { seen } = hall.store;
  const shape = hashOf({ fields: mapping.objects[object]?.fields ?? [] });
  const known = await seen.upTo(crm.name, object);
  const now = hall.clock.now();
  const since = crm.changesFrom();
  if (known !== null && known.shape === shape && Date.parse(now) - Date.parse(known.wholeAt) < wholeEveryMs) {
    const atMost = await asked.atMost();
    const mayBeOld = await mayShowOldValues(hall, crm.changesLagMs ?? 0);
    const ours = mayBeOld ? null : ((await asked.ours?.(known.since)) ?? null);
    const pages = await crm.changes({ object, since: known.since, words, atMost, ours }, signal);
    for await (const page of pages ?? []) {
      const gone = page.filter((record) => mayBeOld || record.id === null).map((record) => record.target);
      await seen.forget(lease, crm.name, object, gone);
      if (mayBeOld) continue;
      const there = page.flatMap(({ id, owner, fields }) => (id === null ? [] : [{ id, owner, fields }]));
      await seen.keep(lease, crm.name, object, there, { onlyKnown: true });
    }
    if (pages !== null) return { shape, since, wholeAt: known.wholeAt };
  }
  await seen.begin(lease, crm.name, object);
  return { shape, since, wholeAt: now };
}

/** Brings what is remembered up to date, and says how to read a page. Sends nothing that could change anything. */
export async function existingRecords(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  only: string | null,
  signal: AbortSignal,
): Promise<ReadExisting> {
  const { crm, mapping } = hand;
  const words = mapping.objects.account?.fields.map((field) => field.word) ?? [];
  const ask: ReadExisting = async (wanted, inner) =>
    wanted.length === 0
      ? []
      : await crm.read(
          wanted.map(({ account, id }) => ({ account, object, id })),
          words,
          inner,
        );
  if (!tellsChanges(crm) || only !== null || words.length === 0) return ask;
  const { seen, accounts } = hall.store;
  const atMost = async () => Math.max(leastChanges, Math.ceil((await accounts.count()) * changesShare));
  const ours = (since: string) => ownWrites(hall, hand, since);
  const upTo = await catchUp(hall, lease, { crm, mapping, object, words, atMost, ours }, signal);
  // Gone and merged records are few and told each time anew.
  const odd = new Map<string, Existing>();
  let after: string | null = null;
  for (;;) {
    const ids: readonly string[] = await accounts.idsOf(mapping.idKind, after, largestRead);
    if (ids.length === 0) break;
    after = ids.at(-1) ?? null;
    const canonical = new Map(ids.map((id) => [crm.canonicalId(id), id]));
    const lacking = await seen.lacking(crm.name, object, [...canonical.keys()]);
    for (const part of chunks(lacking, Math.min(crm.limits.readSize, largestRead))) {
      await breathe();
      signal.throwIfAborted();
      const records = await ask(
        part.map((id) => ({ account: '', id })),
        signal,
      );
      const there = records.filter((record) => record.id === record.target);
      await seen.keep(
        lease,
        crm.name,
        object,
        there.map(({ target, owner, fields }) => ({ id: target, owner, fields })),
        { onlyKnown: false },
      );
      for (const record of records) if (record.id !== record.target) odd.set(record.target, record);
    }
  }
  await seen.mark(lease, crm.name, object, upTo);

  return async (wanted, inner) => {
    const remembered = await seen.of(
      crm.name,
      object,
      wanted.map(({ id }) => crm.canonicalId(id)),
    );
    const lacking: Wanted[] = [];
    const found = wanted.flatMap(({ account, id }): Existing[] => {
      const canonical = crm.canonicalId(id);
      const record = remembered.get(canonical);
      const other = odd.get(canonical);
      if (record !== undefined)
        return [{ account, object, target: id, id, owner: record.owner, fields: record.fields }];
      if (other !== undefined) return [{ ...other, account, target: id }];
      lacking.push({ account, id });
      return [];
    });
    return lacking.length === 0 ? found : [...found, ...(await ask(lacking, inner))];
  };
}

/** True where a run ended so shortly ago that an index may show its writes as if they had not been. */
async function mayShowOldValues(hall: Hall, lagMs: number): Promise<boolean> {
  if (lagMs === 0) return false;
  const ended = (await hall.store.runs.last(5)).flatMap((run) => run.endedAt ?? [])[0];
  return ended !== undefined && Date.parse(hall.clock.now()) - Date.parse(ended) < lagMs;
}

/** What turned out otherwise than remembered is read by id the next time. */
export async function forgetSeen(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  records: readonly { readonly object: CrmObject; readonly target: string }[],
): Promise<void> {
  const { crm } = hand;
  if (!tellsChanges(crm)) return;
  for (const [kind, mine] of Map.groupBy(records, (record) => record.object)) {
    const ids = mine.map(({ target }) => crm.canonicalId(target));
    await hall.store.seen.forget(lease, crm.name, kind, ids);
  }
}

/** Beside what the records showed: which of them our last run wrote, and between which stamps of the CRM. */
const echoes = 'account written';

/** Forgets what an earlier run wrote: another one is about to write. */
export async function beginWriting(hall: Hall, lease: Lease, hand: CrmHand): Promise<void> {
  if (tellsChanges(hand.crm)) await hall.store.seen.begin(lease, hand.crm.name, echoes);
}
/** What one run wrote to the accounts of a CRM, as its answers showed it. */
export interface OwnSpan {
  /** The CRM's stamps of the first and the last of these writes; null before the first one. */
  from: string | null;
  to: string | null;
  records: number;
}
/** A record that was written, as the answer to the write showed it. */
export interface Written {
  readonly object: CrmObject;
  readonly target: string;
  readonly shown: Shown;
}
/** Takes down what answers to writes showed. */
export async function rememberWritten(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  written: readonly Written[],
  span: OwnSpan,
): Promise<void> {
  const { crm } = hand;
  if (!tellsChanges(crm)) return;
  for (const [kind, mine] of Map.groupBy(written, (record) => record.object)) {
    const rows = mine.map(({ target, shown }) => ({ id: crm.canonicalId(target), fields: shown.fields }));
    await mergeSeen(hall, lease, { crm, kind, rows });
    if (kind !== object) continue;
    const { seen } = hall.store;
    const stamped = mine.flatMap(({ shown }) => shown.changedAt ?? []).sort();
    // Without a stamp nobody can tell this write from another's; then the next night is told of all of them.
    if (stamped.length < mine.length) continue;
    const ids = rows.map(({ id }) => id);
    const twice = await seen.of(crm.name, echoes, ids);
    const fresh = ids.map((id) => ({ id, owner: null, fields: {} }));
    await seen.keep(lease, crm.name, echoes, fresh, { onlyKnown: false });
    const [first = null, last = null] = [stamped[0], stamped.at(-1)];
    span.records += new Set(ids).size - twice.size;
    if (span.from === null || (first !== null && first < span.from)) span.from = first;
    if (span.to === null || (last !== null && last > span.to)) span.to = last;
  }
}
/** All that a run had to write is written: from now on its own writes can be told from those of others. */
export async function endWriting(hall: Hall, lease: Lease, hand: CrmHand, span: OwnSpan): Promise<void> {
  if (!tellsChanges(hand.crm) || span.from === null || span.to === null) return;
  const upTo = { shape: String(span.records), since: span.from, wholeAt: span.to };
  await hall.store.seen.mark(lease, hand.crm.name, echoes, upTo);
}
/**
 * What the last run wrote, unless more than that happened between its question and its writes. A record that a person changed in
 * the same seconds in which we wrote it shows only when it is looked at, which is before anything is written to it again.
 */
async function ownWrites(hall: Hall, hand: CrmHand, since: string): Promise<OwnWrites | null> {
  const { crm } = hand;
  const { seen } = hall.store;
  const known = await seen.upTo(crm.name, echoes);
  if (known === null || Date.parse(known.since) < Date.parse(since)) return null;
  return {
    from: known.since,
    to: known.wholeAt,
    records: Number(known.shape),
    among: async (ids) => (await seen.of(crm.name, echoes, ids)).size,
  };
}

/**
 * What was read back after writing is what the records show: a CRM's index tells our own writes minutes later, and a plan made
 * in between would plan them again.
 */
export async function rememberRead(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  records: readonly Existing[],
): Promise<void> {
  const { crm } = hand;
  if (!tellsChanges(crm)) return;
  const there = records.filter((record) => record.id !== null);
  for (const [kind, mine] of Map.groupBy(there, (record) => record.object)) {
    const rows = mine.map(({ target, owner, fields }) => ({ id: crm.canonicalId(target), owner, fields }));
    await mergeSeen(hall, lease, { crm, kind, rows });
  }
}

/** Puts newer values over those that are remembered; a row without an owner says nothing of it. */
async function mergeSeen(
  hall: Hall,
  lease: Lease,
  newer: {
    readonly crm: CrmHand['crm'];
    readonly kind: CrmObject;
    readonly rows: readonly { readonly id: string; readonly owner?: string | null; readonly fields: Fields }[];
  },
): Promise<void> {
  const { crm, kind, rows } = newer;
  if (rows.length === 0) return;
  const { seen } = hall.store;
  const ids = rows.map(({ id }) => id);
  const known = await seen.of(crm.name, kind, ids);
  const merged = rows.flatMap(({ id, owner, fields }) => {
    const before = known.get(id);
    if (before === undefined) return [];
    return [{ id, owner: owner === undefined ? before.owner : owner, fields: { ...before.fields, ...fields } }];
  });
  await seen.keep(lease, crm.name, kind, merged, { onlyKnown: true });
}
