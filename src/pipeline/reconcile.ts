// Reconcile: reads back what this run wrote, all of it, or one in twenty above 20,000, and says what does not stand there.
// It mends nothing: the next plan compares anew.

import type { Problem } from '../domain/nouns.ts';
import type { Lease } from '../state/store.ts';
import { readBack } from './apply.ts';
import { rememberRead } from './existing.ts';
import type { Hall } from './hall.ts';

const readAllUpTo = 20_000;
const sampleEvery = 20;
/** Effects that are read back at once; a hand splits them as its vendor wants. */
const readAtOnce = 5_000;

/** Problems, one per CRM whose records do not show what was written. */
export async function reconcile(hall: Hall, lease: Lease, signal: AbortSignal): Promise<readonly Problem[]> {
  const wrong = new Map<string, string[]>();
  let seen = 0;
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const page = await hall.store.outbox.applied(lease.runId, after, readAtOnce);
    if (page.length === 0) break;
    after = page.at(-1)?.id ?? after;
    const sample = page.filter((_, index) => seen + index < readAllUpTo || (seen + index) % sampleEvery === 0);
    seen += page.length;
    for (const hand of hall.crms) {
      const mine = sample.filter((effect) => effect.crm === hand.crm.name);
      if (mine.length === 0) continue;
      const found = await readBack(hand, mine, signal);
      await rememberRead(hall, lease, hand, found.read);
      wrong.set(hand.crm.name, [...(wrong.get(hand.crm.name) ?? []), ...found.wrong]);
    }
    hall.emit({ kind: 'progress', stage: 'reconcile', what: 'records read back', done: seen, of: null });
  }
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
