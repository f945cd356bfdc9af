// A bare org is furnished by the real client: fields, light, permissions, list views, reports, dashboards and labels. The
// second time nothing is missing.

import { afterEach, describe, expect, it } from 'vitest';
import { openSalesforceClient } from '../../../src/clients/salesforce/connect.ts';
import { zipOf } from '../../../src/clients/salesforce/zip.ts';
import { salesforceSettings } from '../../../src/crm/salesforce/connection.ts';
import { openSalesforce } from '../../../src/crm/salesforce/open.ts';
import type { OrgHalf } from '../../../src/sandbox/salesforce/org.ts';
import { unzip } from '../../../src/sandbox/salesforce/zip.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { hurriedClock, noChance } from '../../clients/salesforce/wire-server.ts';
import { mapping, never } from './stage.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const needs = { mapping, tasks: true };
function lacking(): never {
  throw new Error('the mapping has it');
}

async function open() {
  const box = await startSandbox({ accounts: 5, seed: 5 });
  const { url, token, half } = box.salesforce;
  const client = openSalesforceClient(salesforceSettings({ instance_url: url, access_token: token }), {
    clock: hurriedClock,
    chance: noChance,
  });
  const crm = openSalesforce({ mapping, client, clock: hurriedClock, chance: noChance });
  closing.push(
    () => crm.close(),
    () => box.close(),
  );
  return { crm, half, shelf: () => [...(half as OrgHalf).org.shelf.keys()] };
}

