// Rows of a CSV file as they stand, streamed. The file is read whole each time (`complete`): what is no longer in it is
// gone. UTF-8 with or without BOM and Shift_JIS/CP932; delimiter and date formats are declared, never guessed, because a
// guess that is right on Monday is wrong on the 13th.

import { PassThrough, Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { type CsvError, type Info, parse } from 'csv-parse';
import { parse as parseWhole } from 'csv-parse/sync';
import { z } from 'zod';
import type { SourceSettings } from '../domain/decisions.ts';
import type { Problem, RejectedRow, SourceRecord } from '../domain/nouns.ts';
import { DriftError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { openPlainFile, pathUnder } from '../lib/safe-file.ts';
import { typeRow } from './row.ts';
import type { Page, ReadOptions, Source, Stream } from './source.ts';

/** Settings of `kind: csv` in config/sources.yaml. */
export const CsvSettings = z.strictObject({
  path: z.string().min(1).describe('The file, relative to the home folder.'),
  encoding: z
    .enum(['utf8', 'cp932'])
    .default('utf8')
    .describe('utf8 (a BOM is fine) or cp932 (Shift_JIS as Windows writes it).'),
  delimiter: z.string().min(1).max(1).default(',').describe('One character between the cells: "," ";" or a tab.'),
});
export type CsvSettings = z.infer<typeof CsvSettings>;

const pageRows = 1_000;
/** Keys remembered for finding the same key twice in one file; beyond it, the last row of a key wins silently. */
const rememberedKeys = 1_000_000;
/** A line longer than this is no data. */
const longestLine = 1_048_576;

/** Opens one CSV file as a source with one stream, `rows`. The file itself is opened by `check` and `read`. */
export function openCsvSource(settings: SourceSettings, root: string): Source {
  const own = CsvSettings.parse(settings.settings);
  const stream: Stream = {
    name: 'rows',
    columns: Object.fromEntries(Object.entries(settings.columns).map(([name, column]) => [name, column.type])),
  };
  return {
    name: settings.name,
    streams: [stream],
    check: async (signal) => await checkFile(settings, own, root, signal),
    read: (_stream, _cursor, options) => readPages(settings, own, root, options),
    close: async () => undefined,
  };
}

async function* readPages(
  settings: SourceSettings,
  own: CsvSettings,
  root: string,
  options: ReadOptions,
): AsyncGenerator<Page> {
  let records: SourceRecord[] = [];
  let rejected: RejectedRow[] = [];
  const unmapped = new Set<string>();
  const seen = new Map<string, { line: number; content: string }>();
  const take = (last: boolean): Page => {
    const page = {
      records,
      rejected,
      cursor: null,
      last,
      complete: true,
      gone: [],
      unmapped: last ? [...unmapped] : [],
    };
    records = [];
    rejected = [];
    return page;
  };
  for await (const row of readRows(settings, own, root, options.signal)) {
    const place = `${own.path}:${row.line}`;
    if (row.cells === null) {
      rejected.push({ source: settings.name, stream: 'rows', place, why: row.why, fix: row.fix });
    } else {
      const typed = typeRow(settings, 'rows', { place, cells: row.cells }, options);
      if (unmapped.size < 200) for (const value of typed.unmapped) unmapped.add(value);
      if (typed.record === null) rejected.push(typed.rejected);
      else {
        const twin = settings.key.length === 0 ? undefined : seen.get(typed.record.key);
        const content = JSON.stringify(typed.record.fields) + typed.record.at;
        if (twin !== undefined && twin.content !== content) {
          rejected.push({
            source: settings.name,
            stream: 'rows',
            place,
            why: `the key ${settings.key.join(' + ')} = ${typed.record.key.slice(0, 60)} stands in line ${twin.line} already, with other values`,
            fix: 'A key names one fact: remove one of the two rows, or name more columns under key in sources.yaml.',
          });
        } else {
          if (settings.key.length > 0 && seen.size < rememberedKeys)
            seen.set(typed.record.key, { line: row.line, content });
          records.push(typed.record);
        }
      }
    }
    if (records.length + rejected.length >= pageRows) yield take(false);
  }
  yield take(true);
}

type FileRow =
  | { readonly line: number; readonly cells: Readonly<Record<string, string>> }
  | { readonly line: number; readonly cells: null; readonly why: string; readonly fix: string };

async function* readRows(
  settings: SourceSettings,
  own: CsvSettings,
  root: string,
  signal: AbortSignal,
): AsyncGenerator<FileRow> {
  const skipped: FileRow[] = [];
  const { rows, done } = await openRows(settings, own, root, signal, skipped);
  let header: string[] | null = null;
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: Info }>) {
      while (skipped.length > 0) yield skipped.shift() as FileRow;
      if (header === null) {
        header = record.map((name) => name.trim());
        requireColumns(settings, own, header);
        continue;
      }
      if (record.length !== header.length) {
        yield {
          line: info.lines,
          cells: null,
          why: `${record.length} cells where the header has ${header.length}`,
          fix: 'Quote cells that contain the delimiter, or correct the line.',
        };
        continue;
      }
      const cells: Record<string, string> = {};
      for (let i = 0; i < header.length; i++) cells[header[i] as string] = record[i] as string;
      yield { line: info.lines, cells };
    }
    await done;
  } catch (error) {
    throw translate(error, settings, own);
  }
  while (skipped.length > 0) yield skipped.shift() as FileRow;
  if (header === null) {
    throw new SourceError('a file is empty, without even a header', {
      where: `source ${settings.name}, ${own.path}`,
      why: 'A file without a header cannot be told from a broken export, so nothing is derived from it.',
      fix: 'Export the file again with its header line; a header without rows is understood as "no rows".',
    });
  }
}

