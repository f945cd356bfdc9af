// Reading back: what the answer to a write showed is vouched for by it, but for a sample; all the rest is read.

import { afterEach, describe, expect, it } from 'vitest';
import type { Effect, Receipt } from '../../src/domain/nouns.ts';
import { Spans } from '../../src/pipeline/proof.ts';
import { run } from '../../src/pipeline/run.ts';
import { type Customer, crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { whole } from '../support/small-run.ts';

const customers: readonly Customer[] = Array.from({ length: 400 }, (_, at) => ({
  id: `k${String(at).padStart(3, '0')}`,
  logins: 20,
  satisfaction: 10,
}));
let home: SmallHome | null = null;
afterEach(async () => {
  await home?.remove();
  home = null;
});

/** A run whose CRM shows in its answers what `shows` makes of an effect; and which records were read after the last write. */
async function runWith(shows: (effect: Effect) => Receipt['shown']) {
  home = await smallHome(customers);
  const { crm } = home;
  const { write, read } = crm;
  const readBack: string[] = [];
  let written = 0;
  crm.write = async (batch, signal) => {
    const receipts = await write(batch, signal);
    written += batch.length;
    return receipts.map((receipt, at) => {
      const shown = shows(batch[at] as Effect);
      return shown === undefined ? receipt : { ...receipt, shown };
    });
  };
  crm.read = async (targets, words, signal) => {
    if (written === customers.length) readBack.push(...targets.map(({ id }) => id));
    return await read(targets, words, signal);
  };
  const { hall, store } = await home.open();
  try {
    return { report: await run(hall, whole, new AbortController().signal), readBack };
  } finally {
    await store.close();
  }
}

describe('what was written', () => {
  it('is read back whole where a CRM only says yes; the first records were read on the way', async () => {
    const { report, readBack } = await runWith(() => undefined);

    expect(report.effects.applied).toBe(400);
    expect(new Set(readBack).size).toBe(380);
  });
  it('is read back as a sample where the answers showed it, and whole where they showed something else', async () => {
    const odd = crmId('k107');
    const { report, readBack } = await runWith((effect) => ({
      fields: effect.target === odd ? { ...effect.payload, health_score: 1 } : effect.payload,
      changedAt: null,
    }));

    expect(report.exitCode).toBe(0);
    // A hundred of four hundred, twenty of which were read on the way; and the one whose answer was odd.
    expect(readBack).toHaveLength(81);
    expect(readBack).toContain(odd);
  });
});

describe('spans of numbers', () => {
  it('hold what was added, in whatever order and however often', () => {
    const spans = new Spans();
    for (const id of [5, 6, 7, 20, 1, 6, 21, 8]) spans.add(id);

    const held = Array.from({ length: 25 }, (_, id) => id).filter((id) => spans.has(id));

    expect(held).toEqual([1, 5, 6, 7, 8, 20, 21]);
    expect(spans.size).toBe(7);
  });
});
