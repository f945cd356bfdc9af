// The object types of the pretend portal: their names and numbers, the scopes that guard them, what they answer when
// nobody says which properties. Facts of the vendor's documents and of its recorded answers; no behaviour.

/** One HubSpot object type. */
export interface Kind {
  /** As paths and the store name it: `companies`. */
  readonly name: string;
  readonly singular: string;
  /** As paths may also name it: `0-2`. */
  readonly typeId: string;
  /** As error texts name it: `COMPANY`. */
  readonly legacy: string;
  readonly created: 'createdate' | 'hs_createdate';
  readonly modified: 'lastmodifieddate' | 'hs_lastmodifieddate';
  /** Shown when no `properties` are asked for, besides id and dates. */
  readonly shown: readonly string[];
  /** Stamped by HubSpot on every record made through the API, and repeated in answers to writes. */
  readonly stamped: Readonly<Record<string, string>>;
  /** Of those, what answers to a batch/update leave out (recorded in 2025). */
  readonly notInBatches: readonly string[];
  /** Stamped at birth and shown in that answer alone. */
  readonly born: Readonly<Record<string, string>>;
  readonly readScopes: readonly string[];
  readonly writeScopes: readonly string[];
  readonly schemaWriteScopes: readonly string[];
  /** Surveys can only be read. */
  readonly readOnly: boolean;
  /** May be used as idProperty although no definition says `hasUniqueValue` (contacts: e-mail). */
  readonly alsoUnique: readonly string[];
  /** Without these a create is refused. */
  readonly required: readonly string[];
}

const contactScopes = { readScopes: ['crm.objects.contacts.read'], writeScopes: ['crm.objects.contacts.write'] };

function engagement(name: string, singular: string, typeId: string): Kind {
  return {
    name,
    singular,
    typeId,
    legacy: singular.toUpperCase(),
    created: 'hs_createdate',
    modified: 'hs_lastmodifieddate',
    shown: [],
    stamped: {},
    notInBatches: [],
    born: {},
    // There is no scope for engagements: whoever may see contacts may see these.
    ...contactScopes,
    schemaWriteScopes: [`crm.schemas.${name}.write`, 'crm.schemas.contacts.write'],
    readOnly: false,
    alsoUnique: [],
    required: ['hs_timestamp'],
  };
}

