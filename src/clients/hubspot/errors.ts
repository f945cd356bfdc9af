// What HubSpot's refusals mean, in one table. It tells what happened to the request, never what to do with an account:
// crm/ and sources/ turn a refusal into receipts, problems or errors. What is not listed here has an unknown outcome.
// Texts are scrubbed and cut on the way in, because the client's own messages carry whole bodies and headers.

import {
  AuthError,
  DriftError,
  type ErrorProblem,
  KenkoError,
  LimitError,
  UnavailableError,
} from '../../lib/errors.ts';
import { scrub } from '../../lib/log.ts';
import { isUntrusted } from '../sql.ts';
import { codes, fixes, neverSent, type Outcome, statuses } from './codes.ts';

/** A refused or failed request, or one refused item of a batch. */
export interface Refusal {
  readonly outcome: Outcome;
  /** HTTP status; 0 where none came, 207 for an item of a batch. */
  readonly status: number;
  /** HubSpot's own code where it has one (`INVALID_OPTION`), else its category, else ours (`HTTP_502`, `ECONNRESET`). */
  readonly code: string;
  readonly says: string;
  /** Scopes of which one is missing, as HubSpot lists them. */
  readonly scopes: readonly string[];
  /** Record ids and our trace ids that the refusal names. */
  readonly ids: readonly string[];
  readonly traces: readonly string[];
  /** Properties that the refusal names. */
  readonly properties: readonly string[];
  /** How long HubSpot wants us to wait, milliseconds; null where it does not say. */
  readonly waitMs: number | null;
}

/** An entry of `errors[]` in a 207 answer. */
export interface ItemError {
  readonly category: string;
  readonly subCategory: string | null;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** HubSpot asks for a pause of ten seconds at the burst limit, one at the search limit, two at a lock. */
const waits = { burst: 10_000, secondly: 1_100, locked: 2_500 } as const;

/** A thrown thing of the client, or of the network below it → what it means. */
export function classify(error: unknown): Refusal {
  const answer = answerOf(error);
  if (answer !== null) return classifyAnswer(answer);
  if (error instanceof KenkoError) return bare('unknown', 0, error.code, error.message);
  const code = networkCode(error);
  if (isUntrusted(code)) return bare('auth', 0, 'UNTRUSTED_SERVER', `certificate not accepted: ${code}`);
  const says = error instanceof Error ? error.message : 'no answer';
  return bare(neverSent.has(code) ? 'ready' : 'unknown', 0, code, says);
}

/** One refused item of a batch that was otherwise accepted. An unlisted category may have happened. */
export function classifyItem(error: ItemError): Refusal {
  const inner = innerErrors(error.message);
  const code = inner.find((one) => one.code in codes)?.code ?? namedBy(error.message, error.context) ?? error.category;
  return {
    outcome: codes[code]?.outcome ?? 'unknown',
    status: 207,
    code: code === '' ? 'UNLISTED' : code,
    says: tidy(error.message),
    scopes: error.context['requiredGranularScopes'] ?? [],
    ids: error.context['ids'] ?? error.context['id'] ?? [],
    traces: error.context['objectWriteTraceId'] ?? [],
    properties: propertiesIn(error.message, inner, error.context['propertyName'] ?? []),
    waitMs: null,
  };
}

/** HubSpot refused a value because another record already has it; the caller asks which, by our key. */
export function isTaken(refusal: Refusal): boolean {
  return (
    refusal.code === 'CONFLICT' ||
    refusal.code === 'VALUE_TAKEN' ||
    /already has that value|already exists/i.test(refusal.says)
  );
}

/** An answer that came but cannot be read: for a write nobody knows what it means. */
export function garbled(status: number): Refusal {
  return bare('unknown', status, 'GARBLED', 'the answer is not what HubSpot documents');
}

/** Our own no, before anything is sent: what is left of the portal's day is for others. */
export function dayUsedUp(day: { readonly left: number; readonly limit: number }): Refusal {
  const says = `${day.left} of today's ${day.limit} API calls are left, and those are kept for the other integrations of the portal`;
  return bare('limit', 0, 'DAILY_RESERVE', says);
}

/** What a thrown thing was answered with; null where there was no HTTP answer. */
export function answerOf(error: unknown): Answered | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('body' in error)) return null;
  if (typeof error.code !== 'number') return null;
  const headers = 'headers' in error && typeof error.headers === 'object' ? error.headers : {};
  return { status: error.code, body: error.body, headers: (headers ?? {}) as Readonly<Record<string, string>> };
}
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** A refusal as an error, for calls whose caller cannot go on without the answer. */
export function toError(refusal: Refusal, where: string): KenkoError {
  const facts = { where, why: refusal.says, retryAfterMs: refusal.waitMs };
  switch (refusal.outcome) {
    case 'auth':
      return new AuthError(codes[refusal.code]?.what ?? 'HubSpot does not accept the access token', {
        ...facts,
        fix: fixOf(refusal, where),
      });
    case 'limit':
      return new LimitError(limitSays(refusal), { ...facts, fix: fixOf(refusal, where) });
    case 'drift':
      return new DriftError(`HubSpot refused: ${refusal.code}`, [toProblem(refusal, where)], {
        ...facts,
        fix: fixOf(refusal, where),
      });
    case 'rejected':
      return new KenkoError('E_REJECTED', `HubSpot refused: ${refusal.code}`, { ...facts, fix: fixOf(refusal, where) });
    case 'ready':
    case 'unknown':
      return refusal.status === 429
        ? new LimitError('HubSpot asks us to slow down', { ...facts, fix: fixOf(refusal, where) })
        : new UnavailableError(`HubSpot gave no usable answer (${refusal.code})`, {
            ...facts,
            fix: fixOf(refusal, where),
          });
  }
}

