// The portal's records on its first day, from the world that both pretend CRMs share, and what each lived day adds to
// them. Only HubSpot's own properties and the join key are filled: health fields do not exist before somebody makes them.

import { seededChance } from '../../lib/chance.ts';
import { plusDays, wholeOf } from '../world/days.ts';
import type { SetupField } from '../world/setup-fields.ts';
import type { DayNews, World, WorldAccount, WorldCase, WorldContact, WorldOpportunity } from '../world.ts';
import { addProperty } from './definitions.ts';
import { kinds, linkTypes } from './kinds.ts';
import { addGroup } from './properties.ts';
import { anyProperty, type PortalState } from './state.ts';
import { bindPlain } from './writing.ts';

/** The join key with the accounts of other systems, and the group it stands in. */
export const joinKey = 'kenko_external_account_id';
const healthGroup = 'customer_health';
const system = 'user:1';

/** Ids in the portal by the keys of the world. */
export interface SeedMap {
  readonly owners: Map<string, string>;
  readonly companies: Map<string, string>;
  readonly contacts: Map<string, string>;
  readonly tickets: Map<string, string>;
}

const kindNamed = (name: string) => kinds.find((kind) => kind.name === name)!;
const morning = (day: string) => `${day}T09:00:00.000Z`;

function insert(state: PortalState, kind: string, values: Readonly<Record<string, string | null>>, at: string): string {
  const stamped = kindNamed(kind).stamped;
  const born = state.store.insert(kind, { ...stamped, ...values }, system, { asSystem: true, at });
  if (!born.ok) throw new Error(`the seed of ${kind} was refused: ${JSON.stringify(born.refusals)}`);
  return born.record.id;
}

function seedOwners(state: PortalState, world: World, map: SeedMap): void {
  for (const [at, user] of world.users.entries()) {
    const id = String(76_070_032 + at * 17);
    map.owners.set(user.key, id);
    state.owners.set(id, {
      id,
      userId: 61_526_375 + at * 13,
      email: user.email,
      firstName: user.firstName,
      lastName: user.lastName,
      createdAt: '2020-02-03T09:30:00.500Z',
      updatedAt: '2024-06-03T08:00:00.250Z',
      archived: !user.isActive,
    });
  }
}

// How many days ago somebody last spoke with customers of each health, from and to.
const silence: Readonly<Record<WorldAccount['health'], readonly [number, number]>> = {
  star: [1, 14],
  healthy: [3, 40],
  declining: [15, 75],
  dying: [40, 160],
  silent: [60, 300],
};

function seedCompany(state: PortalState, account: WorldAccount, map: SeedMap, today: string): void {
  const spokeOn = plusDays(today, -wholeOf(`${account.key} spoke`, ...silence[account.health]));
  const values = {
    name: account.name,
    domain: account.domain,
    website: account.domain,
    city: account.city,
    country: account.country,
    industry: account.industry,
    annualrevenue: String(account.arr),
    numberofemployees: String(account.employees),
    lifecyclestage: account.lifecycle === 'trial' ? 'opportunity' : 'customer',
    hubspot_owner_id: map.owners.get(account.owner) ?? null,
    ...(spokeOn > account.createdOn ? { notes_last_contacted: `${spokeOn}T14:30:00Z` } : {}),
    [joinKey]: account.key,
  };
  map.companies.set(account.key, insert(state, 'companies', values, morning(account.createdOn)));
}

function bindPrimary(state: PortalState, from: string, id: string, company: string | undefined): void {
  const type = linkTypes.find((one) => one.from === from && one.to === 'companies' && one.label === 'Primary');
  if (company !== undefined && type !== undefined) state.links.add(type, id, company);
}

