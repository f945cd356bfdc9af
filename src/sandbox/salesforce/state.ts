// What the pretend org is made of: its store with standard objects and rules, its settings, who it runs as, how many calls
// are left. The routes work on this; it answers nothing by itself.

import type { Chance } from '../../lib/chance.ts';
import type { PushableClock } from '../clock.ts';
import { type FieldDefinition, type FieldValue, type Refusal, refusal } from '../fields.ts';
import type { Surroundings } from '../half.ts';
import { type Access, RecordStore, type Rule, type StoredRecord } from '../records.ts';
import type { World } from '../world.ts';
import { sfInstant } from './answers.ts';
import { idMaker, to15, to18 } from './ids.ts';
import { type ObjectPlan, objectPlans, taskPriorities, taskStatuses } from './objects.ts';

/** What differs from org to org, and what a test may turn. */
export interface Settings {
  /** Rows per page of a query at most, instead of the vendor's own rules. Null: those rules. */
  pageSize: number | null;
  /** The integration user has "Update Records with Inactive Owners". */
  updateWithInactiveOwners: boolean;
  /** The integration user may create fields and permission sets. */
  modifyMetadata: boolean;
  /** A duplicate rule that stops updates of these objects unless the call allows saving. */
  duplicateRuleOn: readonly string[];
  /** An assignment rule: updates of Account, Case and Lead move the record to this user unless the call says FALSE. */
  autoAssignTo: string | null;
  /** Rows changed within so many ms are not yet seen by queries that filter on SystemModstamp. */
  visibilityLagMs: number;
  /** How often a finished bulk job still says InProgress when it is asked. */
  bulkPolls: number;
  /** Access of the integration user to single fields, `Account.Industry` → none | read | edit; wins over permission sets. */
  fieldAccess: Readonly<Record<string, Access>>;
}

export interface Org {
  readonly store: RecordStore;
  readonly clock: PushableClock;
  readonly chance: Chance;
  readonly world: World;
  readonly url: () => string;
  readonly id: string;
  /** The user that a token acts for. */
  readonly integrationUser: string;
  readonly settings: Settings;
  readonly limit: { max: number; used: number };
  /** Ids of records by the key they have in the world. */
  readonly idOf: Map<string, string>;
  /** Metadata that is only kept (list views, reports, …): `ListView/Account.At_Risk` → as given. */
  readonly shelf: Map<string, Record<string, unknown>>;
}

export const systemUser = 'system';

export function planOf(type: string): ObjectPlan | undefined {
  return objectPlans.find((plan) => plan.name.toLowerCase() === type.toLowerCase());
}
/** The plan of the object whose ids begin as this id does. */
export function planOfId(id: string): ObjectPlan | undefined {
  return objectPlans.find((plan) => id.startsWith(plan.prefix));
}

/** An empty org: objects, rules and permissions, but no customers yet. */
export function foundOrg(around: Surroundings): Org {
  const store = new RecordStore({ clock: around.clock, ignoreCase: true });
  const settings: Settings = {
    pageSize: null,
    updateWithInactiveOwners: true,
    modifyMetadata: true,
    duplicateRuleOn: [],
    autoAssignTo: null,
    visibilityLagMs: 0,
    bulkPolls: 1,
    fieldAccess: {},
  };
  const permissions = new FieldPermits(store, settings);
  for (const plan of objectPlans) {
    store.define({
      name: plan.name,
      label: plan.label,
      plural: plan.plural,
      fields: plan.fields,
      nextId: idMaker(plan.prefix),
      rules: rulesOf(plan, store, settings),
      calculated: calculatedOf(plan, store),
      afterChange: (after, before) => {
        if (plan.name === 'Task') noteActivity(store, after, before);
        if (plan.name.startsWith('Permission') || plan.name === 'FieldPermissions') permissions.forget();
      },
    });
  }
  store.setAccess((by, type, field) => permissions.of(by, type, field));
  const bySystem = { asSystem: true } as const;
  const orgRecord = store.insert(
    'Organization',
    { Name: 'Kenko Sandbox', OrganizationType: 'Developer Edition', IsSandbox: true, InstanceName: 'LO1' },
    systemUser,
    bySystem,
  );
  const profile = store.insert('Profile', { Name: 'Minimum Access - API Only Integrations' }, systemUser, bySystem);
  const integration = store.insert(
    'User',
    {
      Username: 'integration@kenko.example',
      FirstName: 'Kenko',
      LastName: 'Integration',
      Email: 'integration@kenko.example',
      Alias: 'kenko',
      IsActive: true,
      TimeZoneSidKey: 'Asia/Tokyo',
      LocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
      ...(profile.ok ? { ProfileId: profile.record.id } : {}),
    },
    systemUser,
    bySystem,
  );
  if (!orgRecord.ok || !integration.ok) throw new Error('the org could not be founded');
  const picks = [
    ...taskStatuses.map((one) => ['TaskStatus', { ...one, value: undefined }, one.value] as const),
    ...taskPriorities.map((one) => ['TaskPriority', { ...one, value: undefined }, one.value] as const),
  ];
  picks.forEach(([type, rest, label], at) => {
    store.insert(
      type,
      { ...rest, MasterLabel: label, ApiName: label, ...upper(rest), SortOrder: at + 1 },
      systemUser,
      bySystem,
    );
  });
  return {
    store,
    clock: around.clock,
    chance: around.chance,
    world: around.world,
    url: around.url,
    id: orgRecord.record.id,
    integrationUser: integration.record.id,
    settings,
    limit: { max: 15_000, used: 0 },
    idOf: new Map(),
    shelf: new Map(),
  };
}

