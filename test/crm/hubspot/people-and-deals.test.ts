// Scores and roles of single people on contacts of a pretend portal, and the band of a company on its open deals.

import { afterEach, describe, expect, it } from 'vitest';
import { contactsFile, peopleData, peopleSources, type StoryPerson } from '../../support/people-files.ts';
import { callsTo, type PortalHome, portalHome } from './home.ts';

let home: PortalHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});
const day = 24 * 60;
const roster = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: customers.csv}
    key: [id]
    ids: {account_id: id, hubspot: company}
    columns: {name: text, answer: {type: number, min: 0, max: 10}}
`;
const contactObject = `  contact:
    object: contacts
    fields:
      customer_role: {field: kenko_customer_role, write: unless_edited}
      active_days_28d: kenko_active_days_28d
      contact_health_score: kenko_contact_health_score
      nps_score: kenko_nps_score
      champion_inactive: kenko_champion_inactive
`;
const dealObject = `  opportunity:
    object: deals
    only: {dealtype: [existingbusiness]}
    fields: {health_band: kenko_health_band, health_score_at_open: kenko_health_score_at_open}
`;
const properties = ['kenko_customer_role', 'kenko_active_days_28d', 'kenko_contact_health_score', 'kenko_nps_score'];

async function withPeople() {
  home = await portalHome([8], {
    files: { 'config/sources.yaml': roster + peopleSources('hubspot'), 'config/contacts.yaml': contactsFile },
    objects: contactObject,
  });
  const opened = home;
  const { store } = opened.sandbox.hubspot.half;
  const contacts = [...store.all('contacts')].slice(0, 4).map(({ id }) => id);
  const person = (at: number, role: string, days: readonly number[], amount: number, nps: number | null) => ({
    id: `p${at}`,
    account: 'c1',
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
    person(3, '', [4], 1, null),
  ];
  const night = async () => {
    const data = peopleData(people, opened.sandbox.clock.now().slice(0, 10));
    for (const [path, text] of Object.entries(data)) await opened.write(path, text);
    return await opened.run();
  };
  const shown = (at: number) => {
    const values = store.get('contacts', contacts[at] ?? '')?.values ?? {};
    return properties.map((name) => values[name] || null);
  };
  return { home: opened, people, contacts, night, shown };
}

/** Who is in one of the lists that setup made. */
async function membersOf(name: string): Promise<readonly string[]> {
  const { hubspot } = (home as PortalHome).sandbox;
  const ask = async (path: string) =>
    await (await fetch(`${hubspot.url}${path}`, { headers: { authorization: `Bearer ${hubspot.token}` } })).json();
  const found = (await ask(`/crm/v3/lists/object-type-id/0-1/name/${encodeURIComponent(name)}`)) as {
    list: { listId: string };
  };
  const members = (await ask(`/crm/v3/lists/${found.list.listId}/memberships`)) as { results: { recordId: string }[] };
  return members.results.map(({ recordId }) => String(recordId));
}

describe('contacts of a portal', () => {
  it('are written once, kept up, and asked about no more than needed', async () => {
    const { home, people, contacts, night, shown } = await withPeople();

    const first = await night();

    expect([first.report.exitCode, first.told]).toEqual([0, '']);
    expect([0, 1, 2, 3].map(shown)).toEqual([
      ['champion', '0', '36', '9'],
      ['star_user', '10', '100', '10'],
      [null, '1', '30', '6'],
      [null, '1', '10', null],
    ]);
    home.wait(day);
    expect(await membersOf('Kenko: Champion gone 推進者休眠')).toEqual([contacts[0]]);
    home.sandbox.hubspot.forgetRequests();
    Object.assign(people[2] ?? {}, { nps: 8 });
    const second = await night();
    expect([second.report.exitCode, second.told]).toEqual([0, '']);
    expect((await home.effects()).map(({ object, target, payload }) => [object, target, payload])).toEqual([
      ['contact', contacts[2], { contact_health_score: 38, nps_score: 8 }],
    ]);
    home.wait(day);
    home.sandbox.hubspot.forgetRequests();
    await night();
    expect([await home.effects(), home.sandbox.hubspot.counts().write]).toEqual([[], 0]);
    // What they showed is remembered: the third night only asks what changed.
    expect(callsTo(home, '/objects/contacts/batch/read')).toBe(0);
    expect(await home.broken()).toEqual([]);
  });

  it('keep what a person wrote; one that was merged is followed, one that is gone is told', async () => {
    const { home, people, contacts, night, shown } = await withPeople();
    await night();
    home.people.edit('contact', contacts[1] ?? '', { kenko_customer_role: 'decision_maker' });
    const winner = [...home.sandbox.hubspot.half.store.all('contacts')].map(({ id }) => id).at(-1) ?? '';
    const after = home.people.merge('contact', winner, contacts[2] ?? '');
    home.people.remove('contact', contacts[0] ?? '');
    Object.assign(people[0] ?? {}, { nps: 1 });
    Object.assign(people[2] ?? {}, { nps: 7 });
    home.wait(day);

    const { report, told } = await night();

    expect([report.exitCode, told]).toEqual([0, '']);
    expect(shown(1)[0]).toBe('decision_maker');
    // No search tells that a record was archived: the last look before the write does.
    expect((await home.effects()).map(({ target, state }) => [target, state])).toEqual([
      [contacts[0], 'skipped'],
      [after, 'applied'],
    ]);
    expect(home.sandbox.hubspot.half.store.get('contacts', after)?.values['kenko_nps_score']).toBe('7');
    home.wait(day);
    await night();
    expect(await home.effects()).toEqual([]);
    expect(await home.broken()).toEqual([]);
  });
});

describe('open deals of a portal', () => {
  /** Makes a deal at a company by its number in the home. */
  async function deal(company: string, stage: string, type = 'existingbusiness') {
    const { hubspot } = (home as PortalHome).sandbox;
    const response = await fetch(`${hubspot.url}/crm/v3/objects/deals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hubspot.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        properties: { dealname: 'D', pipeline: 'default', dealstage: stage, dealtype: type },
        associations: [
          { to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 341 }] },
        ],
      }),
    });
    return String(((await response.json()) as { id: string }).id);
  }
  const shown = (id: string) => {
    const values = (home as PortalHome).sandbox.hubspot.half.store.get('deals', id)?.values ?? {};
    return [values['kenko_health_band'] || null, values['kenko_health_score_at_open'] || null];
  };

  it('show the band of their company and the score they were opened with; closed and other ones do not', async () => {
    home = await portalHome([8, 3], { objects: dealObject });
    const [first = '', second = ''] = home.customers.map(({ company }) => company);
    const ids = [
      await deal(first, 'qualifiedtobuy'),
      await deal(second, 'contractsent'),
      await deal(first, 'closedwon'),
      await deal(first, 'qualifiedtobuy', 'newbusiness'),
    ];

    const night = await home.run();

    expect([night.report.exitCode, night.told]).toEqual([0, '']);
    expect(ids.map(shown)).toEqual([
      ['green', '80'],
      ['red', '30'],
      [null, null],
      [null, null],
    ]);
    home.wait(day);
    home.sandbox.hubspot.forgetRequests();
    await home.run();
    expect([await home.effects(), home.sandbox.hubspot.counts().write]).toEqual([[], 0]);
  });

  it('keep what a person wrote, and do not trouble a company that has the same number', async () => {
    home = await portalHome([8], { objects: dealObject });
    const [company = ''] = home.customers.map((customer) => customer.company);
    const id = await deal(company, 'qualifiedtobuy');
    await home.run();
    home.people.edit('opportunity', id, { kenko_health_band: 'yellow' });
    home.wait(day);
    Object.assign(home.customers[0] ?? {}, { answer: 2 });

    await home.run();
    home.wait(day);
    await home.run();

    expect(shown(id)).toEqual(['yellow', '80']);
    expect(await home.broken()).toEqual([]);
  });
});
