// The health of an account on its open renewal and upsell opportunities, and on no others.

import { afterEach, describe, expect, it } from 'vitest';
import { peopleOf } from '../../../src/sandbox/people.ts';
import type { SetupField } from '../../../src/sandbox/world/setup-fields.ts';
import { type OrgStage, orgStage } from './org-stage.ts';

const customers = [20, 2].map((logins) => ({ logins, satisfaction: logins > 10 ? 9 : 2 }));
const band: SetupField = {
  on: 'opportunity',
  salesforce: 'Health_Band__c',
  hubspot: 'kenko_health_band',
  label: 'Health Band',
  kind: 'option',
  options: ['green', 'yellow', 'red', 'unknown', 'not_scored'].map((value) => ({ value, label: value })),
};
const mapping = `
connection: {}
objects:
  account:
    object: Account
    fields: {health_score: Health_Score__c, health_band: Health_Band__c}
  opportunity:
    object: Opportunity
    only: {Type: [Renewal, Upsell]}
    fields: {health_band: Health_Band__c, health_score_at_open: Health_Score_At_Open__c}
`;

let stage: OrgStage;
afterEach(() => stage.close());

async function open() {
  stage = await orgStage(customers, { 'mappings/salesforce.yaml': mapping }, { fields: [band] });
  const half = stage.box.salesforce.half;
  for (const deal of [...half.store.all('Opportunity')]) half.store.remove('Opportunity', deal.id, 'system');
  const add = (account: number, type: string, stageName = 'Prospecting') => {
    const made = half.store.insert(
      'Opportunity',
      { Name: type, AccountId: stage.ids[account] ?? '', Type: type, StageName: stageName, CloseDate: '2026-12-31' },
      'system',
      { asSystem: true },
    );
    if (!made.ok) throw new Error(JSON.stringify(made.refusals));
    return made.record.id;
  };
  const shown = (id: string) => {
    const values = half.store.get('Opportunity', id)?.values ?? {};
    return [values['Health_Band__c'] ?? null, values['Health_Score_At_Open__c'] ?? null];
  };
  return { add, shown, people: peopleOf(half) };
}

describe('open opportunities', () => {
  it('show the band of their account and the score they were opened with, several per account', async () => {
    const { add, shown } = await open();
    const [renewal, upsell, other, closed, second] = [
      add(0, 'Renewal'),
      add(0, 'Upsell'),
      add(0, 'New Business'),
      add(0, 'Renewal', 'Closed Won'),
      add(1, 'Renewal'),
    ];

    const report = await stage.run();

    expect(report.exitCode).toBe(0);
    expect([renewal, upsell, second].map(shown)).toEqual([
      ['green', 96],
      ['green', 96],
      ['red', 14],
    ]);
    expect([other, closed].map(shown)).toEqual([
      [null, null],
      [null, null],
    ]);
    stage.writes();
    await stage.run();
    expect(stage.writes()).toBe(0);
  });

  it('follow the band, keep the score of their first day, and leave what a person wrote', async () => {
    const { add, shown, people } = await open();
    const [followed, edited] = [add(0, 'Renewal'), add(0, 'Upsell')];
    await stage.run();
    people.edit('opportunity', edited, { Health_Band__c: 'yellow' });
    const [first] = stage.home.customers;
    if (first !== undefined) Object.assign(first, { logins: 0, satisfaction: 1 });
    for (let day = 0; day < 3; day++) {
      stage.home.clock.push(86_400_000);
      stage.box.clock.push(86_400_000);
      await stage.run();
    }

    expect(shown(followed)).toEqual(['red', 96]);
    expect(shown(edited)).toEqual(['yellow', 96]);
    expect(await stage.broken()).toEqual([]);
  });
});