/** `isClosed` → `IsClosed`, and the lower-case spelling taken out. */
function upper(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => [
      [name, undefined],
      [(name[0] ?? '').toUpperCase() + name.slice(1), value],
    ]),
  );
}

/** Access to custom fields: none until a permission set that is assigned to the user grants it. */
class FieldPermits {
  readonly #store: RecordStore;
  readonly #settings: Settings;
  #known: Map<string, Map<string, Access>> | null = null;
  constructor(store: RecordStore, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
  }
  forget(): void {
    this.#known = null;
  }
  of(by: string, type: string, field: FieldDefinition): Access {
    const set = this.#settings.fieldAccess[`${type}.${field.name}`];
    if (set !== undefined) return set;
    if (field.custom !== true || field.required === true || by === systemUser) return 'edit';
    const name = `${type === 'Event' ? 'Task' : type}.${field.name}`.toLowerCase();
    return this.#all().get(by)?.get(name) ?? 'none';
  }
  #all(): Map<string, Map<string, Access>> {
    if (this.#known !== null) return this.#known;
    const known = new Map<string, Map<string, Access>>();
    for (const assigned of this.#store.all('PermissionSetAssignment')) {
      const user = String(assigned.values['AssigneeId']);
      const mine = known.get(user) ?? new Map<string, Access>();
      known.set(user, mine);
      for (const grant of this.#store.findBy(
        'FieldPermissions',
        'ParentId',
        assigned.values['PermissionSetId'] ?? null,
      )) {
        const name = String(grant.values['Field']).toLowerCase();
        if (grant.values['PermissionsEdit'] === true) mine.set(name, 'edit');
        else if (grant.values['PermissionsRead'] === true && mine.get(name) !== 'edit') mine.set(name, 'read');
      }
    }
    this.#known = known;
    return known;
  }
}

type Calculated = Readonly<Record<string, (record: StoredRecord) => FieldValue>>;

function calculatedOf(plan: ObjectPlan, store: RecordStore): Calculated {
  const common: Calculated = {
    Id: (record) => record.id,
    IsDeleted: (record) => record.deletedAt !== null,
    CreatedDate: (record) => record.createdAt,
    CreatedById: (record) => userOf(record.createdBy),
    LastModifiedDate: (record) => record.modifiedAt,
    LastModifiedById: (record) => userOf(record.modifiedBy),
    SystemModstamp: (record) => record.stampedAt,
    MasterRecordId: (record) => record.mergedInto,
  };
  const fullName: Calculated = {
    Name: ({ values }) => [values['FirstName'], values['LastName']].filter((part) => part).join(' '),
  };
  const lastActivity: Calculated = {
    LastActivityDate: (record) => lastActivityOf(store, record),
  };
  const task: Calculated = {
    IsClosed: ({ values }) => isClosedStatus(values['Status'] ?? null),
    IsHighPriority: ({ values }) => values['Priority'] === 'High',
    IsArchived: (record) => record.isArchived,
    AccountId: (record) => accountOfActivity(store, record),
    WhoCount: ({ values }) => (values['WhoId'] ? 1 : 0),
    WhatCount: ({ values }) => (values['WhatId'] ? 1 : 0),
  };
  const byType: Readonly<Record<string, Calculated>> = {
    Account: lastActivity,
    Contact: fullName,
    Lead: fullName,
    User: fullName,
    Task: task,
    Event: { IsArchived: (record) => record.isArchived, AccountId: (record) => accountOfActivity(store, record) },
    Opportunity: {
      IsClosed: ({ values }) => String(values['StageName']).startsWith('Closed'),
      IsWon: ({ values }) => values['StageName'] === 'Closed Won',
    },
    Case: { IsClosed: ({ values }) => values['Status'] === 'Closed' },
  };
  const mine = { ...common, ...byType[plan.name] };
  return Object.fromEntries(Object.entries(mine).filter(([name]) => plan.fields.some((field) => field.name === name)));
}

