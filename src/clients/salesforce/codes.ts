// Salesforce's codes, of single records and of whole requests: what each means for what was sent, whether it may pass by
// itself, and what an admin does about it. A list; errors.ts reads it. What is not here is unknown, never "failed". Sources:
// REST developer guide (status codes, collections), SOAP guide (StatusCode), the vendor's help pages.

/** See {@link Fault}. */
export type Fate = 'rejected' | 'ready' | 'unknown' | 'drift' | 'auth' | 'limit';
/**
 * What helps against a definite no that may pass by itself. pause: the same again after a while. smaller: in smaller
 * batches. once: once more, alone. next_run: not today. Without it the same input gets the same no.
 */
export type Patience = 'pause' | 'smaller' | 'once' | 'next_run';

export interface CodeRow {
  readonly fate: Fate;
  readonly why: string;
  readonly fix: string;
  /** True where the vendor's message repeats the value that was sent. */
  readonly quotesValue?: true;
  readonly patience?: Patience;
}
const row = (fate: Fate, why: string, fix: string, patience?: Patience): CodeRow =>
  patience === undefined ? { fate, why, fix } : { fate, why, fix, patience };
const permission =
  'Grant the field in a permission set of the integration user (Setup > Permission Sets > Kenko Sync > Object Settings), or run:\n  kenko setup';
const schema = 'Compare mappings/salesforce.yaml with Object Manager; missing fields are made by:\n  kenko setup';
const dataProblem = 'Correct the record in Salesforce, then:\n  kenko retry --rejected';
const ours = 'This should not happen; please report it with the run id.';
const hidden = (line: CodeRow): CodeRow => ({ ...line, quotesValue: true });

