// Rows of a web server's answers, page by page. With a cursor only what is new is asked for, looking back a little; without
// one the whole list comes each time and counts as complete.

import { createHttp, type Http, type HttpAnswer } from '../../clients/http.ts';
import type { SourceSettings } from '../../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../../domain/nouns.ts';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { AuthError, SourceError } from '../../lib/errors.ts';
import { driftError, missingColumns, wantedColumns } from '../columns.ts';
import { lookedBack, parseInstant } from '../days.ts';
import { capped, problemsOf } from '../query.ts';
import { typeRow } from '../row.ts';
import type { Page, ReadOptions, Source } from '../source.ts';
import { createTwins } from '../twins.ts';
import { answerOf, type RestAnswer } from './answer.ts';
import { createPager, type Turn } from './paging.ts';
import { at, cellAt, isGroup } from './paths.ts';
import { type Places, questionFor } from './question.ts';
import { RestSettings } from './settings.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

export interface RestTools {
  readonly clock: Clock;
  readonly chance: Chance;
  /** First wait of our own after an unclear answer. Default 1 s. */
  readonly backoffMs?: number;
}
const pageRows = 1_000;

/** Opens a REST list as a source with one stream, `rows`. Nothing is asked before `check` or `read`. */
export function openRestSource(settings: SourceSettings, tools: RestTools): Source {
  const own = RestSettings.parse(settings.settings);
  const where = `source ${settings.name}`;
  const http = createHttp({
    ...tools,
    where,
    allowAddresses: own.allow_addresses,
    redirectHosts: own.redirect_hosts,
    timeoutMs: own.timeout_seconds * 1_000,
    maxBytes: own.max_mb * 2 ** 20,
    perMinute: own.per_minute,
  });
  const asker: Asker = { own, settings, where, http, signIn: createSignIn(own, http, tools.clock.now, where) };
  const columns = Object.fromEntries(Object.entries(settings.columns).map(([word, column]) => [word, column.type]));
  return {
    name: settings.name,
    streams: [{ name: 'rows', columns }],
    check: (signal) => check(asker, tools.clock, signal),
    read: (_stream, cursor, options) => read(asker, cursor?.at ?? null, options),
    close: () => http.close(),
  };
}

interface Asker {
  readonly own: RestSettings;
  readonly settings: SourceSettings;
  readonly where: string;
  readonly http: Http;
  readonly signIn: SignIn;
}
interface Asked {
  readonly http: HttpAnswer;
  readonly answer: RestAnswer;
}

/** Asks for one page; a sign-in that ran out is renewed once. */
async function ask(asker: Asker, places: Places, turn: Turn, signal: AbortSignal): Promise<Asked> {
  const { own, where, http, signIn } = asker;
  const question = questionFor(own, places, turn, where);
  const send = async () => await http.ask({ ...question, secretHeaders: await signIn.headers(signal) }, signal);
  const answer = await send().catch((error: unknown) => {
    if (error instanceof AuthError && signIn.renew()) return send();
    throw error;
  });
  return { http: answer, answer: answerOf(own, answer.text, `${where}, ${question.url.host}${question.url.pathname}`) };
}

async function* read(asker: Asker, cursorText: string | null, options: ReadOptions): AsyncGenerator<Page> {
  const { own, settings, where } = asker;
  const complete = own.cursor === undefined;
  const places: Places = {
    since: sinceOf(own, settings, cursorText, options),
    asOf: options.asOf,
    today: options.today,
  };
  const start = questionFor(own, places, { kind: 'first' }, where).url;
  const pager = createPager(own.paging, start, where);
  const rows = createRows(settings, own, options, cursorText);
  let turn: Turn | null = pager.first;
  for (let page = 1; turn !== null; page++) {
    if (page > own.max_pages) throw endless(own, where);
    const asked: Asked = await ask(asker, places, turn, options.signal);
    if (page === 1) requireColumns(settings, own, asked.answer.rows);
    for (const [i, row] of asked.answer.rows.entries()) {
      rows.take(row, `${where}, page ${page}, row ${i + 1}`, asked.http.now);
      if (rows.isFull()) yield rows.page({ last: false, keepCursor: own.ordered && !complete });
    }
    turn = pager.next(turn, asked.http, asked.answer);
  }
  yield rows.page({ last: true, keepCursor: !complete });
}

/** Where to ask from: the cursor looked back, or at first as far as `first_days` says. */
function sinceOf(own: RestSettings, settings: SourceSettings, cursor: string | null, options: ReadOptions): string {
  if (own.cursor !== undefined && cursor !== null)
    return lookedBack(cursor, settings.lookbackSeconds, own.cursor_kind === 'number' ? 1_000 : 0) ?? cursor;
  if (own.cursor_kind === 'number') return '0';
  return new Date(Date.parse(`${options.asOf}T00:00:00Z`) - own.first_days * 86_400_000).toISOString();
}