const userOf = (by: string) => (by === systemUser || by === 'human' ? null : by);
export function isClosedStatus(status: FieldValue): boolean {
  return taskStatuses.some((one) => one.value === status && one.isClosed);
}
function accountOfActivity(store: RecordStore, record: StoredRecord): FieldValue {
  const what = record.values['WhatId'];
  if (typeof what === 'string') {
    if (what.startsWith('001')) return what;
    const parent = store.get('Opportunity', what) ?? store.get('Case', what);
    return parent?.values['AccountId'] ?? null;
  }
  const who = record.values['WhoId'];
  return typeof who === 'string' ? (store.get('Contact', who)?.values['AccountId'] ?? null) : null;
}
function lastActivityOf(store: RecordStore, account: StoredRecord): FieldValue {
  const days = store
    .findBy('Task', 'WhatId', account.id)
    .filter((task) => isClosedStatus(task.values['Status'] ?? null))
    .map((task) => String(task.values['ActivityDate'] ?? task.modifiedAt.slice(0, 10)));
  return days.length === 0 ? null : (days.sort().at(-1) ?? null);
}
/** A closed activity moves its account's LastActivityDate, and with it the account's SystemModstamp. */
function noteActivity(store: RecordStore, after: StoredRecord, before: StoredRecord | null): void {
  const was = before !== null && isClosedStatus(before.values['Status'] ?? null);
  const is = isClosedStatus(after.values['Status'] ?? null);
  const account = accountOfActivity(store, after);
  if ((is || was) && typeof account === 'string' && store.get('Account', account) !== null)
    store.touch('Account', account);
}

function rulesOf(plan: ObjectPlan, store: RecordStore, settings: Settings): Rule[] {
  const rules: Rule[] = [];
  if (plan.fields.some((field) => field.name === 'OwnerId'))
    rules.push((after, before) => inactiveOwner(store, settings, after, before));
  if (plan.name === 'PermissionSetAssignment') rules.push((after) => assignedTwice(store, after));
  return rules;
}
function inactiveOwner(
  store: RecordStore,
  settings: Settings,
  after: StoredRecord,
  before: StoredRecord | null,
): Refusal[] {
  const owner = after.values['OwnerId'];
  if (typeof owner !== 'string' || store.get('User', owner)?.values['IsActive'] !== false) return [];
  const isNew = before === null || before.values['OwnerId'] !== owner;
  return isNew || !settings.updateWithInactiveOwners ? [refusal('inactive_user', 'OwnerId', owner)] : [];
}
function assignedTwice(store: RecordStore, after: StoredRecord): Refusal[] {
  const { AssigneeId: user, PermissionSetId: set } = after.values;
  const twin = store
    .findBy('PermissionSetAssignment', 'AssigneeId', user ?? null)
    .some((one) => one.values['PermissionSetId'] === set);
  if (!twin) return [];
  const message = `Duplicate PermissionSetAssignment.  Assignee: ${to15(String(user))}; Permission Set: ${to15(String(set))}`;
  return [refusal('rule', 'AssigneeId,PermissionSetId', null, { code: 'DUPLICATE_VALUE', message })];
}

/** A value as the JSON of Salesforce shows it. */
export function shownValue(field: FieldDefinition, value: FieldValue): FieldValue {
  return field.kind === 'datetime' && typeof value === 'string' ? sfInstant(value) : value;
}
/** The record of any type that has this id, 15 or 18 characters, deleted ones included. */
export function findById(org: Org, id: string): StoredRecord | null {
  const full = to18(id);
  const plan = planOfId(full);
  return plan === undefined ? null : org.store.get(plan.name, full);
}