/** The object types in the order of their numbers. */
export const kinds: readonly Kind[] = [
  {
    name: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    legacy: 'CONTACT',
    created: 'createdate',
    modified: 'lastmodifieddate',
    shown: ['email', 'firstname', 'lastname'],
    stamped: {
      hs_is_contact: 'true',
      hs_is_unworked: 'true',
      hs_pipeline: 'contacts-lifecycle-pipeline',
      lifecyclestage: 'lead',
    },
    notInBatches: ['hs_is_contact'],
    born: {
      hs_associated_target_accounts: '0',
      hs_currently_enrolled_in_prospecting_agent: 'false',
      hs_membership_has_accessed_private_content: '0',
      hs_prospecting_agent_actively_enrolled_count: '0',
      hs_prospecting_agent_total_enrolled_count: '0',
      hs_registered_member: '0',
      hs_sequences_actively_enrolled_count: '0',
      num_notes: '0',
    },
    ...contactScopes,
    schemaWriteScopes: ['crm.schemas.contacts.write'],
    readOnly: false,
    alsoUnique: ['email'],
    required: [],
  },
  {
    name: 'companies',
    singular: 'company',
    typeId: '0-2',
    legacy: 'COMPANY',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    shown: ['domain', 'name'],
    stamped: { hs_pipeline: 'companies-lifecycle-pipeline', lifecyclestage: 'lead' },
    notInBatches: [],
    born: {},
    readScopes: ['crm.objects.companies.read'],
    writeScopes: ['crm.objects.companies.write'],
    schemaWriteScopes: ['crm.schemas.companies.write'],
    readOnly: false,
    alsoUnique: [],
    required: [],
  },
  {
    name: 'deals',
    singular: 'deal',
    typeId: '0-3',
    legacy: 'DEAL',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    shown: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
    stamped: {},
    notInBatches: [],
    born: {},
    readScopes: ['crm.objects.deals.read'],
    writeScopes: ['crm.objects.deals.write'],
    schemaWriteScopes: ['crm.schemas.deals.write'],
    readOnly: false,
    alsoUnique: [],
    required: [],
  },
  {
    name: 'tickets',
    singular: 'ticket',
    typeId: '0-5',
    legacy: 'TICKET',
    created: 'createdate',
    modified: 'hs_lastmodifieddate',
    shown: ['content', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_category', 'hs_ticket_priority', 'subject'],
    stamped: {},
    notInBatches: [],
    born: {},
    readScopes: ['tickets'],
    writeScopes: ['tickets'],
    schemaWriteScopes: ['crm.schemas.tickets.write', 'tickets'],
    readOnly: false,
    alsoUnique: [],
    required: ['hs_pipeline_stage'],
  },
  {
    name: 'feedback_submissions',
    singular: 'feedback_submission',
    typeId: '0-19',
    legacy: 'FEEDBACK_SUBMISSION',
    created: 'hs_createdate',
    modified: 'hs_lastmodifieddate',
    shown: [],
    stamped: {},
    notInBatches: [],
    born: {},
    readScopes: ['crm.objects.feedback_submissions.read', 'crm.objects.contacts.read'],
    writeScopes: [],
    schemaWriteScopes: ['crm.schemas.contacts.write'],
    readOnly: true,
    alsoUnique: [],
    required: [],
  },
  engagement('tasks', 'task', '0-27'),
  engagement('notes', 'note', '0-46'),
  engagement('meetings', 'meeting', '0-47'),
  engagement('calls', 'call', '0-48'),
  engagement('emails', 'email', '0-49'),
];

const byName = new Map(
  kinds.flatMap((kind) => [kind.name, kind.singular, kind.typeId].map((name) => [name, kind] as const)),
);

/** The object type a path segment means, by plural, singular or number; undefined for a name nobody knows. */
export function kindOf(segment: string): Kind | undefined {
  return byName.get(segment.toLowerCase());
}

/** A type of association in one direction, HubSpot-defined. */
export interface LinkType {
  readonly from: string;
  readonly to: string;
  readonly id: number;
  readonly label: string | null;
  /** The type seen from the other side. */
  readonly inverse: number;
}

// from, to, id, id seen from the other side, label. The unlabelled type of a pair comes first: it is what "default" means.
const pairs: readonly (readonly [string, string, number, number, string | null])[] = [
  ['contacts', 'companies', 279, 280, null],
  ['contacts', 'companies', 1, 2, 'Primary'],
  ['deals', 'companies', 341, 342, null],
  ['deals', 'companies', 5, 6, 'Primary'],
  ['tickets', 'companies', 339, 340, null],
  ['tickets', 'companies', 26, 25, 'Primary'],
  ['deals', 'contacts', 3, 4, null],
  ['tickets', 'contacts', 16, 15, null],
  ['deals', 'tickets', 27, 28, null],
  ['companies', 'companies', 450, 450, null],
  ['companies', 'companies', 13, 14, 'Child Company'],
  ['contacts', 'contacts', 449, 449, null],
  ['feedback_submissions', 'contacts', 98, 97, null],
  ['feedback_submissions', 'companies', 928, 927, null],
  ['feedback_submissions', 'tickets', 100, 99, null],
  ['calls', 'companies', 182, 181, null],
  ['calls', 'contacts', 194, 193, null],
  ['calls', 'deals', 206, 205, null],
  ['calls', 'tickets', 220, 219, null],
  ['emails', 'companies', 186, 185, null],
  ['emails', 'contacts', 198, 197, null],
  ['emails', 'deals', 210, 209, null],
  ['emails', 'tickets', 224, 223, null],
  ['meetings', 'companies', 188, 187, null],
  ['meetings', 'contacts', 200, 199, null],
  ['meetings', 'deals', 212, 211, null],
  ['meetings', 'tickets', 226, 225, null],
  ['notes', 'companies', 190, 189, null],
  ['notes', 'contacts', 202, 201, null],
  ['notes', 'deals', 214, 213, null],
  ['notes', 'tickets', 228, 227, null],
  ['tasks', 'companies', 192, 191, null],
  ['tasks', 'contacts', 204, 203, null],
  ['tasks', 'deals', 216, 215, null],
  ['tasks', 'tickets', 230, 229, null],
];

/** All HubSpot-defined association types in both directions. */
export const linkTypes: readonly LinkType[] = pairs.flatMap(([from, to, id, inverse, label]) => {
  const there: LinkType = { from, to, id, label, inverse };
  if (id === inverse) return [there];
  const back = from === to && label !== null ? 'Parent Company' : label;
  return [there, { from: to, to: from, id: inverse, label: back, inverse: id }];
});

/** The type that "default" means between two object types; undefined where they cannot be linked. */
export function defaultLink(from: string, to: string): LinkType | undefined {
  return linkTypes.find((type) => type.from === from && type.to === to);
}
