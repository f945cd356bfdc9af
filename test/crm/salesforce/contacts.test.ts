// Scores and roles of single people on contacts of a pretend org: written once, kept up, and left alone where a person wrote.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { peopleOf } from '../../../src/sandbox/people.ts';
import { contactsFile, peopleData, peopleSources, type StoryPerson } from '../../support/people-files.ts';
import { type OrgStage, orgStage } from './org-stage.ts';

const customers = [{ logins: 20, satisfaction: 9 }];
const roster = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns: {name: text, owner_salesforce: {from: owner, type: text}, answer: {from: satisfaction, type: number, min: 0, max: 10}}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    at: day
    columns: {logins: {type: number, required: true}}
`;
const mapping = `
connection: {}
objects:
  account:
    object: Account
    fields: {health_score: Health_Score__c, health_band: Health_Band__c}
  contact:
    object: Contact
    fields:
      customer_role: {field: Customer_Role__c, write: unless_edited}
      last_active_date: Last_Active_Date__c
      active_days_28d: Active_Days_28d__c
      contact_health_score: Contact_Health_Score__c
      nps_score: NPS_Score__c
      nps_answer_date: NPS_Answer_Date__c
      champion_inactive: Champion_Inactive__c
`;
const fields = [
  'Customer_Role__c',
  'Last_Active_Date__c',
  'Active_Days_28d__c',
  'Contact_Health_Score__c',
  'NPS_Score__c',
  'Champion_Inactive__c',
];

let stage: OrgStage;
afterEach(() => stage.close());

/** A champion who was last seen 70 days ago, one who works with it every day, and two who come at times. */
async function open(changed: (text: string) => string = (text) => text) {
  stage = await orgStage(customers, {
    'config/sources.yaml': roster + peopleSources('salesforce'),
    'config/contacts.yaml': contactsFile,
    'mappings/salesforce.yaml': changed(mapping),
  });
  const { half } = stage.box.salesforce;
  const contacts = ['One', 'Two', 'Three', 'Four', 'Five'].map((name) => {
    const made = half.store.insert('Contact', { LastName: name, AccountId: stage.ids[0] ?? '' }, 'system', {
      asSystem: true,
    });
    if (!made.ok) throw new Error(JSON.stringify(made.refusals));
    return made.record.id;
  });
  const person = (at: number, role: string, days: readonly number[], amount: number, nps: number | null) => ({
    id: `p${at}`,
    account: 'c0',
    contact: contacts[at] ?? '',
    role,
    days,
    amount,
    nps,
  });
  const people: StoryPerson[] = [
    person(0, 'champion', [70], 1, 9),
    person(1, '', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 9, 10),
    person(2, '', [3], 1, 6),
    person(3, 'decision_maker', [4], 1, null),
    person(4, '', [], 1, null),
  ];
  const night = async () => {
    const data = peopleData(people, stage.home.clock.now().slice(0, 10));
    for (const [path, text] of Object.entries(data)) await stage.home.rewrite(path, text);
    return await stage.run();
  };
  const shown = (at: number) => {
    const values = half.store.get('Contact', contacts[at] ?? '')?.values ?? {};
    return fields.map((field) => values[field] ?? null);
  };
  return { half, contacts, people, night, shown, humans: peopleOf(half) };
}

describe('contacts of an org', () => {
  it('show when people were last seen, how often, what they answered, who is a star and which champion sleeps', async () => {
    const { night, shown } = await open();

    const report = await night();

    expect([report.exitCode, report.problems]).toEqual([0, []]);
    expect([0, 1, 2, 3, 4].map(shown)).toEqual([
      ['champion', '2026-03-23', 0, 36, 9, true],
      ['star_user', '2026-05-31', 10, 100, 10, false],
      [null, '2026-05-29', 1, 30, 6, false],
      ['decision_maker', '2026-05-28', 1, 10, null, false],
      [null, null, null, null, null, false],
    ]);
  });

  it('cost no write in a night that changed nothing, and only what changed in one that did', async () => {
    const { night, people, contacts } = await open();
    await night();
    stage.writes();

    await night();
    expect([stage.writes(), await stage.effects()]).toEqual([0, []]);
    Object.assign(people[2] ?? {}, { nps: 8 });
    const changed = await night();

    expect(changed.plan?.effects.set).toBe(1);
    const [effect] = await stage.effects();
    expect([effect?.object, effect?.target, effect?.payload]).toEqual([
      'contact',
      contacts[2],
      { contact_health_score: 38, nps_score: 8 },
    ]);
  });

  it('keep what a person wrote, and lose only what was ours when nobody knows it any more', async () => {
    const { night, people, contacts, shown, humans } = await open();
    await night();
    humans.edit('contact', contacts[1] ?? '', { Customer_Role__c: 'champion' });
    humans.edit('contact', contacts[3] ?? '', { NPS_Score__c: 3 });
    Object.assign(people[2] ?? {}, { nps: null });

    const report = await night();

    expect([report.exitCode, report.problems]).toEqual([0, []]);
    expect([shown(1)[0], shown(2)[4], shown(3)[4]]).toEqual(['champion', null, 3]);
    expect(await stage.broken()).toEqual([]);
  });

  it('are left alone where the record is gone, and followed where it was merged into another', async () => {
    const { night, people, contacts, half, shown, humans } = await open();
    await night();
    const made = half.store.insert('Contact', { LastName: 'Winner', AccountId: stage.ids[0] ?? '' }, 'system', {
      asSystem: true,
    });
    const winner = made.ok ? made.record.id : '';
    humans.remove('contact', contacts[0] ?? '');
    humans.merge('contact', winner, contacts[2] ?? '');
    Object.assign(people[0] ?? {}, { nps: 2 });
    Object.assign(people[2] ?? {}, { nps: 4 });

    const report = await night();

    expect(report.exitCode).toBe(0);
    expect(half.store.get('Contact', winner)?.values['NPS_Score__c']).toBe(4);
    expect((await stage.effects()).map(({ target }) => target)).toEqual([winner]);
    expect(shown(1)[0]).toBe('star_user');
    const again = await night();
    expect(Object.values(again.plan?.effects ?? {}).every((count) => count === 0)).toBe(true);
  });

  it('of whom nobody says which record is theirs are told, and nothing is written', async () => {
    const { night, people, shown } = await open();
    people.splice(0, people.length, ...people.map((person) => ({ ...person, contact: '' })));

    const report = await night();

    expect([report.exitCode, report.problems.map(({ code, what }) => [code, what])]).toEqual([
      0,
      [['W_UNMATCHED', 'none of 4 people of whom something is known has a contact in salesforce']],
    ]);
    expect(shown(1)).toEqual([null, null, null, null, null, false]);
  });

  it('lose only the field that the org lacks, which is named before anything is written', async () => {
    const { night, shown } = await open((text) => text.replace('NPS_Answer_Date__c', 'Answered_On__c'));

    const report = await night();

    expect(report.exitCode).toBe(5);
    expect(report.problems.map(({ where }) => where)).toEqual(['salesforce Contact.Answered_On__c']);
    expect(shown(2)).toEqual([null, '2026-05-29', 1, 30, 6, false]);
    expect(stage.scores()).toEqual([96]);
  });

  it('leave nothing behind in the state file when the person is erased', async () => {
    const { night, contacts } = await open();
    await night();
    const holds = async () =>
      (await readFile(join(stage.home.folder, 'state.sqlite'))).includes(contacts[0] ?? 'nobody');
    expect(await holds()).toBe(true);
    const again = await stage.home.open();

    await again.store.eraseContact('p0', stage.home.clock.now());
    await again.store.close();

    expect(await holds()).toBe(false);
    expect(await stage.broken()).toEqual([]);
  });

  it('are put back by undo', async () => {
    const { night, shown } = await open();
    const report = await night();
    expect(shown(0)[4]).toBe(9);

    await stage.undo(report.runId);

    expect([0, 1, 2].map(shown)).toEqual([
      [null, null, null, null, null, false],
      [null, null, null, null, null, false],
      [null, null, null, null, null, false],
    ]);
  });
});
