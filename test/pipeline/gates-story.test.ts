// What the gates over the facts mean for a company, night after night, through the whole program: G1, G2, G3, G4 and G8 hold or
// stop the plan, nothing in the CRM moves meanwhile, and a source that is well again moves it.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { run } from '../../src/pipeline/run.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';

const day = 86_400_000;
const gates = `
novelty: {on: false}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
tasks: {new_min: 1000, per_owner_per_day: 1000}
destruction: {count: 1000, share: 1}
`;

let home: SmallHome;
beforeEach(async () => {
  const customers = Array.from({ length: 20 }, (_, i) => ({
    id: `c${i}`,
    logins: 10 + (i % 10),
    satisfaction: 1 + (i % 10),
  }));
  home = await smallHome(customers, { 'config/gates.yaml': gates });
});
afterEach(async () => await home.remove());

/** The next night: the files of the day, what went wrong with them, and a run. */
async function night(wrong: () => Promise<void> = async () => undefined, days = 1): Promise<RunReport> {
  home.clock.push(days * day);
  await home.save();
  await wrong();
  const { hall, store } = await home.open();
  try {
    return await run(
      hall,
      {
        kind: 'run',
        until: null,
        source: null,
        account: null,
        asOf: null,
        slot: null,
        reread: true,
        lifted: false,
      },
      new AbortController().signal,
    );
  } finally {
    for (const source of hall.sources) await source.close();
    await store.close();
  }
}
async function goodNights(count: number): Promise<void> {
  for (let nth = 0; nth < count; nth++) {
    const report = await night();
    expect(report.exitCode, JSON.stringify(report.gates.filter((gate) => gate.held || gate.stopped))).toBe(0);
  }
}
const answerOf = (report: RunReport, id: string) =>
  report.gates.find((gate) => gate.id === id && (gate.held || gate.stopped))?.says ?? null;
const usage = (rows: readonly (readonly [id: string, day: string, logins: number])[]) =>
  writeFile(join(home.folder, 'data/usage.csv'), ['id,day,logins', ...rows.map((row) => row.join(',')), ''].join('\n'));
const yesterday = (back = 1) => new Date(Date.parse(home.clock.now()) - back * day).toISOString().slice(0, 10);
/** The CRM stands still during some nights. */
async function nothingMoves(work: () => Promise<void>): Promise<void> {
  const [before, writes] = [structuredClone([...home.crm.records]), home.crm.writes];
  await work();
  expect(home.crm.writes).toBe(writes);
  expect([...home.crm.records]).toEqual(before);
}

describe('G1: a source that is later than it promised', () => {
  it('holds everything until it comes again, and the promise is its own', async () => {
    await goodNights(1);
    const stopped = yesterday();
    const stale = () => usage(home.customers.map(({ id, logins }) => [id, stopped, logins]));

    // Seven days are promised; on the eighth it is late. The roster promises nothing and is never late.
    expect((await night(stale, 6)).exitCode).toBe(0);
    await nothingMoves(async () => {
      const report = await night(stale);
      expect(report.exitCode).toBe(8);
      expect(answerOf(report, 'G1')).toContain('usage is 8 days old, 7 allowed');
    });
    expect((await night()).exitCode).toBe(0);
  });
});

describe('G2: a source with far fewer rows than usual', () => {
  it('is held against the middle of seven nights, so that one thin night does not lower the measure', async () => {
    await goodNights(3);
    const thin = () => usage(home.customers.slice(0, 9).map(({ id, logins }) => [id, yesterday(), logins]));

    await nothingMoves(async () => {
      for (const _ of [1, 2]) {
        const report = await night(thin);
        expect(report.exitCode).toBe(8);
        expect(answerOf(report, 'G2')).toContain('usage gave 9 rows, usually 20');
      }
    });
    expect((await night()).exitCode).toBe(0);
  });
});