function seedContact(state: PortalState, contact: WorldContact, map: SeedMap, at: string): void {
  const id = insert(
    state,
    'contacts',
    {
      email: contact.email,
      firstname: contact.firstName,
      lastname: contact.lastName,
      jobtitle: contact.title,
      phone: contact.phone,
      hs_email_domain: contact.email.split('@')[1] ?? null,
      lifecyclestage: 'customer',
    },
    at,
  );
  map.contacts.set(contact.key, id);
  bindPrimary(state, 'contacts', id, map.companies.get(contact.account));
}

const dealStages: Readonly<Record<WorldOpportunity['stage'], string>> = {
  open: 'qualifiedtobuy',
  proposal: 'presentationscheduled',
  won: 'closedwon',
  lost: 'closedlost',
};
function seedDeal(state: PortalState, deal: WorldOpportunity, map: SeedMap, at: string): void {
  const id = insert(
    state,
    'deals',
    {
      dealname: deal.name,
      amount: String(deal.amount),
      closedate: `${deal.closeOn}T00:00:00Z`,
      pipeline: 'default',
      dealstage: dealStages[deal.stage],
      dealtype: deal.kind === 'new' ? 'newbusiness' : 'existingbusiness',
      hubspot_owner_id: map.owners.get(deal.owner) ?? null,
    },
    at,
  );
  bindPrimary(state, 'deals', id, map.companies.get(deal.account));
}

const priorities: Readonly<Record<WorldCase['severity'], string>> = {
  low: 'LOW',
  normal: 'MEDIUM',
  high: 'HIGH',
  sev1: 'URGENT',
};
const categories: Readonly<Record<WorldCase['category'], string>> = {
  inquiry: 'GENERAL_INQUIRY',
  complaint: 'PRODUCT_ISSUE',
  other: 'FEATURE_REQUEST',
};
function ticketState(one: WorldCase): Record<string, string | null> {
  return {
    hs_pipeline_stage: one.closedOn === null ? '1' : '4',
    closed_date: one.closedOn === null ? null : `${one.closedOn}T17:00:00Z`,
  };
}
function seedTicket(state: PortalState, one: WorldCase, map: SeedMap, at: string): void {
  const id = insert(
    state,
    'tickets',
    {
      subject: one.subject,
      hs_pipeline: '0',
      hs_ticket_priority: priorities[one.severity],
      hs_ticket_category: categories[one.category],
      ...ticketState(one),
    },
    at,
  );
  map.tickets.set(one.key, id);
  bindPrimary(state, 'tickets', id, map.companies.get(one.account));
  const person = one.contact === null ? undefined : map.contacts.get(one.contact);
  if (person !== undefined) bindPlain(state, 'tickets', id, 'contacts', person);
}

/** Some answers to a relationship survey, so that there is sentiment to read. */
function seedSurveys(state: PortalState, world: World, map: SeedMap): void {
  const chance = seededChance(world.seed + 303);
  const healths = new Map(world.accounts.map((account) => [account.key, account.health]));
  for (const contact of world.contacts) {
    const person = map.contacts.get(contact.key);
    const company = map.companies.get(contact.account);
    if (chance.fraction() > 0.3 || person === undefined || company === undefined) continue;
    const health = healths.get(contact.account) ?? 'healthy';
    const middle = health === 'star' ? 9 : health === 'healthy' ? 8 : health === 'declining' ? 6 : 4;
    const rating = Math.max(0, Math.min(10, middle + Math.floor(chance.fraction() * 4) - 2));
    const daysAgo = 1 + Math.floor(chance.fraction() * 150);
    const day = plusDays(world.today(), -daysAgo);
    const at = `${day}T10:15:00Z`;
    const id = insert(
      state,
      'feedback_submissions',
      {
        hs_survey_name: 'Relationship survey',
        hs_survey_type: 'NPS',
        hs_survey_channel: 'EMAIL',
        hs_value: String(rating),
        hs_sentiment: rating >= 9 ? 'PROMOTER' : rating >= 7 ? 'PASSIVE' : 'DETRACTOR',
        hs_submission_timestamp: at,
      },
      morning(day),
    );
    bindPlain(state, 'feedback_submissions', id, 'contacts', person);
    bindPlain(state, 'feedback_submissions', id, 'companies', company);
  }
}

