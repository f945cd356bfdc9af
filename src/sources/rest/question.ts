// The question for one page: the admin's address, parameters and body with days and times filled in, and what the paging
// changes in it.

import type { HttpQuestion } from '../../clients/http.ts';
import { UsageError } from '../../lib/errors.ts';
import type { Turn } from './paging.ts';
import { withAt } from './paths.ts';
import type { RestSettings } from './settings.ts';

/** What the placeholders stand for. Times are ISO in UTC or days; a number only where the cursor is one. */
export interface Places {
  readonly since: string;
  readonly asOf: string;
  readonly today: string;
}

/** @throws UsageError for an address that is none, or a placeholder that nobody knows. */
export function questionFor(
  own: RestSettings,
  places: Places,
  turn: Turn,
  where: string,
): Omit<HttpQuestion, 'secretHeaders'> {
  const size = own.paging.kind === 'offset' || own.paging.kind === 'page' ? own.paging.size : 0;
  const offset = turn.kind === 'value' ? turn.offset : 0;
  const fill = (text: string) => filled(text, places, { offset, size }, where);
  const url = turn.kind === 'address' ? new URL(turn.url) : addressOf(fill(own.url), where);
  if (turn.kind !== 'address')
    for (const [name, value] of Object.entries(own.query)) url.searchParams.set(name, fill(String(value)));
  let body = own.body === undefined ? null : (fillAll(own.body, fill) as Readonly<Record<string, unknown>>);
  const { paging } = own;
  if (turn.kind === 'value' && 'param' in paging && paging.param !== undefined)
    url.searchParams.set(paging.param, String(turn.value));
  if (turn.kind === 'value' && 'field' in paging && paging.field !== undefined)
    body = withAt(body ?? {}, paging.field, turn.value);
  const accept =
    own.answer === 'csv'
      ? 'text/csv'
      : own.answer === 'jsonl'
        ? 'application/x-ndjson, text/plain'
        : 'application/json';
  return {
    method: own.method,
    url,
    headers: { accept, ...(body === null ? {} : { 'content-type': 'application/json' }), ...lowered(own.headers) },
    body: body === null ? null : JSON.stringify(body),
  };
}
function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
function addressOf(text: string, where: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new UsageError('the address is no URL', { where, fix: 'Write https://host/path under url.' });
}

/** `:since` and its kin; `:since.unix` and others say in which form. Colons elsewhere (times, ports) are left alone. */
export function filled(
  text: string,
  places: Places,
  paging: { readonly offset: number; readonly size: number },
  where: string,
): string {
  return text.replace(
    /:(since|as_of|today|offset|size)(?:\.([a-z_]+))?\b/g,
    (whole, name: string, form: string | undefined) => {
      if (name === 'offset') return String(paging.offset);
      if (name === 'size') return String(paging.size);
      const value = name === 'since' ? places.since : name === 'as_of' ? places.asOf : places.today;
      const written = inForm(value, form ?? '', name === 'since' ? 'T00:00:00Z' : 'T23:59:59Z');
      if (written !== null) return written;
      throw new UsageError(`${whole} is no placeholder`, {
        where,
        fix: 'There are :since :as_of :today, alone or with .unix .unix_ms .day .ymd .hour; :offset and :size.',
      });
    },
  );
}
function inForm(value: string, form: string, dayTime: string): string | null {
  if (form === '') return value;
  const isTime = /^\d{4}-\d{2}-\d{2}/.test(value);
  const ms = isTime ? Date.parse(value.length === 10 ? `${value}${dayTime}` : value) : Number(value);
  const iso = new Date(ms).toISOString();
  if (form === 'unix') return String(Math.floor(ms / 1_000));
  if (form === 'unix_ms') return String(ms);
  if (form === 'day') return iso.slice(0, 10);
  if (form === 'ymd') return iso.slice(0, 10).replaceAll('-', '');
  if (form === 'hour') return `${iso.slice(0, 10).replaceAll('-', '')}T${iso.slice(11, 13)}`;
  return null;
}
/** Fills texts anywhere in a body; a text that is nothing but a number's placeholder becomes a number. */
function fillAll(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') {
    const text = fill(value);
    return /^:(since|as_of|today)\.(unix|unix_ms)$|^:(offset|size)$/.test(value) ? Number(text) : text;
  }
  if (Array.isArray(value)) return value.map((one) => fillAll(one, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fillAll(one, fill)]));
}
