// Rows of CSV, TSV, JSON Lines and Parquet files, asked by a query or grouped as declared, so that only a row per account
// and day reaches the program. A file is read and judged whole before the first row comes out: with too many bad rows, cut
// off, or with a column gone, nothing comes out at all.

import type { SqlRow } from '../../clients/sql.ts';
import type { SourceSettings } from '../../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../../domain/nouns.ts';
import { SourceError } from '../../lib/errors.ts';
import { lookedBack } from '../days.ts';
import { capped, problemsOf } from '../query.ts';
import { typeRow } from '../row.ts';
import type { Page, ReadOptions, Source } from '../source.ts';
import { createTwins } from '../twins.ts';
import { askFiles, type FilesAnswer } from './answer.ts';
import type { BadRows } from './bad-rows.ts';
import { type FileMark, fingerprint, marksOf, onlyGrew } from './list.ts';
import { type FilePlace, openPlace, type PlaceTools } from './place.ts';
import { FilesSettings, isPlain } from './settings.ts';

const pageRows = 1_000;

/** Opens files as a source with one stream, `rows`. Nothing is opened before `check` or `read`. */
export function openFilesSource(settings: SourceSettings, tools: PlaceTools): Source {
  const own = FilesSettings.parse(settings.settings);
  const place = openPlace(own, tools, `source ${settings.name}`);
  const columns = Object.fromEntries(Object.entries(settings.columns).map(([word, column]) => [word, column.type]));
  return {
    name: settings.name,
    streams: [{ name: 'rows', columns }],
    check: (signal) => check(settings, own, place, signal),
    read: (_stream, cursor, options) => read(settings, own, place, cursor?.at ?? null, options),
    close: () => place.close(),
  };
}

async function* read(
  settings: SourceSettings,
  own: FilesSettings,
  place: FilePlace,
  cursorText: string | null,
  options: ReadOptions,
): AsyncGenerator<Page> {
  const found = await place.list(options.signal);
  const seen = fingerprint(found, own.query?.includes(':as_of') === true ? options.asOf : '');
  const before = readCursor(cursorText);
  const cursorColumn = own.cursor ?? null;
  if (cursorColumn !== null && before.seen === seen) {
    // The same files as last time: what they said is known.
    yield { ...nothing, cursor: { source: settings.name, stream: 'rows', at: cursorText ?? '' }, last: true };
    return;
  }
  const { files, release } = await place.ready(found, options.signal);
  let answer: FilesAnswer | null = null;
  try {
    answer = await askFiles({ settings, own, files, asOf: options.asOf, signal: options.signal, columnsOnly: false });
    // Where files only grew, what is newer is enough. A file that is new or was replaced may hold any day.
    const grew = cursorColumn !== null && (await onlyGrew(files, before.marks, own.new_files_are_newer));
    const since = grew ? lookedBack(before.at, settings.lookbackSeconds) : null;
    const marks = cursorColumn === null ? {} : await marksOf(files);
    const of = isPlain(own) ? (files.length === 1 ? (files[0]?.path ?? '') : 'the files') : 'the answer';
    const pages = createPages(settings, own, options, { newest: before.at, now: answer.now, marks, of });
    for await (const rows of answer.rows(cursorColumn, since)) {
      for (const cells of rows) {
        pages.take(cells);
        if (pages.isFull()) yield pages.page(null);
      }
    }
    if (!(await place.areUnchanged(files))) throw changedMeanwhile(settings);
    const { told, notes } = tellBad(settings, own, answer.bad, pages.taken());
    pages.refuse(told);
    yield { ...pages.page(seen), ...(notes.length === 0 ? {} : { notes }) };
  } finally {
    await answer?.close();
    await release();
  }
}

const nothing = { records: [], rejected: [], cursor: null, last: false, complete: false, gone: [], unmapped: [] };

interface Seen {
  /** A fingerprint of all files; empty while the reading goes on. */
  readonly seen: string;
  readonly at: string | null;
  readonly marks: Readonly<Record<string, FileMark>>;
}
/** How far the answer was read, and what the files looked like then. */
function readCursor(text: string | null): Seen {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (typeof parsed === 'object' && parsed !== null && 'seen' in parsed && 'at' in parsed)
      return {
        seen: String(parsed.seen),
        at: typeof parsed.at === 'string' ? parsed.at : null,
        marks: 'marks' in parsed ? (parsed.marks as Seen['marks']) : {},
      };
  } catch {
    // A cursor of another kind of source: reading from the start is harmless.
  }
  return { seen: '', at: null, marks: {} };
}

