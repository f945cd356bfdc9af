// What a Salesforce answer means, decided once and only by codes: messages are localised and carry labels. Six fates; what
// no table lists is `unknown`, never "failed". Above this file nobody reads a status code. Sources: REST developer guide
// (status codes, collections), SOAP guide (StatusCode), OAuth error pages.

import {
  AuthError,
  DriftError,
  type ErrorProblem,
  KenkoError,
  LimitError,
  UnavailableError,
} from '../../lib/errors.ts';
import type { WireAnswer, WireError } from './wire.ts';

/**
 * rejected: a definite no. ready: definitely not applied, may be sent again. unknown: nobody knows. drift: a definite no
 * because field, object or permission is not as configured. auth, limit: a definite no to everything for now.
 */
export type Fate = 'rejected' | 'ready' | 'unknown' | 'drift' | 'auth' | 'limit';
export interface Fault {
  readonly fate: Fate;
  /** Salesforce's code, or one of ours: `HTTP_502`, `GARBLED`, `LATE`, a network code. */
  readonly code: string;
  /** One line for people; without the value that was sent. */
  readonly says: string;
  /** API names, where Salesforce gives them. */
  readonly fields: readonly string[];
  readonly status: number | null;
  /** When the limit is a short one. Null: not today, or not a limit. */
  readonly retryAfterMs: number | null;
}

interface Row {
  readonly fate: Fate;
  readonly why: string;
  readonly fix: string;
  /** True where the vendor's message repeats the value that was sent. */
  readonly quotesValue?: true;
}
const row = (fate: Fate, why: string, fix: string): Row => ({ fate, why, fix });
const permission =
  'Grant the field in a permission set of the integration user (Setup > Permission Sets > Kenko Sync > Object Settings), or run:\n  kenko setup';
const schema = 'Compare mappings/salesforce.yaml with Object Manager; missing fields are made by:\n  kenko setup';
const dataProblem = 'Correct the record in Salesforce, then:\n  kenko retry --rejected';
const ours = 'This should not happen; please report it with the run id.';
const hidden = (line: Row): Row => ({ ...line, quotesValue: true });

/** Codes of single records and of whole requests. What is not here is unknown. */
const codes: Readonly<Record<string, Row>> = {
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
  UNABLE_TO_LOCK_ROW: row('ready', 'Somebody else is changing the record or its parent.', 'It is tried again.'),
  ENTITY_IS_LOCKED: row(
    'rejected',
    'The record is locked, as a rule by an approval.',
    'End the approval, then:\n  kenko retry --rejected',
  ),
  QUERY_TIMEOUT: row('ready', 'The query took too long.', 'It is tried again.'),
  SERVER_UNAVAILABLE: row('ready', 'Salesforce is away for a moment.', 'It is tried again.'),
  TOO_MANY_APEX_REQUESTS: row('ready', 'Apex of the org is at its limit.', 'It is tried again in a smaller batch.'),
  LIMIT_EXCEEDED: row('ready', 'Apex of the org is at its limit.', 'It is tried again in a smaller batch.'),
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
    'A trigger of the org failed.',
    'Show the text to the owner of the trigger.',
  ),
  CANNOT_EXECUTE_FLOW_TRIGGER: row('rejected', 'A flow of the org failed.', 'Show the text to the owner of the flow.'),
  APEX_ERROR: row('rejected', 'Apex of the org failed.', 'Show the text to its owner.'),
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
  STORAGE_LIMIT_EXCEEDED: row('rejected', 'The data storage of the org is full.', 'Free storage in Salesforce.'),
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

/** The errors of one record in a collections answer. There the code is `statusCode`; in whole answers `errorCode`. */
export function recordFault(errors: unknown): Fault {
  const first = Array.isArray(errors) ? errors[0] : null;
  const said = readError(first);
  if (said === null) return fault('unknown', 'GARBLED', 'the answer for this record has no error code');
  return fromCode(said, null, codes[said.code]?.fate ?? 'unknown');
}

