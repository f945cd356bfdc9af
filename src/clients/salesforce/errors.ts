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
import { isUntrusted } from '../sql.ts';
import { adviceFor, codes, type Fate, type Patience } from './codes.ts';
import type { WireAnswer, WireError } from './wire.ts';

/**
 * What became of a request. rejected: a definite no. ready: definitely not applied, may be sent again. unknown: nobody
 * knows. drift: a definite no because field, object or permission is not as configured. auth, limit: a definite no to
 * everything for now.
 */
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
  /** What helps, where the same input may be taken later; null: nothing does. */
  readonly patience: Patience | null;
}

/** The errors of one record in a collections answer. There the code is `statusCode`; in whole answers `errorCode`. */
export function recordFault(errors: unknown): Fault {
  const first = Array.isArray(errors) ? errors[0] : null;
  const said = readError(first);
  if (said === null) return fault('unknown', 'GARBLED', 'the answer for this record has no error code');
  return fromCode(said, null, ofOneRecord[said.code] ?? codes[said.code]?.fate ?? 'unknown');
}

/** Said of a whole request they mean a wrong set-up; said of one record they mean that record. */
const ofOneRecord: Readonly<Record<string, Fate>> = { INSUFFICIENT_ACCESS: 'rejected', NOT_FOUND: 'rejected' };

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
  if (isUntrusted(error.code))
    return fault('auth', 'UNTRUSTED_SERVER', `the server could not prove that it is Salesforce (${error.code})`);
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
  return { fate, code, says, fields: [], status: null, retryAfterMs: null, patience: null };
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
    patience: codes[said.code]?.patience ?? null,
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
  const facts = { where, ...adviceFor(found.code), cause: found };
  switch (found.fate) {
    case 'auth':
      return new AuthError(
        found.code === 'UNTRUSTED_SERVER' ? found.says : `Salesforce refused the session (${found.says})`,
        facts,
      );
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
        cause: found,
        why: found.status === null ? 'The network or Salesforce is away.' : adviceFor(found.code).why,
        fix: 'The next run tries again; see https://status.salesforce.com if it lasts.',
      });
  }
}

/** The code that Salesforce gave, of an error made here; null for any other error. */
export function codeOf(error: unknown): string | null {
  const cause = error instanceof KenkoError ? (error.cause as Partial<Fault> | undefined) : undefined;
  return typeof cause?.code === 'string' && typeof cause.fate === 'string' ? cause.code : null;
}
