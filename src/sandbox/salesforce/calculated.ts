// Fields that Salesforce fills by itself: stamps of whole seconds, names, closed and won, last activity, archived tasks,
// compound addresses. And the one change that is no edit: a closed activity moves its account's SystemModstamp.

import type { PushableClock } from '../clock.ts';
import type { FieldValue } from '../fields.ts';
import type { RecordStore, StoredRecord } from '../records.ts';
import { plusDays } from '../world/days.ts';
import { type ObjectPlan, taskStatuses } from './objects.ts';
import { systemUser } from './state.ts';

type Calculated = Readonly<Record<string, (record: StoredRecord) => FieldValue>>;

/** Instants are kept to the second: rows changed within one second share a stamp, as they do in a real org. */
const toSecond = (iso: string) => `${iso.slice(0, 19)}.000Z`;

/** `automaton`: the user that the system itself shows up as, once it is there. */
export function calculatedOf(
  plan: ObjectPlan,
  store: RecordStore,
  clock: PushableClock,
  automaton: () => string | null,
): Calculated {
  const userOf = (by: string) => (by === systemUser || by === 'human' ? automaton() : by);
  const common: Calculated = {
    Id: (record) => record.id,
    IsDeleted: (record) => record.deletedAt !== null,
    CreatedDate: (record) => toSecond(record.createdAt),
    CreatedById: (record) => userOf(record.createdBy),
    LastModifiedDate: (record) => toSecond(record.modifiedAt),
    LastModifiedById: (record) => userOf(record.modifiedBy),
    SystemModstamp: (record) => toSecond(record.stampedAt),
    MasterRecordId: (record) => record.mergedInto,
  };
  const addresses = Object.fromEntries(
    plan.fields
      .filter((field) => field.extra?.['describeType'] === 'address')
      .map((field) => [field.name, addressOf(field.name.replace(/Address$/, ''))]),
  );
  const mine = { ...common, ...addresses, ...byType(plan.name, store, clock) };
  return Object.fromEntries(Object.entries(mine).filter(([name]) => plan.fields.some((field) => field.name === name)));
}

function byType(type: string, store: RecordStore, clock: PushableClock): Calculated {
  const fullName: Calculated = {
    Name: ({ values }) => [values['FirstName'], values['LastName']].filter((part) => part).join(' '),
  };
  const activity: Calculated = {
    IsArchived: (record) => isArchived(record, clock.now().slice(0, 10)),
    AccountId: (record) => accountOfActivity(store, record),
  };
  switch (type) {
    case 'Account':
      return { LastActivityDate: (record) => lastActivityOf(store, 'WhatId', record.id) };
    case 'Contact':
    case 'Lead':
      return {
        ...fullName,
        LastActivityDate: (record) => lastActivityOf(store, 'WhoId', record.id),
        IsEmailBounced: ({ values }) => (values['EmailBouncedDate'] ?? null) !== null,
      };
    case 'User':
      return fullName;
    case 'Task':
      return {
        ...activity,
        IsClosed: ({ values }) => isClosedStatus(values['Status'] ?? null),
        IsHighPriority: ({ values }) => values['Priority'] === 'High',
        WhoCount: ({ values }) => (values['WhoId'] ? 1 : 0),
        WhatCount: ({ values }) => (values['WhatId'] ? 1 : 0),
      };
    case 'Event':
      return activity;
    case 'Opportunity':
      return {
        IsClosed: ({ values }) => String(values['StageName']).startsWith('Closed'),
        IsWon: ({ values }) => values['StageName'] === 'Closed Won',
        ExpectedRevenue: ({ values }) =>
          values['Amount'] == null ? null : (Number(values['Amount']) * Number(values['Probability'] ?? 0)) / 100,
        LastActivityDate: (record) => lastActivityOf(store, 'WhatId', record.id),
      };
    case 'Case':
      return { IsClosed: ({ values }) => values['Status'] === 'Closed' };
    default:
      return {};
  }
}

/** The parts of a compound address as one value; null when all of them are empty. Kept as JSON, shown as an object. */
function addressOf(part: string): (record: StoredRecord) => FieldValue {
  const names = ['City', 'Country', 'GeocodeAccuracy', 'Latitude', 'Longitude', 'PostalCode', 'State', 'Street'];
  return ({ values }) => {
    const told = names.map((name) => [`${name[0]?.toLowerCase()}${name.slice(1)}`, values[part + name] ?? null]);
    return told.every(([, value]) => value === null) ? null : JSON.stringify(Object.fromEntries(told));
  };
}

function isClosedStatus(status: FieldValue): boolean {
  return taskStatuses.some((one) => one.value === status && one.isClosed);
}

/** Closed a year ago or more, by the due date or, without one, by the birth (Archived Activities, v67). */
export function isArchived(record: StoredRecord, today: string): boolean {
  if (record.isArchived) return true;
  if (record.type !== 'Task' && record.type !== 'Event') return false;
  // Archiving is done at night: recordings show old events in queries on the day they were made.
  if (record.stampedAt.slice(0, 10) >= today) return false;
  const isOver = record.type === 'Event' || isClosedStatus(record.values['Status'] ?? null);
  const day =
    record.type === 'Task'
      ? (record.values['ActivityDate'] ?? record.createdAt)
      : (record.values['EndDateTime'] ?? record.values['ActivityDateTime'] ?? record.createdAt);
  return isOver && String(day).slice(0, 10) <= plusDays(today, -365);
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

const dayOf = (task: StoredRecord) => String(task.values['ActivityDate'] ?? task.modifiedAt.slice(0, 10));
const lastOf = (tasks: readonly StoredRecord[]): string | null =>
  tasks
    .filter((task) => task.deletedAt === null && isClosedStatus(task.values['Status'] ?? null))
    .map(dayOf)
    .sort()
    .at(-1) ?? null;
function lastActivityOf(store: RecordStore, link: 'WhatId' | 'WhoId', id: string): FieldValue {
  return lastOf(store.findBy('Task', link, id));
}

/**
 * A task that moves the LastActivityDate of its account or contact moves their SystemModstamp too, and nothing else of
 * them (help article 000387261).
 */
export function noteActivity(store: RecordStore, after: StoredRecord, before: StoredRecord | null): void {
  const parents = new Map<string, 'WhatId' | 'WhoId'>();
  for (const task of [after, before])
    for (const link of ['WhatId', 'WhoId'] as const) {
      const id = task?.values[link];
      if (typeof id === 'string') parents.set(id, link);
    }
  for (const [id, link] of parents) {
    const others = store.findBy('Task', link, id).filter((task) => task.id !== after.id);
    const was = before?.values[link] === id ? [...others, before] : others;
    const is = after.values[link] === id ? [...others, after] : others;
    if (lastOf(was) === lastOf(is)) continue;
    const type = id.startsWith('001') ? 'Account' : id.startsWith('003') ? 'Contact' : 'Opportunity';
    if (store.get(type, id) !== null) store.touch(type, id);
  }
}