function followDay(state: PortalState, map: SeedMap, news: DayNews): void {
  const at = morning(news.day);
  for (const one of news.casesOpened) if (map.companies.has(one.account)) seedTicket(state, one, map, at);
  for (const one of news.casesClosed) {
    const id = map.tickets.get(one.key);
    if (id !== undefined) state.store.update('tickets', id, ticketState(one), system, { asSystem: true, at });
  }
}

/** Furnishes an empty portal from the world and follows its days. */
export function seedPortal(state: PortalState, world: World): SeedMap {
  const map: SeedMap = { owners: new Map(), companies: new Map(), contacts: new Map(), tickets: new Map() };
  const companies = kindNamed('companies');
  addGroup(state, companies, { name: healthGroup, label: 'Customer Health' });
  addProperty(
    state,
    companies,
    {
      name: joinKey,
      label: 'External account ID',
      type: 'string',
      fieldType: 'text',
      groupName: healthGroup,
      hasUniqueValue: true,
    },
    '1',
  );
  seedOwners(state, world, map);
  // Some customers stand in no CRM at all.
  for (const account of world.accounts) if (account.inCrm) seedCompany(state, account, map, world.today());
  const born = new Map(world.accounts.map((account) => [account.key, morning(account.createdOn)]));
  const bornAt = (account: string) => born.get(account) ?? morning(world.today());
  const isHere = (one: { readonly account: string }) => map.companies.has(one.account);
  for (const contact of world.contacts.filter(isHere)) seedContact(state, contact, map, bornAt(contact.account));
  for (const deal of world.opportunities.filter(isHere)) seedDeal(state, deal, map, bornAt(deal.account));
  for (const one of world.cases.filter(isHere)) seedTicket(state, one, map, morning(one.openedOn));
  seedSurveys(state, world, map);
  for (const account of world.accounts) {
    const parent = account.parent === null ? undefined : map.companies.get(account.parent);
    const type = linkTypes.find((one) => one.from === 'companies' && one.to === 'companies' && one.id === 13);
    const child = map.companies.get(account.key);
    if (parent !== undefined && child !== undefined && type !== undefined) state.links.add(type, parent, child);
  }
  world.onDay((news) => followDay(state, map, news));
  return map;
}

const homes = { account: 'companies', contact: 'contacts', opportunity: 'deals', task: 'tasks' } as const;
const shapes: Readonly<Record<string, readonly [string, string]>> = {
  number: ['number', 'number'],
  boolean: ['bool', 'booleancheckbox'],
  date: ['date', 'date'],
  datetime: ['datetime', 'date'],
  option: ['enumeration', 'select'],
  options: ['enumeration', 'checkbox'],
  long_text: ['string', 'textarea'],
};

/** Makes properties by the short way; those that are there stay as they are. */
export function furnish(state: PortalState, fields: readonly SetupField[]): void {
  for (const field of fields) {
    const kind = kindNamed(homes[field.on]);
    if (state.groups.get(kind.name)?.get(healthGroup) === undefined)
      addGroup(state, kind, { name: healthGroup, label: 'Customer Health' });
    if (anyProperty(state, kind, field.hubspot) !== undefined) continue;
    const [type, fieldType] = shapes[field.kind] ?? ['string', 'text'];
    const choices =
      field.kind === 'boolean'
        ? [
            { value: 'true', label: 'Yes' },
            { value: 'false', label: 'No' },
          ]
        : field.options;
    addProperty(
      state,
      kind,
      {
        name: field.hubspot,
        label: field.label,
        type,
        fieldType,
        groupName: healthGroup,
        ...(field.unique === true ? { hasUniqueValue: true } : {}),
        ...(choices === undefined ? {} : { options: choices.map(({ value, label }) => ({ value, label })) }),
      },
      '1',
    );
  }
}
