// Structured log on stderr, by pino: an allow-list of fields and a scrubber for what might hide in texts. No payloads, no
// secrets, no e-mail addresses, no names of people. The message is a stable event name; the facts are fields.

import { type DestinationStream, pino } from 'pino';
import { KenkoError } from './errors.ts';
import { hideSecrets } from './secret.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFields = Readonly<Record<string, unknown>>;
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds these fields to every line. */
  with(fields: LogFields): Log;
}

/** Fields that may be logged; anything else is left out, so a new field is a decision. */
const allowed = new Set([
  'run',
  'plan',
  'job',
  'slot',
  'stage',
  'crm',
  'source',
  'stream',
  'batch',
  'effect',
  'op',
  'object',
  'attempt',
  'attempts',
  'durationMs',
  'perSecond',
  'rows',
  'rejected',
  'accounts',
  'effects',
  'applied',
  'ready',
  'unknown',
  'skipped',
  'count',
  'gate',
  'answer',
  'value',
  'limit',
  'code',
  'exitCode',
  'error',
  'where',
  'state',
  'status',
  'method',
  'path',
  'waitMs',
  'port',
  'host',
  'url',
  'pages',
  'signal',
  'version',
  'node',
  'asOf',
  'calls',
  'quotaUsed',
  'next',
  'reason',
  'kind',
  'stackHead',
]);

const patterns: readonly [RegExp, string][] = [
  // Words that people read ("OAuth Settings", "the token: a service key") have no digits and are short.
  [/\b(Bearer|Basic|OAuth)\s+(?=\S*\d|\S{16}|\S*=|\S+\.\S+\.)[\w.~+/=!-]+/gi, '$1 ***'],
  [
    /((?:access_token|refresh_token|client_secret|assertion|password|sid|token|api_?key)["']?\s*(?:=\s*["']?|:\s*["']|:(?=\S|\s+\S*\d|\s+\S{16})\s*))[^\s"'&,}]+/gi,
    '$1***',
  ],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  [/\b00D[A-Za-z0-9]{12,15}![\w.]+/g, '***'],
  [/\bpat-[a-z0-9]{2,4}-[\w-]{4,}/gi, '***'],
  [/\/\/[^/\s:@]+:[^@\s/]+@/g, '//***@'],
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '***@***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '***'],
];

/** Takes tokens, keys, passwords and e-mail addresses out of a text. Used for logs, errors, reports and problems alike. */
export function scrub(text: string): string {
  let clean = hideSecrets(text);
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

function clean(fields: LogFields | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (!allowed.has(name)) continue;
    if (value instanceof KenkoError) out[name] = scrub(`${value.code} ${value.message}`);
    else if (value instanceof Error) out[name] = scrub(`${value.name}: ${value.message}`).slice(0, 500);
    else if (typeof value === 'string') out[name] = scrub(value).slice(0, 500);
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) out[name] = value;
  }
  return out;
}

/** A log that writes JSON lines to `destination` (stderr in production). */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination: DestinationStream;
  readonly now: () => string;
}): Log {
  const root = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"at":"${options.now()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination,
  );
  const make = (base: Record<string, unknown>): Log => ({
    debug: (event, fields) => root.debug({ ...base, ...clean(fields) }, event),
    info: (event, fields) => root.info({ ...base, ...clean(fields) }, event),
    warn: (event, fields) => root.warn({ ...base, ...clean(fields) }, event),
    error: (event, fields) => root.error({ ...base, ...clean(fields) }, event),
    with: (fields) => make({ ...base, ...clean(fields) }),
  });
  return make({});
}

/** A log that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silentLog };