/** An answer that is not a yes. `body` is its parsed JSON, or the text when it is none. */
export function answerFault(answer: WireAnswer, body: unknown): Fault {
  const { status } = answer;
  const said = readError(Array.isArray(body) ? body[0] : body) ?? { code: `HTTP_${status}`, message: '', fields: [] };
  if (status === 401) return fromCode(said, status, 'auth');
  if (said.code === 'REQUEST_LIMIT_EXCEEDED' || status === 429) {
    const short = status === 429 || /Concurrent(PerOrgLongTxn|Requests)/.test(said.message);
    const asked = Number(answer.headers['retry-after']);
    const wait = Number.isFinite(asked) && asked > 0 ? asked * 1_000 : 30_000;
    return { ...fromCode(said, status, 'limit'), retryAfterMs: short ? wait : null };
  }
  const listed = codes[said.code];
  // Of a server in trouble only a refused lock is certain not to have been applied.
  if (status >= 500) return fromCode(said, status, said.code === 'UNABLE_TO_LOCK_ROW' ? 'ready' : 'unknown');
  if (listed !== undefined) return fromCode(said, status, listed.fate);
  if (said.code.startsWith('HTTP_')) return fromCode(said, status, bareStatus[status] ?? 'unknown');
  return fromCode(said, status, status === 400 ? 'rejected' : (bareStatus[status] ?? 'unknown'));
}
/** Statuses without a code that we know: an answer of a gateway, or a page of HTML. */
const bareStatus: Readonly<Record<number, Fate>> = {
  404: 'drift',
  405: 'rejected',
  410: 'drift',
  412: 'ready',
  414: 'rejected',
  415: 'rejected',
  431: 'rejected',
};

/** No answer, or half of one. */
export function wireFault(error: WireError): Fault {
  return error.sent === 'no'
    ? fault('ready', error.code, `Salesforce could not be reached (${error.code})`)
    : fault('unknown', error.code, `the connection to Salesforce broke (${error.code})`);
}
/** A yes whose body cannot be read, is too short, or answers something else. */
export function garbled(what: string): Fault {
  return fault('unknown', 'GARBLED', what);
}
/** No answer before the deadline. */
export function late(ms: number): Fault {
  return fault('unknown', 'LATE', `no answer within ${ms} ms`);
}

function fault(fate: Fate, code: string, says: string): Fault {
  return { fate, code, says, fields: [], status: null, retryAfterMs: null };
}
interface Said {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}
function fromCode(said: Said, status: number | null, fate: Fate): Fault {
  const message = codes[said.code]?.quotesValue === true ? '' : oneLine(said.message);
  const about = said.fields.length > 0 ? ` [${said.fields.join(', ')}]` : '';
  return {
    fate,
    code: said.code,
    says: `${said.code}${message === '' ? '' : `: ${message}`}${about}`,
    fields: said.fields,
    status,
    retryAfterMs: null,
  };
}
function readError(entry: unknown): Said | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const error = entry as Record<string, unknown>;
  const code = error['statusCode'] ?? error['errorCode'];
  if (typeof code !== 'string' || !/^[A-Za-z][A-Za-z0-9_:]*$/.test(code)) return null;
  return {
    code: code.replace(/^.*:/, ''),
    message: typeof error['message'] === 'string' ? error['message'] : '',
    fields: Array.isArray(error['fields']) ? error['fields'].filter((field) => typeof field === 'string') : [],
  };
}
function oneLine(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** A fault as a problem with its place; `acted` tells an admin's turn from the vendor's. */
export function problemOf(found: Fault, where: string): ErrorProblem {
  return { code: found.code, severity: 'error', where, what: found.says, ...adviceFor(found.code) };
}

/** A fault as the error to throw where nothing better can be done: reads, sign-in, set-up. */
export function errorOf(found: Fault, where: string): KenkoError {
  const facts = { where, ...adviceFor(found.code) };
  switch (found.fate) {
    case 'auth':
      return new AuthError(`Salesforce refused the session (${found.says})`, facts);
    case 'limit':
      return new LimitError(`Salesforce has no API calls left for now (${found.says})`, {
        ...facts,
        retryAfterMs: found.retryAfterMs,
      });
    case 'drift':
      return new DriftError(`Salesforce is not as configured (${found.says})`, [problemOf(found, where)], facts);
    case 'rejected':
      return new KenkoError('E_REJECTED', `Salesforce refused a request (${found.says})`, facts);
    default:
      return new UnavailableError(`Salesforce gave no clear answer (${found.says})`, {
        where,
        why: found.status === null ? 'The network or Salesforce is away.' : adviceFor(found.code).why,
        fix: 'The next run tries again; see https://status.salesforce.com if it lasts.',
      });
  }
}
