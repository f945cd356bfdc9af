// Moves the customers of the world into the org, and follows the world's days.

import { plusDays } from '../world/days.ts';
import type { DayNews, WorldAccount, WorldCase, WorldContact } from '../world.ts';
import { type Org, systemUser } from './state.ts';

const stages = {
  open: 'Prospecting',
  proposal: 'Proposal/Price Quote',
  won: 'Closed Won',
  lost: 'Closed Lost',
} as const;
const kinds = {
  renewal: 'Existing Customer - Renewal',
  upsell: 'Existing Customer - Upgrade',
  new: 'New Customer',
} as const;
const priorities = { low: 'Low', normal: 'Medium', high: 'High', sev1: 'High' } as const;
const caseTypes = { inquiry: 'Question', complaint: 'Complaint', other: 'Other' } as const;

/** Fills the org with everything the world has today. */
export function seedOrg(org: Org): void {
  const { world } = org;
  for (const user of world.users)
    put(org, 'User', user.key, plusDays(world.today(), -900), {
      Username: user.email,
      FirstName: user.firstName,
      LastName: user.lastName,
      Email: user.email,
      Alias: user.key,
      IsActive: user.isActive,
      TimeZoneSidKey: 'Asia/Tokyo',
      LocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
      ManagerId: user.manager === null ? null : (org.idOf.get(user.manager) ?? null),
    });
  const here = new Map(world.accounts.filter((account) => account.inCrm).map((account) => [account.key, account]));
  for (const account of here.values()) putAccount(org, account);
  for (const contact of world.contacts) putContact(org, contact, here.get(contact.account));
  for (const deal of world.opportunities)
    if (here.has(deal.account))
      put(org, 'Opportunity', deal.key, plusDays(deal.closeOn, -60), {
        AccountId: org.idOf.get(deal.account),
        Name: deal.name.slice(0, 120),
        StageName: stages[deal.stage],
        Type: kinds[deal.kind],
        Amount: deal.amount,
        CloseDate: deal.closeOn,
        OwnerId: org.idOf.get(deal.owner),
      });
  for (const one of world.cases) putCase(org, one, here.get(one.account));
  world.onDay((news) => follow(org, news));
}

function put(org: Org, type: string, key: string, day: string, values: Readonly<Record<string, unknown>>): void {
  const at = `${day < org.world.today() ? day : org.world.today()}T00:00:00.000Z`;
  const born = org.store.insert(type, values, systemUser, { asSystem: true, at });
  if (!born.ok) throw new Error(`${type} ${key} of the world does not fit: ${JSON.stringify(born.refusals)}`);
  org.idOf.set(key, born.record.id);
}

function putAccount(org: Org, account: WorldAccount): void {
  put(org, 'Account', account.key, account.createdOn, {
    Name: account.name,
    AccountNumber: account.key,
    Website: `https://www.${account.domain}`,
    Industry: account.industry,
    BillingCity: account.city,
    BillingCountry: account.country,
    NumberOfEmployees: account.employees,
    Type: account.lifecycle === 'trial' ? 'Prospect' : 'Customer - Direct',
    ParentId: account.parent === null ? null : (org.idOf.get(account.parent) ?? null),
    OwnerId: org.idOf.get(account.owner),
  });
}

function putContact(org: Org, contact: WorldContact, account: WorldAccount | undefined): void {
  if (account === undefined) return;
  put(org, 'Contact', contact.key, account.startOn, {
    AccountId: org.idOf.get(contact.account),
    FirstName: contact.firstName,
    LastName: contact.lastName,
    Email: contact.email,
    Title: contact.title,
    Phone: contact.phone,
    OwnerId: org.idOf.get(account.owner),
  });
}

function putCase(org: Org, one: WorldCase, account: WorldAccount | undefined): void {
  if (account === undefined) return;
  put(org, 'Case', one.key, one.openedOn, {
    CaseNumber: String(10_000 + org.idOf.size).padStart(8, '0'),
    AccountId: org.idOf.get(one.account),
    ContactId: one.contact === null ? null : (org.idOf.get(one.contact) ?? null),
    Subject: one.subject,
    Type: caseTypes[one.category],
    Priority: priorities[one.severity],
    Status: one.closedOn === null ? 'Working' : 'Closed',
    ClosedDate: one.closedOn === null ? null : `${one.closedOn}T00:00:00Z`,
    IsEscalated: one.severity === 'sev1',
    OwnerId: org.idOf.get(account.owner),
  });
}

function follow(org: Org, news: DayNews): void {
  for (const one of news.casesOpened)
    if (org.idOf.has(one.account))
      putCase(
        org,
        one,
        org.world.accounts.find((account) => account.key === one.account),
      );
  for (const one of news.casesClosed) {
    const id = org.idOf.get(one.key);
    const closed = { Status: 'Closed', ClosedDate: `${news.day}T00:00:00Z` };
    if (id !== undefined) org.store.update('Case', id, closed, systemUser, { asSystem: true });
  }
}