describe('a bare org', () => {
  it('is furnished once, and then lacks nothing', async () => {
    const { crm, shelf } = await open();

    const pieces = await crm.missing(needs, never);
    for (const piece of pieces) expect(await crm.make(piece, never), piece.name).toBeNull();

    expect(await crm.missing(needs, never)).toEqual([]);
    expect((await crm.check(needs, never)).filter((problem) => problem.severity === 'error')).toEqual([]);
    expect(shelf()).toEqual(expect.arrayContaining(['Report/Kenko/At_Risk_by_ARR', 'Dashboard/Kenko/CS_Manager']));
  });

  it('tells what setup has made, in the order in which it can go, and touches nothing', async () => {
    const { crm, half } = await open();
    const before = (await crm.furniture(needs, never)).map(({ name }) => name);
    const missing = await crm.missing(needs, never);
    for (const piece of missing) await crm.make(piece, never);
    const mark = half.store.mark();

    const after = await crm.furniture(needs, never);

    const of = (kind: string, list: readonly { kind: string; name: string }[]) =>
      list.flatMap((piece) => (piece.kind === kind ? [piece.name] : [])).sort();
    expect(of('list', after)).toEqual(of('list', missing));
    expect(of('permission', after)).toEqual(['Kenko_Light', 'Kenko_Sync']);
    expect(after.filter(({ name }) => name.startsWith('report ')).length).toBeGreaterThan(3);
    expect(of('field', after)).toEqual([...new Set([...before, ...of('field', missing)])].sort());
    const kinds = after.map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['other', 'list', 'permission', 'field']);
    expect(half.store.changes().slice(mark)).toEqual([]);
  });

  it('gets a traffic light that the list views show, and that nobody writes', async () => {
    const { crm, half } = await open();

    for (const piece of await crm.missing(needs, never)) await crm.make(piece, never);

    const views = [...(half as OrgHalf).org.shelf].filter(([name]) => name.startsWith('ListView/Account.'));
    expect(views.length).toBeGreaterThan(5);
    for (const [name, view] of views)
      expect([name, JSON.stringify(view)]).toEqual([name, expect.stringContaining('Health_Light__c')]);
    expect([...half.store.all('PermissionSet')].map((set) => set.values['Name'])).toContain('Kenko_Light');
  });

  it('gets its list views without the light where the org refuses the light', async () => {
    const { crm, shelf } = await open();
    const pieces = (await crm.missing(needs, never)).filter(({ name }) => !/Light/.test(name));

    for (const piece of pieces) expect(await crm.make(piece, never), piece.name).toBeNull();

    expect(shelf()).toEqual(expect.arrayContaining(['ListView/Account.At_Risk']));
    expect((await crm.missing(needs, never)).map(({ name }) => name)).toEqual([
      'Account.Health_Light__c',
      'Kenko_Light',
    ]);
  });

  it('that has some of our reports gets only the others, and keeps what people made of those', async () => {
    const { crm, half, shelf } = await open();
    for (const piece of await crm.missing(needs, never)) await crm.make(piece, never);
    const store = half.store;
    for (const [kind, name] of [
      ['Report', 'Trend_by_Band'],
      ['Dashboard', 'Admin'],
    ] as const)
      for (const row of [...store.all(kind)].filter(({ values }) => values['DeveloperName'] === name))
        store.remove(kind, row.id, 'system');
    for (const name of ['Report/Kenko/Trend_by_Band', 'Dashboard/Kenko/Admin'])
      (half as OrgHalf).org.shelf.delete(name);

    const pieces = await crm.missing(needs, never);

    expect(pieces.map(({ says }) => says)).toEqual(['1 reports, 1 dashboards.']);
    for (const piece of pieces) expect(await crm.make(piece, never)).toBeNull();
    expect(await crm.missing(needs, never)).toEqual([]);
    expect(shelf()).toEqual(expect.arrayContaining(['Report/Kenko/Trend_by_Band', 'Dashboard/Kenko/Admin']));
  });

  it('gets a report and a list view for each of the numbers that are mapped', async () => {
    const { crm, shelf } = await open();
    const named = (word: string, field: string) => ({
      ...(mapping.objects.account?.fields.find((one) => one.word === 'health_score') ?? lacking()),
      word,
      field,
    });
    const account = mapping.objects.account ?? lacking();
    const fields = [
      ...account.fields,
      named('metric_champions_active', 'Champions__c'),
      named('metric_onboarding_days_late', 'Onboarding_Days_Late__c'),
      named('metric_onboarding_completion', 'Onboarding__c'),
      named('metric_days_to_renewal', 'Days_to_Renewal__c'),
      named('metric_nps', 'NPS__c'),
    ];
    const band = account.fields.filter(({ word }) => word === 'health_band');
    const opportunity = { object: 'Opportunity', fields: band };
    const objects = { ...mapping.objects, account: { ...account, fields }, opportunity };
    const more = { mapping: { ...mapping, objects }, tasks: true };

    for (const piece of await crm.missing(more, never)) expect(await crm.make(piece, never), piece.name).toBeNull();

    const names = ['Champion_Gone', 'Onboarding_Late', 'Green_Renewing'];
    expect(shelf()).toEqual(
      expect.arrayContaining([
        ...names.flatMap((name) => [`Report/Kenko/${name}`, `ListView/Account.${name}`]),
        'Report/Kenko/NPS_by_Band',
        'Report/Kenko/Renewals_by_Month',
        'Dashboard/Kenko/CSM_Daily',
      ]),
    );
    expect(await crm.missing(more, never)).toEqual([]);
  });

  it('gets Japanese labels where somebody works in Japanese', async () => {
    const { crm, half, shelf } = await open();
    const [user] = [...half.store.all('User')].filter((one) => one.values['IsActive'] === true);
    half.store.update('User', user?.id ?? '', { LanguageLocaleKey: 'ja' }, 'system', { asSystem: true });

    for (const piece of await crm.missing(needs, never)) await crm.make(piece, never);

    expect(shelf()).toEqual(expect.arrayContaining(['CustomObjectTranslation/Account-ja']));
  });
});

describe('the package of a deployment', () => {
  it('is a zip that others can open', () => {
    const files = { 'package.xml': '<Package/>', 'reports/Kenko/一覧.report': 'あ'.repeat(1_000), empty: '' };

    const opened = unzip(zipOf(files));

    expect(new Map([...opened].map(([path, text]) => [path, Buffer.from(text).toString('utf8')]))).toEqual(
      new Map(Object.entries(files)),
    );
  });
});
