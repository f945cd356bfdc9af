// S18, S20: the state cannot be changed unseen, and is not used with another org or under other rules without a person's word.

import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import { stillClock } from '../state/sqlite/files.ts';
import { mapCrm } from '../support/map-crm.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';

let home: SmallHome;
afterEach(() => home.remove());
const people = [
  { id: 'a', logins: 20, satisfaction: 10 },
  { id: 'b', logins: 1, satisfaction: 1 },
];
const night = (hall: Hall) =>
  run(
    hall,
    { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null, reread: true, lifted: false },
    new AbortController().signal,
  );

describe('S18 the audit', () => {
  it('S18 names the row in which one byte of the file was flipped, wherever it is in the row', async () => {
    home = await smallHome(people);
    const { hall, store } = await home.open();
    await night(hall);
    const rows = await store.audit.rows(0, 100);
    await store.close();
    const path = `${home.folder}/state.sqlite`;
    const whole = readFileSync(path);
    const last = rows.at(-1);
    if (last === undefined) throw new Error('nothing was written into the audit');

    // Each text of the last row, where it stands in the file: its time, who, what, before and after, why.
    const texts = [last.at, last.actor, last.action, last.why, JSON.stringify(last.after)].filter(
      (text) => text.length > 2,
    );
    let flipped = 0;
    for (const text of texts) {
      const at = whole.lastIndexOf(Buffer.from(text));
      if (at < 0) continue;
      const changed = Buffer.from(whole);
      changed[at + 1] = (changed[at + 1] ?? 0) ^ 1;
      writeFileSync(path, changed);
      const opened = await openSqliteStore({ path, clock: stillClock() }).catch(() => null);
      if (opened === null) continue;
      const { brokenAt } = await opened.audit.verify();
      const told = await opened.verify();
      await opened.close();
      // The byte may belong to a copy of the text in another table; then the chain is whole and stays so.
      if (brokenAt === null) continue;
      flipped += 1;
      expect(brokenAt).toBeLessThanOrEqual(last.id);
      expect(told.map(({ code }) => code)).toContain('E_INVARIANT_AUDIT');
    }

    expect(rows.length).toBeGreaterThan(2);
    expect(flipped).toBeGreaterThan(0);
  });

  it('S18 holds who, what, before, after, when, why and in which run, for every write', async () => {
    home = await smallHome(people);
    const { hall, store } = await home.open();
    const report = await night(hall);

    const rows = (await store.audit.rows(0, 1_000)).filter(({ effectId }) => effectId !== null);
    expect(rows.length).toBeGreaterThanOrEqual(report.effects.applied);
    for (const row of rows) {
      expect(row).toMatchObject({
        actor: expect.stringMatching(/./),
        runId: report.runId,
        at: expect.stringMatching(/Z$/),
      });
      expect(row.after !== null || row.before !== null).toBe(true);
    }
    expect(await store.audit.verify()).toMatchObject({ brokenAt: null });
    await store.close();
  });
});

describe('S20 a state file', () => {
  it('S20 of one org is refused by another before anything is written', async () => {
    home = await smallHome(people);
    const first = await home.open();
    await night(first.hall);
    const written = home.crm.writes;
    const other = mapCrm(
      'salesforce',
      people.map(({ id }) => crmId(id)),
    );
    const mapping = first.hall.crms[0]?.mapping;
    if (mapping === undefined) throw new Error('no mapping');
    const foreign = {
      ...other,
      identify: async (signal: AbortSignal) => ({ ...(await other.identify(signal)), org: '00Dforeign' }),
    };

    const ended = night({ ...first.hall, crms: [{ crm: foreign, mapping }] });

    await expect(ended).rejects.toThrow('belongs to another salesforce org');
    await expect(ended).rejects.toMatchObject({ exitCode: 74, fix: expect.stringContaining('state file of its own') });
    expect([home.crm.writes, other.writes]).toEqual([written, 0]);
    await first.store.close();
  });

  it('S20 of one configuration is held under another, by the gate of novelty, before anything is written', async () => {
    home = await smallHome(people);
    const first = await home.open();
    await night(first.hall);
    const written = home.crm.writes;
    await first.store.close();
    await home.rewrite('config/scorecard.yaml', scorecard);
    await home.rewrite('config/gates.yaml', gates);

    const second = await home.open();
    const report = await night(second.hall);

    expect(report).toMatchObject({ state: 'held', exitCode: 3 });
    expect(report.gates.find(({ id }) => id === 'G11')).toMatchObject({ held: true });
    expect(written).toBeGreaterThan(0);
    expect(home.crm.writes).toBe(written);
    await second.store.close();
  });
});

const gates = `
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
tasks: {new_min: 1000, per_owner_per_day: 1000}
destruction: {count: 1000, share: 1}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
`;
const scorecard = `
id: small
version: 1.0.1
dimensions: {usage: Usage, sentiment: Sentiment}
models:
  - id: small
    weights: {usage: {logins: 50}, sentiment: {satisfaction: 50}}
`;