interface Start {
  readonly newest: string | null;
  readonly now: string;
  readonly marks: Seen['marks'];
  /** What the rows are counted in, for their places. */
  readonly of: string;
}
/** Rows of the answer → pages of facts. */
function createPages(settings: SourceSettings, own: FilesSettings, options: ReadOptions, start: Start) {
  const complete = own.cursor === undefined;
  const where = `source ${settings.name}`;
  const unmapped = new Set<string>();
  const twins = complete ? createTwins() : null;
  let newest = start.newest;
  let row = 0;
  let records: SourceRecord[] = [];
  let rejected: RejectedRow[] = [];
  return {
    take(cells: SqlRow) {
      row += 1;
      const place = `${where}, row ${row} of ${start.of}`;
      const typed = typeRow(settings, 'rows', { place, cells }, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      const twin = typed.record === null ? null : (twins?.find(typed.record, row) ?? null);
      if (typed.record === null) rejected.push(typed.rejected);
      else if (twin !== null)
        rejected.push({
          source: settings.name,
          stream: 'rows',
          place,
          why: `the key ${settings.key.join(' + ')} = ${typed.record.key.slice(0, 60)} stands in row ${twin} already, with other values`,
          fix: 'A key names one fact: group by it, or name more columns under key in sources.yaml.',
        });
      else records.push(typed.record);
      const at = own.cursor === undefined ? null : cells[own.cursor];
      if (at !== null && at !== undefined) newest = capped(String(at), start.now, 0);
    },
    taken: () => row,
    refuse(rows: readonly RejectedRow[]) {
      rejected.push(...rows);
    },
    isFull: () => records.length + rejected.length >= pageRows,
    /** `seen` is what the files looked like, on the last page only: until then nothing says that they were read. */
    page(seen: string | null): Page {
      const at = JSON.stringify({ seen: seen ?? '', at: newest, marks: seen === null ? {} : start.marks });
      const made: Page = {
        ...nothing,
        records,
        rejected,
        cursor: complete ? null : { source: settings.name, stream: 'rows', at },
        last: seen !== null,
        complete,
        unmapped: seen === null ? [] : [...unmapped],
      };
      records = [];
      rejected = [];
      return made;
    },
  };
}

/**
 * Bad rows of the files as refused rows of the source. They were judged against all rows of the files; where a grouping
 * leaves a few rows only, listing them all would look as if most of the source were bad, so the rest becomes a note.
 */
function tellBad(
  settings: SourceSettings,
  own: FilesSettings,
  bad: BadRows,
  taken: number,
): { readonly told: readonly RejectedRow[]; readonly notes: readonly Problem[] } {
  const told = isPlain(own) ? bad.told : bad.told.slice(0, Math.floor(taken * settings.rejectLimit));
  const first = bad.told[0];
  if (first === undefined || told.length === bad.count) return { told, notes: [] };
  const note: Problem = {
    code: 'W_BAD_ROWS',
    severity: 'warning',
    where: `source ${settings.name}, ${first.place}`,
    what: `${bad.count} of ${bad.of} rows could not be read; the first: ${first.why}`,
    why: 'They are left out of what is counted and summed.',
    fix: first.fix,
  };
  return { told, notes: [note] };
}

function changedMeanwhile(settings: SourceSettings): SourceError {
  return new SourceError('a file changed while it was read', {
    where: `source ${settings.name}`,
    why: 'What came out may be half of the old and half of the new one, so it does not count as read.',
    fix: 'Write exports under another name and rename them when they are whole. The next run reads again.',
  });
}

/** Looks at the columns; of a storage only at one object, because looking means bringing it here. */
async function check(
  settings: SourceSettings,
  own: FilesSettings,
  place: FilePlace,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const where = `source ${settings.name}`;
  return await problemsOf(where, async () => {
    const found = await place.list(signal);
    const { files, release } = await place.ready(own.storage === undefined ? found : found.slice(-1), signal);
    try {
      const answer = await askFiles({ settings, own, files, asOf: '2000-01-01', signal, columnsOnly: true });
      await answer.close();
    } finally {
      await release();
    }
    return [];
  });
}
