// Chapter eight: the audit, the org, what is forgotten, and what a person may ask for.

import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/lib/errors.ts';
import type { Lease, Store } from '../../../src/state/store.ts';
import {
  account,
  contact,
  nextAction,
  now,
  outcome,
  record,
  setEffect,
  settlement,
  taskEffect,
} from '../../support/builders.ts';
import { endRun, landPage, type Open, sealedPlan, startRun, withRun, withStore } from './scene.ts';

const email = 'canary.person@acme.test';
const personRow = record('P-7', {
  source: 'people',
  contact: 'P-7',
  fields: { email, full_name: 'Canary Person', role: 'champion' },
});

/** An account with a champion who left traces everywhere. */
async function withChampion(store: Store, lease: Lease): Promise<void> {
  await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);
  await landPage(store, lease, { source: 'people', records: [personRow], complete: true });
  await landPage(store, lease, {
    records: [record('login', { contact: 'P-7' }), record('other', { contact: 'P-8' })],
    cursor: { source: 'usage', stream: 'rows', at: '2' },
  });
  const champion = contact('P-7', { ids: { people: 'P-7' }, role: 'champion', attributes: { email } });
  await store.accounts.keepContacts(lease, new Map([['acme', [champion, contact('P-8')]]]));
  const body = `Call ${email}, she has not logged in.`;
  await store.history.keep(lease, [outcome('acme', 50, { actions: [nextAction('acme', { body })] })], 'config-1', now);
  const plan = await sealedPlan(store, lease, [taskEffect('acme', { payload: { subject: body, owner: '005A' } })]);
  const [claimed] = await store.outbox.claim(lease, plan, 'salesforce', 1, now);
  await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'applied')], { now, actor: 'cli' });
  await store.tasks.wait(lease, 'salesforce', [nextAction('acme', { body, episode: '2026-09-15' })], now);
}

