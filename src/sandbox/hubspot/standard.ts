// The properties and groups that every portal has before anybody adds one: those a customer-success connector may
// meet, with the types and flags that recorded answers show. Data and the few words to write it down briefly.

import type { Property, PropertyOption } from './values.ts';

/** When HubSpot's own definitions were made; far enough in the past to be before any seed. */
const since = '2019-08-06T02:41:08.204Z';

type Flags = Partial<Property>;

function options(...values: readonly (string | readonly [string, string])[]): PropertyOption[] {
  return values.map((given, at) => {
    const [value, label] = typeof given === 'string' ? [given, given] : given;
    return { label, value, displayOrder: at, hidden: false };
  });
}

function property(name: string, label: string, type: string, fieldType: string, flags: Flags = {}): Property {
  return {
    name,
    label,
    type,
    fieldType,
    description: '',
    groupName: '',
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    hubspotDefined: true,
    formField: false,
    readOnlyDefinition: true,
    readOnlyValue: false,
    createdAt: since,
    updatedAt: since,
    archivedAt: null,
    ...flags,
  };
}
const text = (name: string, label: string, flags?: Flags) => property(name, label, 'string', 'text', flags);
const area = (name: string, label: string, flags?: Flags) => property(name, label, 'string', 'textarea', flags);
const html = (name: string, label: string, flags?: Flags) => property(name, label, 'string', 'html', flags);
const number = (name: string, label: string, flags?: Flags) => property(name, label, 'number', 'number', flags);
const instant = (name: string, label: string, flags?: Flags) => property(name, label, 'datetime', 'date', flags);
const choice = (name: string, label: string, list: PropertyOption[], flags?: Flags) =>
  property(name, label, 'enumeration', 'select', { options: list, ...flags });
const flag = (name: string, label: string, flags?: Flags) =>
  property(name, label, 'bool', 'booleancheckbox', {
    options: options(['true', 'True'], ['false', 'False']),
    ...flags,
  });

const calculated: Flags = { readOnlyValue: true };
const equation: Flags = { fieldType: 'calculation_equation' };
const rollup: Flags = { ...calculated, hidden: true, fieldType: 'calculation_rollup' };
const owner = property('hubspot_owner_id', 'Owner', 'enumeration', 'select', {
  externalOptions: true,
  referencedObjectType: 'OWNER',
  description: 'The owner of the record: any user of the portal, set by hand, by a workflow or by an integration.',
});
/** On every object type, whatever else it has. */
const everywhere = (createdName: string, modifiedName: string): Property[] => [
  instant(createdName, 'Create date', calculated),
  instant(modifiedName, 'Last modified date', calculated),
  number('hs_object_id', 'Record ID', calculated),
  text('hs_object_source', 'Record creation source', { ...calculated, hidden: true }),
  text('hs_object_source_id', 'Record creation source ID', { ...calculated, hidden: true }),
  choice('hs_object_source_label', 'Record source', [], { ...calculated, externalOptions: true }),
  property('hs_merged_object_ids', 'Merged record IDs', 'enumeration', 'checkbox', calculated),
  owner,
];
const lifecycle = choice(
  'lifecyclestage',
  'Lifecycle Stage',
  options(
    ['subscriber', 'Subscriber'],
    ['lead', 'Lead'],
    ['marketingqualifiedlead', 'Marketing Qualified Lead'],
    ['salesqualifiedlead', 'Sales Qualified Lead'],
    ['opportunity', 'Opportunity'],
    ['customer', 'Customer'],
    ['evangelist', 'Evangelist'],
    ['other', 'Other'],
  ),
  { fieldType: 'radio', externalOptions: true, formField: true },
);
const pipelineOf = (name: string, label: string, flags?: Flags) =>
  choice(name, label, [], { externalOptions: true, ...flags });

const engagement = (...more: Property[]): Property[] => [
  ...everywhere('hs_createdate', 'hs_lastmodifieddate'),
  instant('hs_timestamp', 'Activity date'),
  ...more,
];

/** The group that HubSpot's own properties of a type stand in. */
export const mainGroups: Readonly<Record<string, { readonly name: string; readonly label: string }>> = {
  contacts: { name: 'contactinformation', label: 'Contact information' },
  companies: { name: 'companyinformation', label: 'Company information' },
  deals: { name: 'dealinformation', label: 'Deal information' },
  tickets: { name: 'ticketinformation', label: 'Ticket information' },
  feedback_submissions: { name: 'feedback_submission_information', label: 'Feedback submission information' },
  tasks: { name: 'task', label: 'Task information' },
  notes: { name: 'note', label: 'Note information' },
  meetings: { name: 'meeting', label: 'Meeting information' },
  calls: { name: 'call', label: 'Call information' },
  emails: { name: 'email', label: 'Email information' },
};

