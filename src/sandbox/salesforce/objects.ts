// The standard objects of the pretend org, with as many of their real fields as a health connector could meet. Names,
// types, lengths and relationships follow the published object reference; there are no custom fields at the start.

import type { FieldDefinition, FieldKind } from '../fields.ts';

export interface ObjectPlan {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  /** First three characters of its ids. */
  readonly prefix: string;
  readonly fields: readonly FieldDefinition[];
  /** False: cannot be written through the API (picklist tables, the organization). */
  readonly isWritable?: boolean;
  /** How a parent's query names its children of this type: child relationship → reference field. */
  readonly children?: Readonly<Record<string, string>>;
}

type More = Partial<FieldDefinition>;
const make = (kind: FieldKind, name: string, more: More = {}): FieldDefinition => ({
  name,
  label: more.label ?? name.replace(/Id$/, ' ID').replace(/([a-z])([A-Z])/g, '$1 $2'),
  kind,
  ...more,
});
const text = (name: string, length = 255, more: More = {}) => make('text', name, { length, ...more });
const long = (name: string, length = 32000) => make('long_text', name, { length });
const number = (name: string, precision: number, scale: number, more: More = {}) =>
  make('number', name, { precision, scale, ...more });
const yesNo = (name: string, more: More = {}) => make('boolean', name, more);
const day = (name: string, more: More = {}) => make('date', name, more);
const instant = (name: string, more: More = {}) => make('datetime', name, more);
const option = (name: string, values: readonly string[], more: More = {}) =>
  make('option', name, {
    length: 40,
    options: values.map((value) => ({ value, label: value, isDefault: value === more.defaultValue })),
    ...more,
  });
const lookup = (name: string, referenceTo: readonly string[], more: More = {}) =>
  make('reference', name, { referenceTo, relationship: name.replace(/Id$/, ''), length: 18, ...more });
const own = (name: string, length: number) => text(name, length, { readOnly: true });

const systemFields: readonly FieldDefinition[] = [
  make('id', 'Id', { readOnly: true, length: 18, label: 'Record ID' }),
  yesNo('IsDeleted', { readOnly: true, label: 'Deleted' }),
];
const stampFields: readonly FieldDefinition[] = [
  instant('CreatedDate', { readOnly: true }),
  lookup('CreatedById', ['User'], { readOnly: true }),
  instant('LastModifiedDate', { readOnly: true }),
  lookup('LastModifiedById', ['User'], { readOnly: true }),
  instant('SystemModstamp', { readOnly: true }),
];
const address = (kind: 'Billing' | 'Mailing') => [
  text(`${kind}Street`, 255, { extra: { describeType: 'textarea' } }),
  text(`${kind}City`, 40),
  text(`${kind}PostalCode`, 20),
  text(`${kind}Country`, 80),
];
const masterRecord = (of: string) => lookup('MasterRecordId', [of], { readOnly: true });
const owner = lookup('OwnerId', ['User']);

export const industries = [
  'Education',
  'Energy',
  'Finance',
  'Food',
  'Healthcare',
  'Hospitality',
  'Insurance',
  'Logistics',
];
export const taskStatuses = [
  { value: 'Not Started', isClosed: false, isDefault: true },
  { value: 'In Progress', isClosed: false, isDefault: false },
  { value: 'Completed', isClosed: true, isDefault: false },
  { value: 'Waiting on someone else', isClosed: false, isDefault: false },
  { value: 'Deferred', isClosed: false, isDefault: false },
] as const;
export const taskPriorities = [
  { value: 'High', isHighPriority: true, isDefault: false },
  { value: 'Normal', isHighPriority: false, isDefault: true },
  { value: 'Low', isHighPriority: false, isDefault: false },
] as const;

const activity = (): FieldDefinition[] => [
  lookup('WhoId', ['Contact', 'Lead'], { label: 'Name ID' }),
  lookup('WhatId', ['Account', 'Opportunity', 'Case'], { label: 'Related To ID' }),
  text('Subject', 255, { extra: { describeType: 'combobox' } }),
  day('ActivityDate', { label: 'Due Date Only' }),
  lookup('OwnerId', ['User', 'Group'], { label: 'Assigned To ID' }),
  long('Description'),
  lookup('AccountId', ['Account'], { readOnly: true }),
  yesNo('IsArchived', { readOnly: true }),
];

