// The disk is full in the middle of a run, wherever that is: the run ends with 74, nothing reaches the CRM after it, and with
// room again two runs lead to where an undisturbed one leads.

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { run } from '../../src/pipeline/run.ts';
import { openDatabase } from '../../src/state/sqlite/database.ts';
import { migrate, newestVersion } from '../../src/state/sqlite/migrations.ts';
import { joined } from '../../src/state/sqlite/store.ts';
import { shownBy } from '../support/map-crm.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

let home: SmallHome;
let stopListening: () => void = () => undefined;
afterEach(async () => {
  stopListening();
  await home.remove();
});

/** Enough of them that every stage needs new pages. */
const customers = Array.from({ length: 40 }, (_, at) => ({ id: `k${at}`, logins: at % 21, satisfaction: at % 11 }));

async function cleanRun(): Promise<void> {
  const { hall, store } = await home.open();
  await run(hall, whole, never);
  await store.close();
}
/** Runs with a disk that has no page left from the nth transaction on. Gives the error and the CRM's writes before and after it. */
async function fullFrom(n: number) {
  const { hall, store: unused } = await home.open();
  await unused.close();
  const db = await openDatabase(join(home.folder, 'state.sqlite'), home.clock, newestVersion);
  await migrate(db);
  let seen = 0;
  stopListening = onStep((name) => {
    if (!name.startsWith('db.') || !name.endsWith(':before')) return;
    seen += 1;
    if (seen === n) db.pragma(`max_page_count = ${Number(db.pragma('page_count'))}`);
  });
  const store = joined(db, 'UTC');
  const ended = await run({ ...hall, store }, whole, never).then(
    () => null,
    (error: unknown) => error,
  );
  stopListening();
  const isOver = seen < n;
  await store.close();
  return { ended, isOver };
}

describe('a full disk', () => {
  it('ends a run with 74 wherever it comes, and nothing is lost or done twice', async () => {
    home = await smallHome(customers);
    await cleanRun();
    const shown = shownBy(home.crm);
    await home.remove();
    let stopped = 0;

    for (let n = 1; ; n += 6) {
      home = await smallHome(customers);
      const { ended, isOver } = await fullFrom(n);
      if (isOver) break;
      if (ended !== null) {
        stopped += 1;
        expect(ended, `full from transaction ${n}`).toBeInstanceOf(StoreError);
        expect(ended).toMatchObject({ exitCode: 74, message: expect.stringContaining('full') });
      }
      for (let again = 0; again < 2; again++) {
        home.clock.push(600_000);
        await cleanRun();
      }

      expect(shownBy(home.crm), `full from transaction ${n}`).toEqual(shown);
      expect(new Set(home.crm.journal).size, `full from transaction ${n}`).toBe(home.crm.journal.length);
      await home.remove();
    }
    expect(stopped).toBeGreaterThan(3);
  }, 120_000);
});
