// HubSpot's codes, categories and statuses: what each means for what was sent, and what an admin is told. A list; errors.ts
// reads it. What is not here is unknown, never "failed". Sources: HubSpot's guides on error handling, usage, properties and
// associations; answers that others have published.

/**
 * rejected: a definite no to this content. drift: a property, an option or a permission is not there. auth: the token is
 * not accepted. limit: the day's quota is used up, or the portal is away for long. ready: not acted on, the same request
 * may be sent again. unknown: it may have happened.
 */
export type Outcome = 'rejected' | 'drift' | 'auth' | 'limit' | 'ready' | 'unknown';

export interface CodeRow {
  readonly outcome: Outcome;
  /** What happened; `{names}` stands for the properties that HubSpot names. Left out: HubSpot's own words say it best. */
  readonly what?: string;
  readonly why?: string;
  readonly fix: string;
}

const again = 'Nothing to do: it is looked at again in the next run.';
const mend = 'then:\n  kenko retry --rejected';
const token = 'Check HUBSPOT_ACCESS_TOKEN: a service key or private-app token of this portal, copied whole.';
const required = `Fill it in HubSpot, or relax the rule for companies that integrations write; ${mend}`;
const ours = `This should not happen; please report it with the run id. After an upgrade: ${mend}`;

/** By code or category. */
export const codes: Readonly<Record<string, CodeRow>> = {
  // Ours, for a certificate that nobody known has signed: to ask again would not make it better.
  UNTRUSTED_SERVER: {
    outcome: 'auth',
    what: 'the server could not prove that it is HubSpot',
    why: 'Its certificate was not accepted, so the token was not sent.',
    fix: 'Give the company certificate by NODE_EXTRA_CA_CERTS, and check HUBSPOT_BASE_URL.',
  },
  INVALID_AUTHENTICATION: { outcome: 'auth', fix: token },
  EXPIRED_AUTHENTICATION: {
    outcome: 'auth',
    why: 'A service key or private-app token that was rotated or not copied whole is called expired too.',
    fix: token,
  },
  BAD_REFRESH_TOKEN: { outcome: 'auth', fix: 'Install the app in the portal again and use the new refresh token.' },
  BAD_HUB: { outcome: 'auth', fix: 'A super admin must install the app in the portal again.' },
  BAD_CLIENT_ID: { outcome: 'auth', fix: 'Check client_id in mappings/hubspot.yaml.' },
  BAD_CLIENT_SECRET: { outcome: 'auth', fix: 'Check client_secret: rotating it makes the old one useless.' },
  MISSING_SCOPES: { outcome: 'drift', fix: 'Give the service key or private app the scope.' },
  PROPERTY_DOESNT_EXIST: {
    outcome: 'drift',
    what: 'the property {names} does not exist',
    fix: 'Create the property (kenko setup), or take it out of mappings/hubspot.yaml.',
  },
  READ_ONLY_VALUE: {
    outcome: 'drift',
    what: '{names} is computed by HubSpot and cannot be set',
    fix: 'Map another property: this one is computed by HubSpot.',
  },
  INVALID_OPTION: {
    outcome: 'drift',
    what: '{names} has no such option',
    fix: `Add the option to the property (kenko setup adds what is missing), ${mend}`,
  },
  INVALID_INTEGER: { outcome: 'rejected', what: '{names} takes numbers only', fix: `Correct the mapping, ${mend}` },
  INVALID_LONG: {
    outcome: 'rejected',
    what: '{names} takes whole numbers or instants only',
    fix: `Correct the mapping, ${mend}`,
  },
  INVALID_DATE: { outcome: 'rejected', what: '{names} takes days only', fix: `Correct the mapping, ${mend}` },
  INVALID_EMAIL: {
    outcome: 'rejected',
    what: '{names} takes e-mail addresses only',
    fix: `Correct the value in the source, ${mend}`,
  },
  INVALID_BOOLEAN_OPTION: {
    outcome: 'rejected',
    what: 'a yes-or-no property takes exactly true and false as options',
    fix: ours,
  },
  OBJECT_NOT_FOUND: {
    outcome: 'rejected',
    fix: 'The record was deleted, or never was in this portal; correct the id in the source.',
  },
  INVALID_OBJECT_IDS: {
    outcome: 'rejected',
    what: 'the record that it should hang on is gone',
    fix: 'Nothing to do: the next run sees whether it was merged or deleted.',
  },
  VALUE_TAKEN: {
    outcome: 'rejected',
    what: 'another record already has this value of {names}, which is unique',
    fix: `Two records carry one key: merge them in HubSpot or correct one, ${mend}`,
  },
  DUPLICATE_IDS: { outcome: 'rejected', what: 'a record stood twice in one batch', fix: ours },
  VALIDATION_ERROR: { outcome: 'rejected', fix: `Correct the value or the mapping, ${mend}` },
  MISSING_REQUIRED_PROPERTY: {
    outcome: 'rejected',
    what: 'the portal requires {names}, which is empty on this record',
    why: 'Rules of the portal are enforced on writes by API versions from 2026-09 on.',
    fix: required,
  },
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: {
    outcome: 'rejected',
    what: 'the portal requires {names} where another property has a certain value',
    why: 'Rules of the portal are enforced on writes by API versions from 2026-09 on.',
    fix: required,
  },
  CONFLICT: { outcome: 'rejected', fix: `Correct the value or the mapping, ${mend}` },
  OBJECT_ALREADY_EXISTS: { outcome: 'rejected', fix: 'Nothing to do: it is there already.' },
  GROUP_WITH_ACTIVE_PROPERTIES: {
    outcome: 'rejected',
    what: 'the group still holds properties',
    fix: 'Archive the properties first.',
  },
  CANNOT_DELETE_PROPERTY_IN_USE: {
    outcome: 'rejected',
    what: 'a calculation, list or workflow of the portal uses the property',
    fix: 'Take it out of there first (Settings > Properties > used in).',
  },
  RATE_LIMITS: { outcome: 'ready', fix: again },
  TEN_SECONDLY_ROLLING: { outcome: 'ready', fix: again },
  SECONDLY: { outcome: 'ready', fix: again },
  LOCKED: {
    outcome: 'ready',
    what: 'HubSpot has locked the records for a moment, as it does when many are written at once',
    fix: again,
  },
  DAILY: {
    outcome: 'limit',
    why: 'All integrations of the portal share its daily calls.',
    fix: 'Nothing to do: the first run after midnight in the time zone of the portal goes on. Settings > Integrations > API usage shows who used them.',
  },
  DAILY_RESERVE: {
    outcome: 'limit',
    why: 'All integrations of the portal share its daily calls.',
    fix: 'Nothing to do: the first run after midnight of the portal goes on. The share is connection.daily_reserve in mappings/hubspot.yaml.',
  },
  MIGRATING: {
    outcome: 'limit',
    what: 'HubSpot is moving the portal to another data centre',
    why: 'It answers nothing meanwhile; a move takes up to a day.',
    fix: 'Nothing to do: a later run goes on.',
  },
};

/** By status, where the body names no listed code. 408 and everything from 500 on may have happened. */
export const statuses: Readonly<Record<number, Outcome>> = {
  400: 'rejected',
  401: 'auth',
  403: 'drift',
  404: 'rejected',
  405: 'rejected',
  409: 'rejected',
  413: 'rejected',
  414: 'rejected',
  415: 'rejected',
  422: 'rejected',
  423: 'ready',
  477: 'limit',
};

/** Network failures where no byte of the request can have been acted on. */
export const neverSent: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What to do where the table has no row: by what is known of the outcome. */
export const fixes: Readonly<Record<Outcome, string>> = {
  auth: token,
  limit: 'Nothing to do: a later run goes on.',
  drift: `Correct the mapping, or what the portal lacks (kenko setup), ${mend}`,
  rejected: `Correct the value or the mapping, ${mend}`,
  ready: again,
  unknown: again,
};
