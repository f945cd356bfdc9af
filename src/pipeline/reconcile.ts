// Reconcile: says what does not stand in the CRMs as this run wrote it. Every write is looked at: by the answer to it where that
// answer showed the record, else by reading the record back, all of them up to 20,000 and one in twenty above. Of those that an
// answer showed one in twenty is read back as well: something else may have changed it since. It mends nothing: the next plan
// compares anew.

import type { Problem } from '../domain/nouns.ts';
import type { Lease } from '../state/store.ts';
import { readBack, type Sent } from './apply.ts';
import { rememberRead } from './existing.ts';
import type { CrmHand, Hall } from './hall.ts';
import { noProof, type Proof } from './proof.ts';

const readAllUpTo = 20_000;
const sampleEvery = 20;
/** A call's worth is read back of every run's writes, however few they are. */
const leastSample = 100;
/** Effects that are taken from the outbox at once; what has to be read back is gathered until it fills a call. */
const pageSize = 500;

/** Problems, one per CRM whose records do not show what was written. */
export async function reconcile(
  hall: Hall,
  lease: Lease,
  proofs: ReadonlyMap<string, Proof>,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const wrong = new Map<string, string[]>();
  const desks = hall.crms.map((hand) => ({
    hand,
    waiting: [] as Sent[],
    isDue: createSample(proofs.get(hand.crm.name) ?? noProof()),
  }));
  const look = async (hand: CrmHand, effects: readonly Sent[]) => {
    const found = await readBack(hand, effects, signal);
    await rememberRead(hall, lease, hand, found.read);
    wrong.set(hand.crm.name, [...(wrong.get(hand.crm.name) ?? []), ...found.wrong]);
  };
  let seen = 0;
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const page = await hall.store.outbox.applied(lease.runId, after, pageSize);
    if (page.length === 0) break;
    after = page.at(-1)?.id ?? after;
    seen += page.length;
    for (const { hand, waiting, isDue } of desks) {
      for (const effect of page) if (effect.crm === hand.crm.name && isDue(effect.id)) waiting.push(slim(effect));
      while (waiting.length >= hand.crm.limits.readSize) await look(hand, waiting.splice(0, hand.crm.limits.readSize));
    }
    hall.emit({ kind: 'progress', stage: 'reconcile', what: 'records read back', done: seen, of: null });
  }
  for (const { hand, waiting } of desks) if (waiting.length > 0) await look(hand, waiting);
  return [...wrong]
    .filter(([, records]) => records.length > 0)
    .map(([crm, records]) => ({
      code: 'E_UNAVAILABLE',
      severity: 'warning' as const,
      where: crm,
      what: `${records.length} records do not show what was written, for example ${records[0]}`,
      why: 'A person, an automation of the CRM or a late write changed them within seconds.',
      fix: 'Look at the record and its automations; the next plan compares anew.',
    }));
}

/** Whether an effect has to be read back. What was read back on the way (the canary) counts as a part of the sample. */
function createSample(proof: Proof): (effect: number) => boolean {
  let unproved = 0;
  let answered = 0;
  let sampled = proof.read.size;
  return (effect) => {
    if (proof.read.has(effect)) return false;
    if (!proof.answered.has(effect)) {
      unproved += 1;
      return unproved <= readAllUpTo || unproved % sampleEvery === 0;
    }
    answered += 1;
    if (Math.max(Math.min(answered, leastSample), Math.floor(answered / sampleEvery)) <= sampled) return false;
    sampled += 1;
    return true;
  };
}
/** Plans hold reasons and texts; thousands of effects wait here with what reading back asks for alone. */
function slim({ id, op, object, account, target, key, crmId, payload }: Sent): Sent {
  return { id, op, object, account, target, key, crmId, payload };
}