function limitSays(refusal: Refusal): string {
  if (refusal.code === 'MIGRATING') return 'HubSpot is moving the portal to another data centre';
  return refusal.code === 'DAILY_RESERVE'
    ? "The rest of today's API calls is kept for others"
    : "HubSpot's limit is used up";
}

/** A refusal as a problem. */
export function toProblem(refusal: Refusal, where: string): ErrorProblem {
  return {
    code: refusal.code,
    severity: 'error',
    where,
    what: whatOf(refusal, where),
    why: whyOf(refusal),
    fix: fixOf(refusal, where),
  };
}
function whatOf(refusal: Refusal, where: string): string {
  const scopes = scopesFor(refusal, where);
  if (scopes.length === 1) return `the access token lacks the scope ${scopes[0]}`;
  if (scopes.length > 1) return `the access token lacks all of the scopes ${scopes.join(', ')}; one is needed`;
  const { what } = codes[refusal.code] ?? {};
  const named = what?.includes('{names}') !== true || refusal.properties.length > 0;
  if (what !== undefined && named) return what.replace('{names}', refusal.properties.join(', '));
  return /^HTTP \d+$/.test(refusal.says)
    ? `HubSpot answered with HTTP status ${refusal.status} and no word about why`
    : refusal.says;
}
/**
 * Any one of the scopes that HubSpot lists would do, and it lists dozens, of every object that there is. Those of the
 * object at hand are the ones to ask for.
 */
function scopesFor(refusal: Refusal, where: string): readonly string[] {
  const words = where.split(/[^a-z_]+/i).filter((word) => word.length > 3 && word !== 'hubspot');
  // Tasks and other activities have no scope of their own: they ride on contacts.
  const names = words.map((word) => (/^(tasks|notes|calls|meetings|emails)$/.test(word) ? 'contacts' : word));
  const near = refusal.scopes.filter((scope) => names.some((name) => scope.split(/[.-]/).includes(name)));
  return near.length === 0 ? refusal.scopes : near;
}

function whyOf(refusal: Refusal): string {
  const { why } = codes[refusal.code] ?? {};
  const acted =
    refusal.outcome === 'unknown'
      ? 'Whether HubSpot acted is not known.'
      : refusal.outcome === 'ready'
        ? 'HubSpot did not act.'
        : 'HubSpot refused this and did not act.';
  return why === undefined ? acted : `${acted} ${why}`;
}
function fixOf(refusal: Refusal, where: string): string {
  if (refusal.scopes.length > 0)
    return `Give the service key or private app ${scopesFor(refusal, where).join(' or ')}.`;
  return (refusal.outcome === 'unknown' ? undefined : codes[refusal.code]?.fix) ?? fixes[refusal.outcome];
}