export function peopleContract(open: Open): void {
  describe('audit, org and people', () => {
    it('notes who did what, in order, and the chain holds', () =>
      withStore(open, async (store) => {
        const entry = {
          at: now,
          actor: 'console:anna',
          action: 'sign_in',
          runId: null,
          effectId: null,
          before: null,
          after: { ok: true },
          why: '',
        };

        await store.audit.note(entry);
        await store.audit.note({ ...entry, action: 'sign_out' });

        expect(await store.audit.rows(0, 1)).toEqual([{ ...entry, id: 1 }]);
        expect(await store.audit.rows(1, 9)).toEqual([{ ...entry, id: 2, action: 'sign_out' }]);
        expect(await store.audit.verify()).toEqual({ rows: 2, brokenAt: null });
      }));

    it('an empty audit holds', () =>
      withStore(open, async (store) => {
        expect(await store.audit.verify()).toEqual({ rows: 0, brokenAt: null });
        expect(await store.verify()).toEqual([]);
      }));

    it('belongs to one org per CRM and refuses another', () =>
      withStore(open, async (store) => {
        await store.bind('salesforce', '00D000000000001AAA');
        await store.bind('hubspot', '12345');
        await store.bind('salesforce', '00D000000000001AAA');

        const other = store.bind('salesforce', '00D000000000002AAA');

        await expect(other).rejects.toThrow(StoreError);
        await expect(other).rejects.toMatchObject({ why: expect.stringContaining('00D000000000001AAA') });
      }));

    it('says how large it is', () =>
      withStore(open, async (store) => {
        const about = await store.about();

        expect(about.bytes).toBeGreaterThan(0);
        expect(about.version).toBeGreaterThan(0);
      }));

    it('shows all that is stored of a person', () =>
      withRun(open, async (store, lease) => {
        await withChampion(store, lease);

        const rows = await store.exportContact('P-7');

        expect(rows).toContainEqual(expect.objectContaining({ key: 'P-7', account: 'acme', role: 'champion', email }));
        expect(rows).toContainEqual(
          expect.objectContaining({ source: 'people', key: 'P-7', full_name: 'Canary Person' }),
        );
        expect(rows).toContainEqual(expect.objectContaining({ source: 'usage', key: 'login' }));
        expect(JSON.stringify(rows)).toContain('she has not logged in');
        expect(JSON.stringify(rows)).not.toContain('P-8');
        expect(rows.map((row) => row['stored_as'])).toEqual(
          expect.arrayContaining(['effects', 'tasks', 'waiting', 'outcome', 'audit']),
        );
        expect(await store.exportContact('nobody')).toEqual([]);
      }));

    it('forgets a person everywhere, and nobody else', () =>
      withRun(open, async (store, lease) => {
        await withChampion(store, lease);

        const changed = await store.eraseContact('P-7', now);

        const left = JSON.stringify([
          await store.facts.records('people', null, 9),
          await store.facts.records('usage', null, 9),
          await store.accounts.get('acme'),
          await store.history.outcome('acme', null),
          await store.plans.effects(1, 0, 9),
          [...(await store.tasks.ofAccounts('salesforce', ['acme'])).values()],
          await store.tasks.backlog('salesforce', 9),
          await store.audit.rows(0, 99),
        ]);
        expect(changed).toBeGreaterThan(4);
        expect(left).not.toContain(email);
        expect(left).not.toContain('P-7');
        expect(left).toContain('P-8');
        expect(left).toContain('she has not logged in');
        expect(await store.exportContact('P-7')).toEqual([]);
      }));

    it('an erasure keeps the audit whole and stands in it', () =>
      withRun(open, async (store, lease) => {
        await withChampion(store, lease);
        await store.eraseContact('P-7', now);

        await store.audit.note({
          at: now,
          actor: 'cli',
          action: 'x',
          runId: null,
          effectId: null,
          before: null,
          after: null,
          why: '',
        });

        expect((await store.audit.rows(0, 9)).map((row) => row.action)).toEqual(['applied', 'erase', 'x']);
        expect(await store.audit.verify()).toEqual({ rows: 3, brokenAt: null });
        expect(await store.verify()).toEqual([]);
      }));

    it('an erased person does not come back with the next read', () =>
      withRun(open, async (store, lease) => {
        await withChampion(store, lease);
        await store.eraseContact('P-7', now);

        await landPage(store, lease, { source: 'people', records: [personRow], complete: true });
        await landPage(store, lease, {
          records: [record('login-2', { contact: 'P-7' }), record('other-2', { contact: 'P-8' })],
        });

        expect(await store.facts.records('people', null, 9)).toEqual([]);
        expect((await store.facts.records('usage', null, 9)).map((row) => row.key)).toEqual(['other', 'other-2']);
      }));

    it('forgets what is old and not needed, and keeps the newest of everything', () =>
      withRun(open, async (store, lease) => {
        await store.accounts.keep(lease, [account('acme', { ids: { account_id: 'A-1' } })], [], now);
        await landPage(store, lease, {
          records: ['2026-01-01', '2026-01-02', '2026-09-10'].map((at) => record(at, { at })),
        });
        await landPage(store, lease, {
          source: 'roster',
          records: [record('r', { source: 'roster', at: '2020-01-01' })],
        });
        for (const day of ['2026-01-01', '2026-01-02', '2026-09-10']) {
          await store.history.keep(lease, [outcome('acme', 50, { asOf: day })], 'config-1', now);
        }
        await store.history.keep(lease, [outcome('sleeper', 40, { asOf: '2026-01-01' })], 'config-1', now);
        const plan = await sealedPlan(store, lease, [setEffect('acme')]);
        await endRun(store, lease);

        const deleted = await store.compact(await startRun(store), '2026-06-01', ['usage']);

        expect(deleted).toBe(6);
        expect((await store.facts.records('usage', null, 9)).map((row) => row.key)).toEqual(['2026-09-10']);
        expect(await store.facts.records('roster', null, 9)).toHaveLength(1);
        expect((await store.history.scores('acme', '2020-01-01')).map((one) => one.asOf)).toEqual(['2026-09-10']);
        expect((await store.history.outcome('sleeper', null))?.score.value).toBe(40);
        expect(await store.plans.counts(plan)).toEqual({ ready: 1 });
        expect(await store.verify()).toEqual([]);
      }));

    it('forgets no facts of sources that were not named', () =>
      withRun(open, async (store, lease) => {
        await landPage(store, lease, { records: ['2026-01-01', '2026-09-10'].map((at) => record(at, { at })) });

        const deleted = await store.compact(lease, '2026-06-01');

        expect(deleted).toBe(0);
        expect(await store.facts.records('usage', null, 9)).toHaveLength(2);
      }));

    it('old plans go when all their effects are final, and the rest stands the checks', () =>
      withRun(open, async (store, lease) => {
        const old = await store.plans.draft(lease, {
          asOf: '2026-01-01',
          configHash: 'config-1',
          now: '2026-01-01T06:00:00Z',
        });
        await store.plans.add(lease, old, [setEffect('a')], []);
        const pending = await sealedPlan(store, lease, [setEffect('b')]);
        const [claimed] = await store.outbox.claim(lease, pending, 'salesforce', 1, now);
        await store.outbox.settle(lease, [settlement(claimed?.id ?? 0, 'unknown')], { now, actor: 'cli' });
        await sealedPlan(store, lease, [setEffect('c')]);

        await store.compact(lease, '2027-01-01');

        expect(await store.plans.get(old)).toBeNull();
        expect(await store.plans.counts(pending)).toEqual({ unknown: 1 });
        expect(await store.verify()).toEqual([]);
      }));
  });
}
