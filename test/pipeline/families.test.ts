// Parents and children through the whole hall: who belongs to whom, what a parent's record shows, and which roster is believed.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { explainAccount } from '../../src/domain/explanation.ts';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { whole as request } from '../support/small-run.ts';
import { filesOf, scoreByHand } from '../support/yaml-home.ts';

const sources = `
sources:
  contracts:
    kind: csv
    holds: roster
    settings: {path: data/contracts.csv}
    key: [id]
    ids: {account_id: id}
    columns: {name: text, arr: number, given_score: number, plan: text}
  customers:
    kind: csv
    holds: roster
    settings: {path: data/all.csv}
    key: [crm_id]
    ids: {salesforce: crm_id, account_id: id}
    columns: {name: text, parent: text, plan: text}
`;
const identity = `
match: [account_id]
key_from: [account_id]
rosters: [contracts, customers]
`;
const mapping = `
connection: {}
objects:
  account:
    object: Account
    fields:
      health_score: Health_Score__c
      health_band: Health_Band__c
      health_reasons: Health_Reasons__c
      worst_child_score: Worst_Child_Score__c
      red_child_count: Red_Child_Count__c
`;
const flags = `
flags:
  red_children:
    label: Red children
    gate: {child_count: {at_least: 1}}
    veto: {red_child_count: 0}
    signals:
      - {type: family, when: {red_child_count: {at_least: 1}}, text: {en: "{{red_child_count}} red child", ja: "危険な子 {{red_child_count}}社"}}
`;
const gates = `
novelty: {on: false}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
coverage: {hold_below_share: 0}
`;
const kenko = `
name: Families
purpose: p
zone: UTC
locale: en
schedule: "0 5 * * *"
`;

let home: SmallHome;
afterEach(async () => await home.remove());

async function family(contracts: readonly string[], families: string): Promise<void> {
  const ids = ['a', 'b', 'c', 'z'];
  const { metrics = '', scorecard = '' } = scoreByHand;
  const texts = { kenko, sources, identity, mapping, flags, gates, metrics, scorecard: `${scorecard}${families}` };
  home = await smallHome(
    ids.map((id) => ({ id, logins: 1, satisfaction: 5 })),
    filesOf(texts),
  );
  await writeFile(
    join(home.folder, 'data/contracts.csv'),
    ['id,name,arr,given_score,plan', ...contracts, ''].join('\n'),
  );
  const rows = ids.map((id) => `crm-${id},${id},CRM name of ${id},${id === 'z' ? '' : 'crm-z'},from the CRM`);
  await writeFile(join(home.folder, 'data/all.csv'), ['crm_id,id,name,parent,plan', ...rows, ''].join('\n'));
}
const branches = ['a,Tokyo,12000000,82,pro', 'b,Osaka,3000000,45,pro', 'c,Kyoto,1000000,30,pro'];

async function runOnce() {
  const { hall, store } = await home.open();
  const report = await run(hall, request, new AbortController().signal);
  return { hall, store, report };
}

describe('a family', () => {
  it('gives its parent, which has no contract, the mean by revenue of 71.8, green, and says that one child is red', async () => {
    await family(branches, 'families: {score: roll_up, weight: arr}\n');

    const { store, hall, report } = await runOnce();

    const outcome = await store.history.outcome('z', null);
    expect(report.exitCode, JSON.stringify(report.problems)).toBe(0);
    expect(home.crm.records.get('crm-z')).toMatchObject({
      health_score: 71.8,
      health_band: 'green',
      worst_child_score: 30,
      red_child_count: 1,
      health_reasons: 'Tokyo 82 of 100 (-13.5)\nOsaka 45 of 100 (-10.3)\nKyoto 30 of 100 (-4.4)',
    });
    // Of a family that an account does not have nothing is written.
    expect(Object.keys(home.crm.records.get('crm-a') ?? {})).not.toContain('red_child_count');
    expect(outcome?.flags[0]).toMatchObject({ up: true, because: ['1 red child'] });
    expect(outcome?.score.parts.reduce((sum, part) => sum + (part.points ?? 0), 0)).toBeCloseTo(71.8125, 9);
    const account = await store.accounts.get('z');
    if (outcome === null || account === null) throw new Error('no parent');
    expect(explainAccount(outcome, account, hall.decisions, 'en')).toMatchObject({
      score: 71.8,
      parts: [{ lost: 13.5 }, {}, {}],
    });
    await store.close();
  });

  it('counts the parent beside its children where it has revenue of its own', async () => {
    await family([...branches, 'z,Group,16000000,10,pro'], 'families: {score: roll_up, weight: arr}\n');

    const { store } = await runOnce();

    // Half of 71.8125 and half of 10.
    expect((await store.history.outcome('z', null))?.score.value).toBe(40.9);
    await store.close();
  });

  it('leaves the parent its own score where nothing else is said, and tells of its children all the same', async () => {
    await family([...branches, 'z,Group,16000000,64,pro'], '');

    const { store } = await runOnce();

    expect(home.crm.records.get('crm-z')).toMatchObject({
      health_score: 64,
      worst_child_score: 30,
      red_child_count: 1,
    });
    await store.close();
  });

  it('is the same on the next day, and nothing is written', async () => {
    await family(branches, 'families: {score: roll_up, weight: arr}\n');
    await (await runOnce()).store.close();
    const written = home.crm.writes;
    home.clock.push(86_400_000);

    const { store, report } = await runOnce();

    expect(report.plan?.effects).toEqual({ set: 0, clear: 0, ensure_task: 0, close_task: 0 });
    expect(home.crm.writes).toBe(written);
    await store.close();
  });
});

describe('rosters', () => {
  it('that come later fill gaps and override nothing, not even when they are read again', async () => {
    await family(branches, '');
    await (await runOnce()).store.close();

    const { store } = await runOnce();

    const tokyo = await store.accounts.get('a');
    const group = await store.accounts.get('z');
    expect(tokyo).toMatchObject({ name: 'Tokyo', attributes: { plan: 'pro' }, parent: 'z' });
    expect(group).toMatchObject({ name: 'CRM name of z', attributes: { plan: 'from the CRM' }, parent: null });
    await store.close();
  });
});