const byKind: Readonly<Record<string, readonly Property[]>> = {
  contacts: [
    ...everywhere('createdate', 'lastmodifieddate'),
    text('email', 'Email', { formField: true }),
    text('firstname', 'First Name', { formField: true }),
    text('lastname', 'Last Name', { formField: true }),
    text('phone', 'Phone Number', { fieldType: 'phonenumber', formField: true }),
    text('jobtitle', 'Job Title', { formField: true }),
    text('company', 'Company Name', { formField: true }),
    text('website', 'Website URL', { formField: true }),
    text('hs_email_domain', 'Email Domain', { ...calculated, calculated: true }),
    choice('hs_all_contact_vids', 'All vids for a contact', [], { ...calculated, calculated: true, hidden: true }),
    flag('hs_is_contact', 'Is a contact', {
      ...calculated,
      calculated: true,
      hidden: true,
      fieldType: 'calculation_read_time',
    }),
    flag('hs_is_unworked', 'Contact unworked', { ...calculated, fieldType: 'calculation_equation' }),
    pipelineOf('hs_pipeline', 'Pipeline', { hidden: true }),
    text('hs_unique_creation_key', 'Unique creation key', { ...calculated, hidden: true, hasUniqueValue: true }),
    number('num_notes', 'Number of Sales Activities', calculated),
    instant('notes_last_contacted', 'Last Contacted', calculated),
    lifecycle,
    text('hs_full_name_or_email', 'Full name or email', { ...calculated, calculated: true, ...equation }),
    instant('hs_lifecyclestage_lead_date', 'Became a Lead Date', { ...calculated, hidden: true }),
    number('hs_associated_target_accounts', 'Associated Target Accounts', { ...rollup, readOnlyDefinition: false }),
    flag('hs_currently_enrolled_in_prospecting_agent', 'Currently Enrolled in Prospecting Agent', {
      ...calculated,
      ...equation,
      calculated: true,
    }),
    number('hs_membership_has_accessed_private_content', 'Member has accessed private content', {
      ...calculated,
      ...equation,
      calculated: true,
    }),
    number('hs_prospecting_agent_actively_enrolled_count', 'Prospecting Agent Actively Enrolled Count', rollup),
    number('hs_prospecting_agent_total_enrolled_count', 'Prospecting Agent Total Enrolled Count', rollup),
    number('hs_registered_member', 'Registered member', { ...calculated, ...equation, calculated: true }),
    number('hs_sequences_actively_enrolled_count', 'Number of sequences actively enrolled', {
      ...calculated,
      hidden: true,
    }),
  ],
  companies: [
    ...everywhere('createdate', 'hs_lastmodifieddate'),
    text('name', 'Company name', { formField: true }),
    text('domain', 'Company Domain Name', { formField: true }),
    text('website', 'Website URL', { formField: true }),
    text('phone', 'Phone Number', { fieldType: 'phonenumber', formField: true }),
    text('city', 'City', { formField: true }),
    text('country', 'Country/Region', { formField: true }),
    text('industry', 'Industry', { formField: true }),
    area('description', 'Description', { formField: true }),
    number('annualrevenue', 'Annual Revenue', { showCurrencySymbol: true }),
    number('numberofemployees', 'Number of Employees'),
    pipelineOf('hs_pipeline', 'Pipeline', { hidden: true }),
    text('hs_unique_creation_key', 'Unique creation key', { ...calculated, hidden: true, hasUniqueValue: true }),
    number('num_notes', 'Number of Sales Activities', calculated),
    instant('notes_last_contacted', 'Last Contacted', calculated),
    instant('hs_last_sales_activity_date', 'Last Activity', calculated),
    lifecycle,
  ],
  deals: [
    ...everywhere('createdate', 'hs_lastmodifieddate'),
    text('dealname', 'Deal Name'),
    number('amount', 'Amount', { showCurrencySymbol: true }),
    instant('closedate', 'Close Date'),
    pipelineOf('pipeline', 'Pipeline'),
    pipelineOf('dealstage', 'Deal Stage', { fieldType: 'radio' }),
    choice(
      'dealtype',
      'Deal Type',
      options(['newbusiness', 'New Business'], ['existingbusiness', 'Existing Business']),
      {
        fieldType: 'radio',
        readOnlyDefinition: false,
      },
    ),
    area('description', 'Deal Description'),
  ],
  tickets: [
    ...everywhere('createdate', 'hs_lastmodifieddate'),
    text('subject', 'Ticket name'),
    area('content', 'Ticket description'),
    pipelineOf('hs_pipeline', 'Pipeline'),
    pipelineOf('hs_pipeline_stage', 'Ticket status'),
    choice(
      'hs_ticket_category',
      'Category',
      options('PRODUCT_ISSUE', 'BILLING_ISSUE', 'FEATURE_REQUEST', 'GENERAL_INQUIRY'),
      {
        fieldType: 'checkbox',
        readOnlyDefinition: false,
      },
    ),
    choice('hs_ticket_priority', 'Priority', options('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
    instant('closed_date', 'Close date', calculated),
  ],
  feedback_submissions: [
    ...everywhere('hs_createdate', 'hs_lastmodifieddate'),
    text('hs_submission_name', 'Submission name', calculated),
    text('hs_survey_name', 'Survey name', calculated),
    choice('hs_survey_type', 'Survey type', options('NPS', 'CES', 'CSAT', 'CUSTOM'), calculated),
    choice('hs_survey_channel', 'Survey channel', options('EMAIL', 'WEB', 'CHAT', 'LINK'), calculated),
    choice('hs_sentiment', 'Sentiment', options('PROMOTER', 'PASSIVE', 'DETRACTOR'), calculated),
    number('hs_value', 'Rating', calculated),
    area('hs_content', 'Response', calculated),
    instant('hs_submission_timestamp', 'Submission date', calculated),
  ],
  tasks: engagement(
    text('hs_task_subject', 'Task Title'),
    html('hs_task_body', 'Task Notes'),
    choice('hs_task_status', 'Task Status', options('COMPLETED', 'DEFERRED', 'IN_PROGRESS', 'NOT_STARTED', 'WAITING')),
    choice('hs_task_priority', 'Priority', options('NONE', 'LOW', 'MEDIUM', 'HIGH')),
    choice('hs_task_type', 'Task Type', options('EMAIL', 'CALL', 'TODO', 'LINKED_IN_CONNECT', 'LINKED_IN_MESSAGE')),
    text('hs_task_reminders', 'Task Reminders'),
    instant('hs_task_completion_date', 'Completed at', calculated),
    flag('hs_task_is_completed', 'Is completed', { ...calculated, hidden: true }),
  ),
  notes: engagement(
    html('hs_note_body', 'Note body'),
    text('hs_attachment_ids', 'Attached file IDs'),
    text('hs_unique_creation_key', 'Unique creation key', { ...calculated, hidden: true, hasUniqueValue: true }),
  ),
  meetings: engagement(
    text('hs_meeting_title', 'Meeting name'),
    html('hs_meeting_body', 'Meeting description'),
    instant('hs_meeting_start_time', 'Meeting start time'),
    instant('hs_meeting_end_time', 'Meeting end time'),
    choice(
      'hs_meeting_outcome',
      'Meeting outcome',
      options('SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED'),
    ),
    text('hs_meeting_location', 'Meeting location'),
  ),
  calls: engagement(
    text('hs_call_title', 'Call Title'),
    html('hs_call_body', 'Call notes'),
    choice('hs_call_direction', 'Call direction', options('INBOUND', 'OUTBOUND')),
    number('hs_call_duration', 'Call duration'),
    choice('hs_call_status', 'Call status', options('COMPLETED', 'BUSY', 'NO_ANSWER', 'FAILED', 'QUEUED')),
  ),
  emails: engagement(
    text('hs_email_subject', 'Email subject'),
    html('hs_email_text', 'Email body'),
    choice('hs_email_direction', 'Email direction', options('EMAIL', 'INCOMING_EMAIL', 'FORWARDED_EMAIL')),
    choice('hs_email_status', 'Email send status', options('SENT', 'SENDING', 'SCHEDULED', 'BOUNCED', 'FAILED')),
  ),
};

/** HubSpot's own properties of an object type, each in the type's main group. */
export function standardProperties(kind: string): Property[] {
  const groupName = mainGroups[kind]?.name ?? 'information';
  return (byKind[kind] ?? []).map((one) => ({ ...one, groupName }));
}
