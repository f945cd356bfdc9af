// The process dies at every step of a run, alone and with a fault on each write; then two clean runs must lead to the same
// CRM as no crash at all (I4), with no task twice (I1), nothing lost (I2), and no write without an intent (I9).

import { afterEach, describe, expect, it } from 'vitest';
import { Crash } from '../src/lib/errors.ts';
import { onStep } from '../src/lib/step.ts';
import { type RunRequest, run } from '../src/pipeline/run.ts';
import { shownBy, type WriteFault } from './support/map-crm.ts';
import { type SmallHome, smallHome } from './support/small-home.ts';

const whole: RunRequest = {
  kind: 'run',
  until: null,
  source: null,
  account: null,
  asOf: null,
  slot: null,
  reread: true,
  lifted: false,
};
const never = new AbortController().signal;
const customers = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'b', logins: 3, satisfaction: 3 },
  { id: 'c', logins: 1, satisfaction: null },
];
const tenMinutes = 600_000;

let stopListening: () => void = () => undefined;
afterEach(() => stopListening());

async function once(home: SmallHome): Promise<void> {
  const { hall, store } = await home.open();
  try {
    await run(hall, whole, never);
  } finally {
    stopListening();
    await store.close();
  }
}

/** Counts the steps of a clean run, and remembers what the CRM shows after it. */
async function undisturbed(): Promise<{
  readonly steps: readonly string[];
  readonly shown: unknown;
  readonly writes: number;
}> {
  const home = await smallHome(customers);
  const steps: string[] = [];
  stopListening = onStep((name) => steps.push(name));
  await once(home);
  const shown = shownBy(home.crm);
  await home.remove();
  return { steps, shown, writes: home.crm.writes };
}

/** A run that dies at the nth step, with a fault on one write; then clean runs ten minutes apart. */
async function disturbed(
  dieAt: number | null,
  fault: { readonly write: number; readonly kind: WriteFault } | null,
): Promise<{ readonly shown: unknown; readonly journal: readonly string[]; readonly broken: readonly string[] }> {
  const home = await smallHome(customers);
  if (fault !== null) home.crm.faults.set(fault.write, fault.kind);
  let count = 0;
  if (dieAt !== null) {
    stopListening = onStep(() => {
      count += 1;
      if (count === dieAt) throw new Crash('the process died');
    });
  }
  await once(home).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  for (let i = 0; i < 2; i++) {
    home.clock.push(tenMinutes);
    await once(home);
  }
  const { store } = await home.open();
  const broken = (await store.verify()).map((problem) => problem.what);
  await store.close();
  await home.remove();
  return { shown: shownBy(home.crm), journal: home.crm.journal, broken };
}

describe('a process that dies', () => {
  it('leads to the same CRM after two clean runs, whichever step it died at', async () => {
    const { steps, shown } = await undisturbed();
    expect(steps.length).toBeGreaterThan(30);

    for (let dieAt = 1; dieAt <= steps.length; dieAt++) {
      const after = await disturbed(dieAt, null);

      expect(after.shown, `died at step ${dieAt} (${steps[dieAt - 1]})`).toEqual(shown);
      expect(new Set(after.journal).size, `step ${dieAt} (${steps[dieAt - 1]}): ${after.journal.join(', ')}`).toBe(
        after.journal.length,
      );
      expect(after.broken, `step ${dieAt} (${steps[dieAt - 1]})`).toEqual([]);
    }
  }, 300_000);

  it('leads to the same CRM whatever happens to one write', async () => {
    const { shown, writes } = await undisturbed();

    for (let write = 1; write <= writes; write++) {
      for (const kind of ['lost_answer', 'lost_request', 'short_answer'] as const) {
        const after = await disturbed(null, { write, kind });

        expect(after.shown, `${kind} on write ${write}`).toEqual(shown);
        expect(
          after.journal.filter((entry) => entry.startsWith('ensure_task')).length,
          `${kind} on write ${write}`,
        ).toBe(2);
        expect(after.broken, `${kind} on write ${write}`).toEqual([]);
      }
    }
  }, 300_000);
});