/** A path that not a single row has is a renamed field; one that some leave out is only empty there. */
function requireColumns(settings: SourceSettings, own: RestSettings, rows: readonly unknown[]): void {
  const there = presentPaths(settings, own, rows);
  if (there === null) return;
  const missing = missingColumns(settings, there, 'the answer', own.cursor);
  if (missing.length > 0) throw driftError(settings, there, missing, 'The first rows have');
}
function presentPaths(settings: SourceSettings, own: RestSettings, rows: readonly unknown[]): readonly string[] | null {
  const groups = rows.filter(isGroup);
  const [first] = groups;
  if (first === undefined) return null;
  const wanted = wantedColumns(settings, own.cursor);
  const found = wanted.filter(
    (path) => own.optional.includes(path) || groups.some((row) => at(row, path) !== undefined),
  );
  return [...new Set([...found, ...Object.keys(first)])];
}

/** Rows of the answers → pages of facts. */
function createRows(settings: SourceSettings, own: RestSettings, options: ReadOptions, cursorText: string | null) {
  const complete = own.cursor === undefined;
  const wanted = wantedColumns(settings, own.cursor);
  const unmapped = new Set<string>();
  const twins = complete ? createTwins() : null;
  let newest = cursorText;
  let count = 0;
  let withoutCursor = 0;
  let records: SourceRecord[] = [];
  let rejected: RejectedRow[] = [];
  const refuse = (place: string, why: string, fix: string) =>
    rejected.push({ source: settings.name, stream: 'rows', place, why, fix });
  return {
    take(row: unknown, place: string, now: string) {
      count += 1;
      if (!isGroup(row)) {
        refuse(
          place,
          'the row cannot be read',
          'A row is an object, a line of JSON, or has as many cells as the header.',
        );
        return;
      }
      const cells = Object.fromEntries(wanted.map((path) => [path, cellAt(row, path)]));
      const typed = typeRow(settings, 'rows', { place, cells }, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      const twin = typed.record === null ? null : (twins?.find(typed.record, count) ?? null);
      if (typed.record === null) rejected.push(typed.rejected);
      else if (twin !== null)
        refuse(
          place,
          `the key ${settings.key.join(' + ')} = ${typed.record.key.slice(0, 60)} came already as row ${twin}, with other values`,
          'A key names one fact: name more columns under key in sources.yaml.',
        );
      else records.push(typed.record);
      if (own.cursor === undefined) return;
      const cursor = cursorOf(own, cells[own.cursor]);
      if (cursor === null) withoutCursor += 1;
      else
        newest = later(
          own,
          newest,
          own.cursor_kind === 'number' ? cursor : capped(cursor, now, own.safety_lag_seconds),
        );
    },
    isFull: () => records.length + rejected.length >= pageRows,
    page({ last, keepCursor }: { readonly last: boolean; readonly keepCursor: boolean }): Page {
      const made: Page = {
        records,
        rejected,
        cursor: keepCursor && newest !== null ? { source: settings.name, stream: 'rows', at: newest } : null,
        last,
        complete,
        gone: [],
        unmapped: last ? [...unmapped] : [],
        ...(last && withoutCursor > 0 ? { notes: [nullCursors(settings, own, withoutCursor)] } : {}),
      };
      records = [];
      rejected = [];
      return made;
    },
  };
}

/** A row's cursor as we keep it: ISO in UTC, a day, or a number; null where it says nothing. */
function cursorOf(own: RestSettings, cell: string | number | boolean | null | undefined): string | null {
  if (cell === null || cell === undefined || cell === '') return null;
  const text = String(cell);
  if (own.cursor_kind === 'number') return /^-?\d+$/.test(text) ? text : null;
  if (own.cursor_kind === 'time') return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : parseInstant(text, null);
  return parseInstant(text, own.cursor_kind);
}
function later(own: RestSettings, one: string | null, other: string): string {
  if (one === null) return other;
  if (own.cursor_kind === 'number') return Number(other) > Number(one) ? other : one;
  return other > one ? other : one;
}

function nullCursors(settings: SourceSettings, own: RestSettings, count: number): Problem {
  return {
    code: 'W_NO_CURSOR',
    severity: 'warning',
    where: `source ${settings.name}`,
    what: `${count} ${count === 1 ? 'row has' : 'rows have'} no ${own.cursor}`,
    why: 'Nothing says whether they changed; a later reading may not be given them again.',
    fix: 'Name another field under cursor, or leave it out and read the whole list each time.',
  };
}
function endless(own: RestSettings, where: string): SourceError {
  return new SourceError(`after ${own.max_pages} pages there is still another`, {
    where,
    why: 'The paging may have no end, so it does not count as read.',
    fix: 'Ask for larger pages, or raise max_pages in config/sources.yaml.',
  });
}

async function check(asker: Asker, clock: Clock, signal: AbortSignal): Promise<readonly Problem[]> {
  const { own, settings, where } = asker;
  return await problemsOf(where, async () => {
    const today = clock.now().slice(0, 10);
    const yesterday = new Date(Date.parse(clock.now()) - 86_400_000).toISOString();
    const places = { since: own.cursor_kind === 'number' ? '0' : yesterday, asOf: today, today };
    const { answer } = await ask(
      asker,
      places,
      createPager(own.paging, new URL('https://unasked.invalid'), where).first,
      signal,
    );
    const there = presentPaths(settings, own, answer.rows);
    return there === null ? [] : missingColumns(settings, there, 'the answer', own.cursor);
  });
}