async function openRows(
  settings: SourceSettings,
  own: CsvSettings,
  root: string,
  signal: AbortSignal,
  skipped: FileRow[],
) {
  const path = await pathUnder(root, own.path);
  const file = await openPlainFile(path).catch((error: unknown) => {
    throw translate(error, settings, own);
  });
  const tooLong = () =>
    new SourceError('a line has no end', {
      where: `source ${settings.name}, ${own.path}`,
      why: 'After 1 MiB it is no line of data; a quote that is not closed swallows all rows behind it.',
      fix: 'Close every quote, and double the quotes inside a quoted cell; or export the file again.',
    });
  const rows = parse({
    delimiter: own.delimiter,
    columns: false,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestLine,
    on_skip: (error: CsvError | undefined) => {
      if (error?.code === 'CSV_MAX_RECORD_SIZE') {
        rows.destroy(tooLong());
        return;
      }
      skipped.push({
        line: Number(error?.lines ?? 0),
        cells: null,
        why: `the line cannot be read: ${(error?.code ?? 'CSV_ERROR').toLowerCase().replaceAll('_', ' ')}`,
        fix: 'Close every quote, and double the quotes inside a quoted cell.',
      });
    },
  });
  // Node's own decoder: no BOM left over, and a byte that is not of the declared encoding is an error, not a "?".
  const decoder = new TextDecoder(own.encoding === 'cp932' ? 'shift_jis' : 'utf-8', { fatal: true });
  const text = new PassThrough({ encoding: 'utf8' });
  const decode = async function* (bytes: AsyncIterable<Buffer>) {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  };
  const done = pump(Readable.from(decode(file.createReadStream())), text, rows, { signal }).finally(() => file.close());
  done.catch(() => undefined);
  return { rows, done };
}

/** Rows of a CSV text that is in memory already (an answer of a web server). @throws SourceError */
export function parseCsvText(text: string, where: string): readonly (readonly string[])[] {
  try {
    return parseWhole(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestLine,
    });
  } catch (error) {
    throw new SourceError('the answer is no CSV', {
      where,
      why: 'A quote that is not closed swallows all rows behind it.',
      fix: 'Open the address in a browser and look at the place named; a sign-in page is the usual cause.',
      cause: error,
    });
  }
}

function requireColumns(settings: SourceSettings, own: CsvSettings, header: readonly string[]): void {
  const problems = missingColumns(settings, own, header);
  if (problems.length > 0) {
    throw new DriftError(`a column is gone: ${problems.map((problem) => problem.what).join('; ')}`, problems, {
      where: `source ${settings.name}, ${own.path}:1`,
      why: 'A missing column would turn into missing metrics for every account.',
      fix: `The file has: ${header.join(', ')}. Correct the export, or the names in config/sources.yaml.`,
    });
  }
}
function missingColumns(settings: SourceSettings, own: CsvSettings, header: readonly string[]): Problem[] {
  const wanted = new Set([
    ...Object.values(settings.columns).map((column) => column.from),
    ...settings.key,
    ...Object.values(settings.ids),
    ...(settings.account === null ? [] : [settings.account.column]),
    ...(settings.contact === null ? [] : [settings.contact]),
    ...(settings.at === null ? [] : [settings.at]),
  ]);
  return [...wanted]
    .filter((name) => !header.includes(name))
    .map((name) => ({
      code: 'E_DRIFT',
      severity: 'error' as const,
      where: `source ${settings.name}, ${own.path}:1`,
      what: `column "${name}" is not in the file`,
      why: 'Metrics that need it would be missing for every account.',
      fix: `The file has: ${header.join(', ')}. Correct the export, or the name in config/sources.yaml.`,
    }));
}

async function checkFile(
  settings: SourceSettings,
  own: CsvSettings,
  root: string,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  try {
    for await (const row of readRows(settings, own, root, signal)) {
      if (row.cells !== null) break;
    }
    return [];
  } catch (error) {
    rethrowCrash(error);
    if (error instanceof DriftError) return error.problems as readonly Problem[];
    const told = error instanceof SourceError ? error : translate(error, settings, own);
    return [
      { code: told.code, severity: 'error', where: told.where, what: told.message, why: told.why, fix: told.fix },
    ];
  }
}

function translate(
  error: unknown,
  settings: SourceSettings,
  own: CsvSettings,
): Error & {
  readonly code: 'E_SOURCE' | 'E_DRIFT';
  readonly where: string;
  readonly why: string;
  readonly fix: string;
} {
  rethrowCrash(error);
  if (error instanceof SourceError || error instanceof DriftError) return error as never;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const where = `source ${settings.name}, ${own.path}`;
  const why = 'Nothing can be derived from it, so the scores that need it stay as they are.';
  if (code === 'ENOENT')
    return new SourceError('a file is not there', {
      where,
      why,
      fix: 'Put the export there, or correct path in config/sources.yaml.',
      cause: error,
    }) as never;
  if (code === 'EACCES' || code === 'EPERM')
    return new SourceError('a file may not be read', {
      where,
      why,
      fix: 'Give the user that runs kenko the right to read it.',
      cause: error,
    }) as never;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    const other = own.encoding === 'utf8' ? 'cp932' : 'utf8';
    return new SourceError(`a file is not ${own.encoding}`, {
      where,
      why,
      fix: `Set encoding: ${other} for it in config/sources.yaml, or export it as UTF-8.`,
      cause: error,
    }) as never;
  }
  return new SourceError(`a file could not be read (${code === '' ? (error as Error).message : code})`, {
    where,
    why,
    fix: 'Open the file and look at the place named; export it again if it is cut off.',
    cause: error,
  }) as never;
}