/** Codes of single records and of whole requests. What is not here is unknown. */
export const codes: Readonly<Record<string, CodeRow>> = {
  // Ours, for a certificate that nobody known has signed: to ask again would not make it better.
  UNTRUSTED_SERVER: row(
    'auth',
    'Its certificate was not accepted, so no token was sent.',
    'Give the company certificate by NODE_EXTRA_CA_CERTS, and check login_url.',
  ),
  INVALID_SESSION_ID: row('auth', 'The session ended and a new one was refused.', 'Check the connection.'),
  INVALID_AUTH_HEADER: row('auth', 'The session was not understood.', 'Check the access token.'),
  API_DISABLED_FOR_ORG: row(
    'auth',
    'The user or the edition has no API access.',
    'Grant "API Enabled" to the integration user in its permission set.',
  ),
  API_CURRENTLY_DISABLED: row('auth', 'The API is switched off for this org.', 'Ask Salesforce support.'),
  INSUFFICIENT_SCOPE: row(
    'auth',
    'The app may not use the API.',
    'Add the OAuth scope "Manage user data via APIs (api)" to the External Client App.',
  ),
  REQUEST_LIMIT_EXCEEDED: row(
    'limit',
    'The API calls of the org are used up, or too many long calls run at once.',
    'The next run goes on by itself; see Setup > Company Information > API Requests, Last 24 Hours.',
  ),
  UNABLE_TO_LOCK_ROW: row(
    'ready',
    'Somebody else is changing the record or its parent.',
    'Nothing to do: the next run tries again. If it repeats, look for a job that runs at the same hour.',
    'pause',
  ),
  ENTITY_IS_LOCKED: row(
    'ready',
    'The record is locked, as a rule by an approval.',
    'End the approval; the next run tries again by itself.',
    'next_run',
  ),
  REQUEST_RUNNING_TOO_LONG: row(
    'unknown',
    'Salesforce gave up on a request after ten minutes; part of it may be done.',
    'Nothing to do: it is read back before anything is sent again. Look for slow automations on the object.',
  ),
  QUERY_TIMEOUT: row('ready', 'The query took too long.', 'It is tried again.'),
  SERVER_UNAVAILABLE: row('ready', 'Salesforce is away for a moment.', 'It is tried again.'),
  TOO_MANY_APEX_REQUESTS: row(
    'ready',
    'Apex of the org is at its limit.',
    'It was tried in ever smaller batches; the next run tries again. Show the text to the owner of the code.',
    'smaller',
  ),
  LIMIT_EXCEEDED: row(
    'ready',
    'Apex of the org is at its limit.',
    'It was tried in ever smaller batches; the next run tries again. Show the text to the owner of the code.',
    'smaller',
  ),
  ALL_OR_NONE_OPERATION_ROLLED_BACK: row('ready', 'Another record of the batch was refused.', 'It is tried again.'),
  PROCESSING_HALTED: row('ready', 'Salesforce stopped before it came to this record.', 'It is tried again.'),
  INVALID_FIELD: row(
    'drift',
    'Salesforce says "no such column" both when a field is missing and when the user may not see it.',
    `${schema}\n${permission}`,
  ),
  INVALID_FIELD_FOR_INSERT_UPDATE: row('drift', 'The field is read-only for the integration user.', permission),
  INVALID_TYPE: row('drift', 'The object does not exist, or the user may not see it.', schema),
  NOT_FOUND: row('drift', 'The object or address does not exist for this user.', schema),
  INSUFFICIENT_ACCESS: row('drift', 'The user may not do this.', permission),
  GONE: row('drift', 'This API version is retired.', 'Set a newer connection.api_version in mappings/salesforce.yaml.'),
  UNSUPPORTED_API_VERSION: row(
    'drift',
    'This API version is retired.',
    'Set a newer connection.api_version in mappings/salesforce.yaml.',
  ),
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: hidden(
    row('rejected', 'The picklist is restricted and does not know the value.', `Add the value:\n  kenko setup`),
  ),
  FIELD_CUSTOM_VALIDATION_EXCEPTION: row(
    'rejected',
    'A validation rule of the org refuses it.',
    `Let the rule pass for the integration user (custom permission Kenko_Bypass), or mend the record. Then:\n  kenko retry --rejected`,
  ),
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: row(
    'rejected',
    'A trigger of the org failed, twice.',
    'Show the text to the owner of the trigger, then:\n  kenko retry --rejected',
    'once',
  ),
  CANNOT_EXECUTE_FLOW_TRIGGER: row(
    'rejected',
    'A flow of the org failed, twice.',
    'Show the text to the owner of the flow, then:\n  kenko retry --rejected',
    'once',
  ),
  APEX_ERROR: row(
    'rejected',
    'Apex of the org failed, twice.',
    'Show the text to its owner, then:\n  kenko retry --rejected',
    'once',
  ),
  STRING_TOO_LONG: hidden(row('rejected', 'The text is longer than the field.', `Lengthen the field. ${schema}`)),
  NUMBER_OUTSIDE_VALID_RANGE: hidden(row('rejected', 'The number has more digits than the field.', schema)),
  INVALID_TYPE_ON_FIELD_IN_RECORD: hidden(row('rejected', 'The value does not fit the type of the field.', schema)),
  JSON_PARSER_ERROR: hidden(row('rejected', 'The request was not understood.', schema)),
  REQUIRED_FIELD_MISSING: row('rejected', 'A required field of the org is empty.', dataProblem),
  DUPLICATE_VALUE: row('rejected', 'Another record holds this unique value.', dataProblem),
  DUPLICATES_DETECTED: row('rejected', 'A duplicate rule refuses it.', 'Let the rule allow saving with an alert.'),
  DUPLICATE_EXTERNAL_ID: row('rejected', 'Several records hold this external id.', dataProblem),
  ENTITY_IS_DELETED: row('rejected', 'The record was deleted or merged.', 'The next run follows the merge.'),
  INVALID_CROSS_REFERENCE_KEY: row(
    'rejected',
    'The record is gone, or the integration user may not see it.',
    'Check that it exists and is shared with the integration user.',
  ),
  MALFORMED_ID: row('rejected', 'The id is none of this object.', 'Check the ids in mappings/identity.yaml.'),
  INVALID_ID_FIELD: row('rejected', 'The id is none of this object.', 'Check the ids in mappings/identity.yaml.'),
  INSUFFICIENT_ACCESS_OR_READONLY: row(
    'rejected',
    'The record is not shared with the integration user for editing.',
    'Share it, or give the user edit access to the object.',
  ),
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: row(
    'rejected',
    'The user may not touch a record that this one points to.',
    'Share the account with the integration user.',
  ),
  INACTIVE_OWNER_OR_USER: row(
    'rejected',
    'The owner is inactive.',
    'Give the record an active owner, or grant "Update Records with Inactive Owners" to the integration user.',
  ),
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: row('rejected', 'This kind of user cannot own it.', 'Choose another owner.'),
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD: row('auth', 'The password of the user expired.', 'Set a new one.'),
  STORAGE_LIMIT_EXCEEDED: row(
    'ready',
    'The data storage of the org is full, so that nothing new can be made.',
    'Free storage (Setup > Storage Usage); scores are written all the same, and the next run makes the tasks.',
    'next_run',
  ),
  MISSING_ARGUMENT: row('rejected', 'The request was incomplete.', ours),
  INVALID_ARGUMENT_TYPE: row('rejected', 'The request was not understood.', ours),
  EXCEEDED_ID_LIMIT: row('rejected', 'More records than a request may hold.', ours),
  INVALID_QUERY_LOCATOR: row(
    'rejected',
    'The pages of a query are kept for two days.',
    'The next run goes on from where this one came.',
  ),
  MALFORMED_QUERY: row('rejected', 'The query was not understood.', 'Check the columns of this source or mapping.'),
  QUERY_TOO_COMPLICATED: row('rejected', 'The query asks for too many formula fields.', 'Ask for fewer columns.'),
  BATCH_REFUSED: row(
    'ready',
    'The batch was refused for the sake of one of its records.',
    'It is sent again in halves.',
  ),
  NOT_SENT: row('ready', 'An earlier part of the batch had no clear answer.', 'It is sent again later.'),
  NOT_SIGNED_IN: row('ready', 'The sign-in page of Salesforce is away.', 'It is sent again later.'),
  FIELD_INTEGRITY_EXCEPTION: row('rejected', 'The value contradicts another field.', dataProblem),
  FIELD_FILTER_VALIDATION_EXCEPTION: row('rejected', 'A lookup filter of the org refuses it.', dataProblem),
  INVALID_STATUS: row('rejected', 'The status is none of the org.', 'Set task.closed_status in the mapping.'),
  TRANSFER_REQUIRES_READ: row('rejected', 'The new owner may not read it.', 'Choose another owner.'),
  METHOD_NOT_ALLOWED: row('rejected', 'The request is not possible here.', ours),
};

/** What a code means and what to do; for codes nobody listed, an honest shrug. */
export function adviceFor(code: string): { readonly why: string; readonly fix: string } {
  return (
    codes[code] ?? {
      why: 'Salesforce gave a code that is not in our table, so the outcome is treated as unknown and read back.',
      fix: 'Nothing to do; if it repeats, please report the code.',
    }
  );
}