describe('G3: accounts without what a score needs', () => {
  it('are a missing feed when they are many at once, and nobody becomes unknown in the CRM', async () => {
    const scorecard = join(home.folder, 'config/scorecard.yaml');
    await writeFile(
      scorecard,
      `id: small
version: 1.0.0
dimensions: {usage: Usage, sentiment: Sentiment}
coverage: {none: 0.7, low: 0.8, medium: 0.9}
models:
  - id: small
    weights: {usage: {logins: 60}, sentiment: {satisfaction: 40}}
`,
    );
    await goodNights(1);
    for (const customer of home.customers) customer.satisfaction = null;

    await nothingMoves(async () => {
      const report = await night();
      expect(report.exitCode).toBe(3);
      expect(answerOf(report, 'G3')).toContain('0 of 20 accounts (0%) have the data that a score needs');
    });
  });
});

describe('G4: a column that is suddenly empty', () => {
  it('holds night after night, because what is usual are seven nights and not the last one', async () => {
    await goodNights(3);
    const known = home.customers.map(({ satisfaction }) => satisfaction);
    const emptied = async () => {
      for (const [nth, customer] of home.customers.entries()) customer.satisfaction = nth < 12 ? null : 5 + (nth % 3);
      await home.save();
    };

    await nothingMoves(async () => {
      for (const _ of [1, 2]) {
        const report = await night(emptied);
        expect(report.exitCode).toBe(3);
        expect(answerOf(report, 'G4')).toContain('customers.answer is empty in 60% of the rows, usually 0%');
      }
    });
    for (const [nth, customer] of home.customers.entries()) customer.satisfaction = known[nth] ?? null;
    expect((await night()).exitCode).toBe(0);
  });

  it('is usual from the day on which a person said so', async () => {
    await goodNights(3);
    for (const [nth, customer] of home.customers.entries()) customer.satisfaction = nth < 12 ? null : 5 + (nth % 3);
    const held = await night();
    const { hall, store } = await home.open();
    const approved = await applyPlan(hall, Number(held.plan?.id), new AbortController().signal);
    await store.close();

    expect(held.exitCode).toBe(3);
    expect(approved.exitCode).toBe(0);
    expect((await night()).exitCode).toBe(0);
  });

  it('is drift when it is gone altogether: told before a row of the source is landed', async () => {
    await goodNights(1);

    await nothingMoves(async () => {
      const report = await night(() =>
        writeFile(join(home.folder, 'data/usage.csv'), `id,day,log_ins\nc0,${yesterday()},1\n`),
      );
      expect(report.exitCode).toBe(5);
      expect(report.problems.map((problem) => problem.what).join()).toContain('column "logins" is not in the file');
      expect(report.sources.find((one) => one.name === 'usage')).toMatchObject({ rows: 0, fresh: false });
    });
    expect((await night()).exitCode).toBe(0);
  });

  it('that changed its type is refused row by row, and the source is frozen', async () => {
    await goodNights(1);

    await nothingMoves(async () => {
      const report = await night(() =>
        usage(home.customers.map(({ id }) => [id, yesterday(), 'many' as unknown as number])),
      );
      expect(report.exitCode).toBe(8);
      expect(report.problems.map((problem) => problem.what)).toContain('20 of 20 rows could not be read');
    });
    expect((await night()).exitCode).toBe(0);
  });
});

describe('G8: rows that belong to nobody', () => {
  it('hold the plan when they are many: somebody changed the numbering', async () => {
    await goodNights(1);

    await nothingMoves(async () => {
      const report = await night(() =>
        usage(home.customers.map(({ id, logins }, nth) => [nth < 5 ? `new-${id}` : id, yesterday(), logins])),
      );
      expect(report.exitCode).toBe(3);
      expect(answerOf(report, 'G8')).toMatch(/^5 of \d+ records \(\d.*%\) belong to no account, 10% allowed/);
    });
  });
});

describe('a failed source', () => {
  it('freezes what depends on it for as long as it is away, and its customers keep the score they had', async () => {
    await goodNights(1);
    const before = home.crm.records.get(crmId('c3'));

    await nothingMoves(async () => {
      for (const _ of [1, 2, 3]) {
        const report = await night(() => rm(join(home.folder, 'data/usage.csv')));
        expect(report.exitCode).toBe(8);
        expect(answerOf(report, 'G2')).toContain('usage could not be read whole');
      }
    });
    expect(home.crm.records.get(crmId('c3'))).toEqual(before);
    expect((await night()).exitCode).toBe(0);
  });
});
