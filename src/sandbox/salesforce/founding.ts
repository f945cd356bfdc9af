// Founds the pretend org: objects with their rules, an organization, a profile, the integration user and its permissions,
// the values of task picklists. No customers yet; those are seed.ts's.

import { type Refusal, refusal } from '../fields.ts';
import type { Surroundings } from '../half.ts';
import { RecordStore, type Rule, type StoredRecord } from '../records.ts';
import { calculatedOf, noteActivity } from './calculated.ts';
import { idMaker, to15 } from './ids.ts';
import { type ObjectPlan, objectPlans, taskPriorities, taskStatuses } from './objects.ts';
import { FieldPermits } from './permits.ts';
import { type Org, type Settings, systemUser } from './state.ts';
import { validationRule } from './validation.ts';

const usualSettings = (): Settings => ({
  pageSize: null,
  updateWithInactiveOwners: true,
  modifyMetadata: true,
  lacks: [],
  duplicateRuleOn: [],
  autoAssignTo: null,
  visibilityLagMs: 0,
  bulkPolls: 1,
  bulkFailAfter: null,
  deployPolls: 1,
  fieldAccess: {},
  objectAccess: {},
  recordAccess: {},
  recordErrors: {},
  insertErrors: {},
  validationRules: [],
  binHoldsUnique: false,
  instanceUrl: null,
  signInError: null,
});

/** An empty org: objects, rules and permissions, but no customers yet. */
export function foundOrg(around: Surroundings): Org {
  const { clock } = around;
  const settings = usualSettings();
  const store = new RecordStore({ clock, ignoreCase: true, deletedHoldUnique: () => settings.binHoldsUnique });
  const permissions = new FieldPermits(store, settings);
  const plans = new Map<string, ObjectPlan>();
  let founded: Org | null = null;
  let automaton: string | null = null;
  const org = () => {
    if (founded === null) throw new Error('the org is not founded yet');
    return founded;
  };
  const addObject = (plan: ObjectPlan) => {
    plans.set(plan.name.toLowerCase(), plan);
    store.define({
      name: plan.name,
      label: plan.label,
      plural: plan.plural,
      fields: plan.fields,
      nextId: idMaker(plan.prefix),
      rules: [...rulesOf(plan, store, settings), validationRule(org, plan.name)],
      calculated: {
        ...calculatedOf(plan, store, clock, () => automaton),
        ...(plan.name === 'UserPermissionAccess' ? permissionsOf(plan, settings) : {}),
      },
      afterChange: (after, before) => {
        if (plan.name === 'Task') noteActivity(store, after, before);
        if (plan.name.startsWith('PermissionSet') || plan.name === 'FieldPermissions') permissions.forget();
      },
    });
  };
  for (const plan of objectPlans) addObject(plan);
  store.setAccess((by, type, field) => permissions.of(by, type, field));
  const { id, integrationUser, automatedProcess } = furnishOffice(store);
  automaton = automatedProcess;
  founded = {
    store,
    clock,
    chance: around.chance,
    world: around.world,
    url: around.url,
    id,
    integrationUser,
    settings,
    limit: { max: 15_000, used: 0, bulkBatches: 0, bulkQueries: 0 },
    idOf: new Map(),
    shelf: new Map(),
    plans,
    addObject,
  };
  return founded;
}

/** What the running user has, for the one row of UserPermissionAccess; read anew from the settings whenever it is asked. */
function permissionsOf(plan: ObjectPlan, settings: Settings): Record<string, () => boolean> {
  const had = [
    'ApiEnabled',
    'ViewSetup',
    'EditTask',
    'AssignPermissionSets',
    'CustomizeApplication',
    'BulkApiHardDelete',
  ];
  const has = (permission: string) => {
    if (settings.lacks.includes(permission)) return false;
    if (permission === 'ModifyMetadata') return settings.modifyMetadata;
    return permission === 'UpdateWithInactiveOwner' ? settings.updateWithInactiveOwners : had.includes(permission);
  };
  const told = plan.fields.filter(({ name }) => name.startsWith('Permissions'));
  return Object.fromEntries(told.map(({ name }) => [name, () => has(name.slice('Permissions'.length))]));
}

/** The organization, the integration user with its profile, and the picklists of tasks. */
function furnishOffice(store: RecordStore): { id: string; integrationUser: string; automatedProcess: string } {
  const put = (type: string, values: Readonly<Record<string, unknown>>): StoredRecord => {
    const born = store.insert(type, values, systemUser, { asSystem: true });
    if (!born.ok) throw new Error(`the org could not be founded: ${type} ${JSON.stringify(born.refusals)}`);
    return born.record;
  };
  const language = { TimeZoneSidKey: 'Asia/Tokyo', LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US' };
  const organization = put('Organization', {
    Name: 'Kenko Sandbox',
    OrganizationType: 'Developer Edition',
    IsSandbox: true,
    InstanceName: 'LO1',
    DefaultLocaleSidKey: 'en_US',
    TimeZoneSidKey: language.TimeZoneSidKey,
    LanguageLocaleKey: language.LanguageLocaleKey,
  });
  put('UserPermissionAccess', {});
  const profile = put('Profile', { Name: 'Minimum Access - API Only Integrations' });
  const integration = put('User', {
    Username: 'integration@kenko.example',
    FirstName: 'Kenko',
    LastName: 'Integration',
    Email: 'integration@kenko.example',
    Alias: 'kenko',
    IsActive: true,
    ...language,
    ProfileId: profile.id,
  });
  const automaton = put('User', {
    Username: 'autoproc@kenko.example',
    FirstName: 'Automated',
    LastName: 'Process',
    Email: 'autoproc@kenko.example',
    Alias: 'autoproc',
    IsActive: true,
    UserType: 'AutomatedProcess',
    ...language,
  });
  for (const [at, status] of taskStatuses.entries())
    put('TaskStatus', {
      MasterLabel: status.value,
      ApiName: status.value,
      SortOrder: at + 1,
      IsClosed: status.isClosed,
      IsDefault: status.isDefault,
    });
  for (const [at, priority] of taskPriorities.entries())
    put('TaskPriority', {
      MasterLabel: priority.value,
      ApiName: priority.value,
      SortOrder: at + 1,
      IsHighPriority: priority.isHighPriority,
      IsDefault: priority.isDefault,
    });
  return { id: organization.id, integrationUser: integration.id, automatedProcess: automaton.id };
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
