// What the pretend org is made of: its store, its objects, its settings, who it runs as, how many calls are left. The routes
// work on this; it answers nothing by itself. How an org comes about is founding.ts's.

import type { Chance } from '../../lib/chance.ts';
import type { PushableClock } from '../clock.ts';
import type { FieldDefinition, FieldValue } from '../fields.ts';
import type { ItemError } from '../half.ts';
import type { Access, RecordStore, StoredRecord } from '../records.ts';
import type { World } from '../world.ts';
import { sfInstant } from './answers.ts';
import { to18 } from './ids.ts';
import type { ObjectPlan } from './objects.ts';
import type { RuleSetting } from './validation.ts';

/** What differs from org to org, and what a test may turn (`{"do": "knob", "name": …, "value": …}` in a fault plan). */
export interface Settings {
  /** Rows per page of a query at most, instead of the vendor's own rules. Null: those rules. */
  pageSize: number | null;
  /** The integration user has "Update Records with Inactive Owners". */
  updateWithInactiveOwners: boolean;
  /** The integration user may create fields and permission sets. */
  modifyMetadata: boolean;
  /** System permissions that the integration user lacks, by API name (`ViewSetup`, `ApiEnabled`, `EditTask`). */
  lacks: readonly string[];
  /** A duplicate rule that stops inserts and updates of these objects unless the call allows saving. */
  duplicateRuleOn: readonly string[];
  /** An assignment rule: updates of Account, Case and Lead move the record to this user unless the call says FALSE. */
  autoAssignTo: string | null;
  /** Rows changed within so many ms are not yet seen by queries that filter on SystemModstamp. */
  visibilityLagMs: number;
  /** How often a finished bulk job still says InProgress when it is asked. */
  bulkPolls: number;
  /** A bulk job fails as a whole after so many rows; the others stay unprocessed. Null: none does. */
  bulkFailAfter: number | null;
  /** How often a deployment still says Pending or InProgress when it is asked. */
  deployPolls: number;
  /** Access of the integration user to single fields, `Account.Industry` → none | read | edit; wins over permission sets. */
  fieldAccess: Readonly<Record<string, Access>>;
  /** Access of the integration user to whole objects, `Task` → none | read | edit. What is not named may be edited. */
  objectAccess: Readonly<Record<string, Access>>;
  /** Sharing: access of the integration user to single records by their 18-character id. What is not named may be edited. */
  recordAccess: Readonly<Record<string, Access>>;
  /** An error that every write to this record gets, by its 18-character id: a lock, a trigger that fails, an approval. */
  recordErrors: Readonly<Record<string, ItemError>>;
  /** An error that every insert of this object gets: a full storage, a trigger that fails. */
  insertErrors: Readonly<Record<string, ItemError>>;
  /** Validation rules of an admin, with the failing condition written as the WHERE of a query. */
  validationRules: readonly RuleSetting[];
  /** Whether a value of a unique field is still taken by a record in the recycle bin. Nobody has written down which it is. */
  binHoldsUnique: boolean;
  /** Where tokens say that the org lives; null: here. A moved org answers the next sign-in with another host. */
  instanceUrl: string | null;
  /** Refusal of every sign-in: an OAuth error and its description. Null: none. */
  signInError: { readonly error: string; readonly error_description: string } | null;
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
  readonly limit: { max: number; used: number; bulkBatches: number; bulkQueries: number };
  /** Ids of records by the key they have in the world. */
  readonly idOf: Map<string, string>;
  /** Metadata that is only kept (list views, reports, …): `ListView/Account.At_Risk` → as given. */
  readonly shelf: Map<string, Record<string, unknown>>;
  /** Objects by their name in lower case; custom ones come and go. */
  readonly plans: Map<string, ObjectPlan>;
  /** Takes up an object that was not there: a custom one that is deployed. */
  readonly addObject: (plan: ObjectPlan) => void;
}

export const systemUser = 'system';

export function planOf(org: Pick<Org, 'plans'>, type: string): ObjectPlan | undefined {
  return org.plans.get(type.toLowerCase());
}
/** The plan of the object whose ids begin as this id does. */
export function planOfId(org: Pick<Org, 'plans'>, id: string): ObjectPlan | undefined {
  const prefix = id.slice(0, 3);
  for (const plan of org.plans.values()) if (plan.prefix === prefix) return plan;
  return undefined;
}

/** The object as the running user sees it; undefined when it is not there or not theirs to see. */
export function seenPlan(org: Org, type: string): ObjectPlan | undefined {
  const plan = planOf(org, type);
  const isHidden = org.settings.lacks.includes('ViewSetup') && ofSetup.includes(plan?.name ?? '');
  return plan === undefined || isHidden || objectAccess(org, plan.name) === 'none' ? undefined : plan;
}
/** Objects that only those see who may look at the setup of the org. */
const ofSetup = ['FieldPermissions', 'ObjectPermissions', 'PermissionSet', 'PermissionSetAssignment'];

export function objectAccess(org: Org, type: string): Access {
  return org.settings.objectAccess[type] ?? 'edit';
}

/** A value as the JSON of Salesforce shows it. */
export function shownValue(field: FieldDefinition, value: FieldValue): unknown {
  if (typeof value !== 'string') return value;
  if (field.kind === 'datetime') return sfInstant(value);
  return field.extra?.['describeType'] === 'address' ? JSON.parse(value) : value;
}
/** The record of any type that has this id, 15 or 18 characters, deleted ones included. */
export function findById(org: Org, id: string): StoredRecord | null {
  const full = to18(id);
  const plan = planOfId(org, full);
  if (plan === undefined || org.settings.recordAccess[full] === 'none') return null;
  return org.store.get(plan.name, full);
}