export const objectPlans: readonly ObjectPlan[] = [
  {
    name: 'Account',
    label: 'Account',
    plural: 'Accounts',
    prefix: '001',
    children: { ChildAccounts: 'ParentId' },
    fields: [
      ...systemFields,
      masterRecord('Account'),
      text('Name', 255, { required: true, label: 'Account Name' }),
      option('Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Other'], { label: 'Account Type' }),
      lookup('ParentId', ['Account'], { label: 'Parent Account ID' }),
      ...address('Billing'),
      make('phone', 'Phone', { length: 40, label: 'Account Phone' }),
      text('AccountNumber', 40, { indexed: true }),
      make('url', 'Website', { length: 255 }),
      option('Industry', industries),
      number('AnnualRevenue', 18, 0),
      number('NumberOfEmployees', 8, 0, { label: 'Employees' }),
      long('Description'),
      owner,
      ...stampFields,
      day('LastActivityDate', { readOnly: true, label: 'Last Activity' }),
    ],
  },
  {
    name: 'Contact',
    label: 'Contact',
    plural: 'Contacts',
    prefix: '003',
    children: { Contacts: 'AccountId' },
    fields: [
      ...systemFields,
      masterRecord('Contact'),
      lookup('AccountId', ['Account']),
      text('LastName', 80, { required: true }),
      text('FirstName', 40),
      option('Salutation', ['Mr.', 'Ms.', 'Dr.']),
      own('Name', 121),
      ...address('Mailing'),
      make('phone', 'Phone', { length: 40, label: 'Business Phone' }),
      make('phone', 'MobilePhone', { length: 40 }),
      make('email', 'Email', { length: 80, indexed: true }),
      text('Title', 128),
      text('Department', 80),
      long('Description'),
      owner,
      yesNo('HasOptedOutOfEmail', { label: 'Email Opt Out' }),
      ...stampFields,
      day('LastActivityDate', { readOnly: true, label: 'Last Activity' }),
    ],
  },
  {
    name: 'Lead',
    label: 'Lead',
    plural: 'Leads',
    prefix: '00Q',
    fields: [
      ...systemFields,
      text('LastName', 80, { required: true }),
      text('FirstName', 40),
      own('Name', 121),
      text('Company', 255, { required: true }),
      make('email', 'Email', { length: 80, indexed: true }),
      option('Status', ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted'], {
        required: true,
        defaultValue: 'Open - Not Contacted',
      }),
      lookup('OwnerId', ['Group', 'User']),
      ...stampFields,
    ],
  },
  {
    name: 'Opportunity',
    label: 'Opportunity',
    plural: 'Opportunities',
    prefix: '006',
    children: { Opportunities: 'AccountId' },
    fields: [
      ...systemFields,
      lookup('AccountId', ['Account']),
      text('Name', 120, { required: true, label: 'Name' }),
      long('Description'),
      option('StageName', ['Prospecting', 'Proposal/Price Quote', 'Closed Won', 'Closed Lost'], {
        required: true,
        length: 255,
        label: 'Stage',
      }),
      number('Amount', 18, 2),
      number('Probability', 3, 0, { label: 'Probability (%)', extra: { describeType: 'percent' } }),
      day('CloseDate', { required: true }),
      option('Type', ['Existing Customer - Upgrade', 'Existing Customer - Renewal', 'New Customer'], {
        length: 255,
        label: 'Opportunity Type',
      }),
      yesNo('IsClosed', { readOnly: true, label: 'Closed' }),
      yesNo('IsWon', { readOnly: true, label: 'Won' }),
      lookup('ContactId', ['Contact'], { createOnly: true }),
      owner,
      ...stampFields,
    ],
  },
  {
    name: 'Case',
    label: 'Case',
    plural: 'Cases',
    prefix: '500',
    children: { Cases: 'AccountId' },
    fields: [
      ...systemFields,
      masterRecord('Case'),
      own('CaseNumber', 30),
      lookup('ContactId', ['Contact']),
      lookup('AccountId', ['Account']),
      text('Subject'),
      option('Type', ['Question', 'Problem', 'Complaint', 'Other'], { label: 'Case Type' }),
      option('Status', ['New', 'Working', 'Escalated', 'Closed'], { defaultValue: 'New' }),
      option('Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
      yesNo('IsClosed', { readOnly: true, label: 'Closed' }),
      instant('ClosedDate', { readOnly: true }),
      yesNo('IsEscalated', { label: 'Escalated' }),
      long('Description'),
      lookup('OwnerId', ['Group', 'User']),
      ...stampFields,
    ],
  },
  {
    name: 'Task',
    label: 'Task',
    plural: 'Tasks',
    prefix: '00T',
    children: { Tasks: 'WhatId' },
    fields: [
      ...systemFields,
      ...activity(),
      option(
        'Status',
        taskStatuses.map((status) => status.value),
        { required: true, defaultValue: 'Not Started' },
      ),
      option(
        'Priority',
        taskPriorities.map((priority) => priority.value),
        { required: true, defaultValue: 'Normal' },
      ),
      yesNo('IsHighPriority', { readOnly: true, label: 'High Priority' }),
      yesNo('IsClosed', { readOnly: true, label: 'Closed' }),
      option('TaskSubtype', ['Task', 'Email', 'List Email', 'Cadence', 'Call', 'LinkedIn'], {
        createOnly: true,
        restricted: true,
        defaultValue: 'Task',
      }),
      yesNo('IsReminderSet', { label: 'Reminder Set' }),
      instant('ReminderDateTime', { label: 'Reminder Date/Time' }),
      instant('CompletedDateTime', { readOnly: true, label: 'Completed Date' }),
      number('WhoCount', 9, 0, { readOnly: true }),
      number('WhatCount', 9, 0, { readOnly: true }),
      ...stampFields,
    ],
  },
  {
    name: 'Event',
    label: 'Event',
    plural: 'Events',
    prefix: '00U',
    children: { Events: 'WhatId' },
    fields: [
      ...systemFields,
      ...activity(),
      instant('ActivityDateTime', { label: 'Due Date Time' }),
      number('DurationInMinutes', 8, 0, { label: 'Duration' }),
      ...stampFields,
    ],
  },
  {
    name: 'User',
    label: 'User',
    plural: 'Users',
    prefix: '005',
    fields: [
      make('id', 'Id', { readOnly: true, length: 18, label: 'User ID' }),
      text('Username', 80, { required: true, unique: 'ignore_case' }),
      text('LastName', 80, { required: true }),
      text('FirstName', 40),
      own('Name', 121),
      make('email', 'Email', { length: 128, required: true }),
      text('Alias', 8),
      text('Title', 80),
      yesNo('IsActive', { label: 'Active', defaultValue: true }),
      text('TimeZoneSidKey', 40),
      text('LocaleSidKey', 40),
      text('LanguageLocaleKey', 40),
      option('UserType', ['Standard', 'Guest'], { readOnly: true, defaultValue: 'Standard' }),
      lookup('ProfileId', ['Profile']),
      lookup('ManagerId', ['User']),
      ...stampFields,
    ],
  },
  {
    name: 'Profile',
    label: 'Profile',
    plural: 'Profiles',
    prefix: '00e',
    fields: [...systemFields.slice(0, 1), text('Name'), ...stampFields],
  },
  {
    name: 'Group',
    label: 'Group',
    plural: 'Groups',
    prefix: '00G',
    fields: [
      ...systemFields.slice(0, 1),
      text('Name', 40, { required: true }),
      text('DeveloperName', 80),
      option('Type', ['Regular', 'Queue', 'Role']),
      ...stampFields,
    ],
  },
  {
    name: 'QueueSobject',
    label: 'Queue Sobject',
    plural: 'Queue Sobjects',
    prefix: '03g',
    fields: [...systemFields.slice(0, 1), lookup('QueueId', ['Group']), text('SobjectType', 40)],
  },
  {
    name: 'Organization',
    label: 'Organization',
    plural: 'Organizations',
    prefix: '00D',
    isWritable: false,
    fields: [
      ...systemFields.slice(0, 1),
      text('Name', 80),
      option('OrganizationType', ['Developer Edition', 'Enterprise Edition']),
      yesNo('IsSandbox'),
      text('InstanceName', 5),
      text('NamespacePrefix', 15),
      text('LanguageLocaleKey', 40),
      text('TimeZoneSidKey', 40),
      instant('TrialExpirationDate'),
      ...stampFields,
    ],
  },
  {
    name: 'TaskStatus',
    label: 'Task Status Value',
    plural: 'Task Status Values',
    prefix: '01J',
    isWritable: false,
    fields: [
      ...systemFields.slice(0, 1),
      text('MasterLabel'),
      text('ApiName'),
      number('SortOrder', 9, 0),
      yesNo('IsDefault'),
      yesNo('IsClosed'),
      ...stampFields,
    ],
  },
  {
    name: 'TaskPriority',
    label: 'Task Priority Value',
    plural: 'Task Priority Values',
    prefix: '01K',
    isWritable: false,
    fields: [
      ...systemFields.slice(0, 1),
      text('MasterLabel'),
      text('ApiName'),
      number('SortOrder', 9, 0),
      yesNo('IsDefault'),
      yesNo('IsHighPriority'),
      ...stampFields,
    ],
  },
  {
    name: 'PermissionSet',
    label: 'Permission Set',
    plural: 'Permission Sets',
    prefix: '0PS',
    fields: [
      ...systemFields.slice(0, 1),
      text('Name', 80, { required: true, unique: 'ignore_case' }),
      text('Label', 80),
      text('Description'),
      yesNo('IsOwnedByProfile', { readOnly: true }),
      yesNo('HasActivationRequired'),
      ...stampFields,
    ],
  },
  {
    name: 'FieldPermissions',
    label: 'Field Permissions',
    plural: 'Field Permissions',
    prefix: '01k',
    fields: [
      ...systemFields.slice(0, 1),
      lookup('ParentId', ['PermissionSet'], { required: true }),
      text('SobjectType', 40, { required: true }),
      text('Field', 240, { required: true }),
      yesNo('PermissionsRead'),
      yesNo('PermissionsEdit'),
      instant('SystemModstamp', { readOnly: true }),
    ],
  },
  {
    name: 'PermissionSetAssignment',
    label: 'Permission Set Assignment',
    plural: 'Permission Set Assignments',
    prefix: '0Pa',
    fields: [
      ...systemFields.slice(0, 1),
      lookup('PermissionSetId', ['PermissionSet'], { required: true }),
      lookup('AssigneeId', ['User'], { required: true }),
      instant('SystemModstamp', { readOnly: true }),
    ],
  },
];