function classifyAnswer(answer: Answered): Refusal {
  const { status } = answer;
  const body = (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as Readonly<
    Record<string, unknown>
  >;
  const message = typeof body['message'] === 'string' ? body['message'] : `HTTP ${status}`;
  const wait = retryAfterMs(answer.headers);
  if (status === 429) return limited(body, message, wait);
  const details = (Array.isArray(body['errors']) ? body['errors'] : []) as readonly Readonly<Record<string, unknown>>[];
  const contexts = [body['context'], ...details.map((detail) => detail['context'])].map(contextOf);
  const inner = innerErrors(message);
  const named = [
    ...details.map((detail) => detail['code']),
    ...inner.map((one) => one.code),
    body['category'],
    body['status'],
  ].filter((code): code is string => typeof code === 'string');
  const code =
    (status === 423 ? 'LOCKED' : status === 477 ? 'MIGRATING' : undefined) ??
    named.find((one) => one in codes && !vague.has(one)) ??
    namedBy(message, Object.assign({}, ...contexts)) ??
    named.find((one) => one in codes);
  const all = (name: string) => [...new Set(contexts.flatMap((context) => context[name] ?? []))];
  return {
    // A server error keeps its doubt whatever its body says.
    outcome:
      status === 408 || status >= 500
        ? 'unknown'
        : ((code === undefined ? undefined : codes[code]?.outcome) ?? statuses[status] ?? 'unknown'),
    status,
    code: code ?? `HTTP_${status}`,
    says: tidy(message),
    scopes: scopesIn(all('requiredGranularScopes'), message),
    ids: [...all('ids'), ...all('id')],
    traces: all('objectWriteTraceId'),
    properties: propertiesIn(message, inner, all('propertyName')),
    waitMs: wait ?? (status === 423 ? waits.locked : null),
  };
}

/** Categories that say no more than that something was wrong; what the message tells is told instead. */
const vague: ReadonlySet<string> = new Set(['VALIDATION_ERROR']);
/** An item of a batch has no list of errors: what is required stands in its words only. */
const requiredIn = /required propert(?:y|ies) (?:was|were|is|are) (?:not set|missing)(?::\s*([\w, ]+))?/i;
/** Refusals that have no code of their own, only words. */
function namedBy(message: string, context: Readonly<Record<string, readonly string[]>>): string | undefined {
  if (context['INVALID_OBJECT_IDS'] !== undefined || /associations are invalid/i.test(message))
    return 'INVALID_OBJECT_IDS';
  if (/already has that value/i.test(message)) return 'VALUE_TAKEN';
  if (requiredIn.test(message)) return 'MISSING_REQUIRED_PROPERTY';
  return /^duplicate ids/i.test(message) ? 'DUPLICATE_IDS' : undefined;
}
/** Properties that a refusal names: in its context, in its list, or in the words of a unique conflict. */
function propertiesIn(
  message: string,
  inner: readonly { readonly name: string }[],
  named: readonly string[],
): string[] {
  const taken = /propertyName=([^,}]+)/.exec(message)?.[1] ?? '';
  const required = (requiredIn.exec(message)?.[1] ?? '').split(/,\s*/);
  return [...new Set([...named, ...inner.map((one) => one.name), taken, ...required])].filter(Boolean);
}

/** Three kinds of 429: the burst, the second, the day. Only the last cannot be waited for. */
function limited(body: Readonly<Record<string, unknown>>, message: string, wait: number | null): Refusal {
  const policy = typeof body['policyName'] === 'string' ? body['policyName'] : '';
  if (policy === 'DAILY' || /daily limit/i.test(message))
    return { ...bare('limit', 429, 'DAILY', message), waitMs: null };
  const secondly = policy === 'SECONDLY' || /secondly limit/i.test(message);
  return {
    ...bare('ready', 429, policy === '' ? 'RATE_LIMITS' : policy, message),
    waitMs: wait ?? (secondly && !/ten_secondly/i.test(message) ? waits.secondly : waits.burst),
  };
}

/** The client's validation message holds a JSON list of what is wrong; the same facts as `errors[]`, which may be absent. */
function innerErrors(message: string): readonly { readonly code: string; readonly name: string }[] {
  return [...message.matchAll(/"error":"([A-Z_]+)"(?:,"name":"([^"]*)")?/g)].map((match) => ({
    code: match[1] ?? '',
    name: match[2] ?? '',
  }));
}
/** Property and schema routes name them in the message only, by older names: `(requires one of [companies-read])`. */
function scopesIn(listed: readonly string[], message: string): readonly string[] {
  const told = /requires one of \[([^\]]*)\]/.exec(message)?.[1] ?? '';
  return listed.length > 0 ? listed : told.split(/,\s*/).filter((scope) => scope !== '');
}
function contextOf(value: unknown): Readonly<Record<string, readonly string[]>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, list]) => [name, (Array.isArray(list) ? list : [list]).map(String)]),
  );
}
function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['retry-after'];
  const seconds = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
function networkCode(error: unknown): string {
  for (const one of [error, error instanceof Error ? error.cause : null]) {
    if (typeof one === 'object' && one !== null && 'code' in one && typeof one.code === 'string') return one.code;
  }
  return error instanceof SyntaxError ? 'GARBLED' : 'NO_ANSWER';
}
function bare(outcome: Outcome, status: number, code: string, says: string): Refusal {
  return { outcome, status, code, says: tidy(says), scopes: [], ids: [], traces: [], properties: [], waitMs: null };
}
/** Option lists in validation messages can be thousands of characters long. */
function tidy(text: string): string {
  const clean = scrub(text).replace(/\s+/g, ' ').trim();
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}
