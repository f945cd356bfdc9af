// What every database that is asked has in common: one statement that only reads, values bound by name and never pasted,
// identifiers from a narrow alphabet. Which driver carries the question is another file's.

import { SourceError, UsageError } from '../lib/errors.ts';

/** A value that a question hands over. */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, string | number | boolean | null>>;
export interface SqlQuestion {
  /** One SELECT; `:name` stands for a value. */
  readonly sql: string;
  readonly values: Readonly<Record<string, SqlValue>>;
  readonly timeoutMs: number;
  readonly rowsAtOnce: number;
  /** What to call it in messages: `source product_usage`. */
  readonly where: string;
}
/** Part of an answer. The first always comes, even without rows, because an empty answer has columns too. */
export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly SqlRow[];
  /** What time the database thinks it is, ISO in UTC: cursors never pass its clock. */
  readonly now: string;
}
/** Asks one question inside one snapshot and lets nothing be written. Throws SourceError, AuthError or UsageError. */
export type AskSql = (question: SqlQuestion, signal: AbortSignal) => AsyncGenerator<SqlAnswer>;

/** How a dialect is written. */
export interface SqlWriting {
  /** Text, comments and names that hold no parameter; group 1 is a dollar tag, group 2 a parameter's name. */
  readonly pieces: RegExp;
  /** The placeholder of the nth distinct parameter, from 1. */
  readonly mark: (name: string, nth: number) => string;
  /** True where each use of a name needs its value again (`?`). */
  readonly repeats: boolean;
  /** How a name is quoted: `"` or a backtick. */
  readonly quote: string;
}

/** Standard SQL: texts, quoted names, both comments, dollar quoting, `::` casts. */
export const standardPieces =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$\w*\$)[\s\S]*?\1|::|:([a-z_]\w*)|;/gi;

/**
 * `:name` → the dialect's placeholder, outside of quotes, comments and casts. Refuses a second statement, names nobody
 * gave, and what is no SELECT.
 * @throws UsageError with the place of the question.
 */
export function bindNames(
  sql: string,
  given: Readonly<Record<string, SqlValue>>,
  where: string,
  writing: Pick<SqlWriting, 'pieces' | 'mark' | 'repeats'>,
): { readonly text: string; readonly names: readonly string[]; readonly values: readonly SqlValue[] } {
  const names: string[] = [];
  const trimmed = sql.trim().replace(/;\s*$/, '');
  const text = trimmed.replace(writing.pieces, (whole: string, _tag: string | undefined, name: string | undefined) => {
    if (whole === ';')
      throw new UsageError('the query holds more than one statement', {
        where,
        why: 'A source asks one question and changes nothing.',
        fix: 'Leave one SELECT.',
      });
    if (name === undefined) return whole;
    if (!Object.hasOwn(given, name))
      throw new UsageError(`the query asks for :${name}`, {
        where,
        fix: `There are: ${Object.keys(given)
          .map((known) => `:${known}`)
          .join(', ')}.`,
      });
    if (writing.repeats || !names.includes(name)) names.push(name);
    return writing.mark(name, names.indexOf(name) + 1);
  });
  const opening = text.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
  if (!/^\(*\s*(select|with|table|values|from)\b/i.test(opening))
    throw new UsageError('the query is no SELECT', {
      where,
      why: 'A source only reads.',
      fix: 'Begin with SELECT or WITH.',
    });
  return { text, names, values: names.map((name) => given[name] ?? null) };
}

/** A name as an identifier in SQL. @throws UsageError for anything but letters, digits and underscores. */
export function quoteName(name: string, quote = '"'): string {
  if (!/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(name))
    throw new UsageError(`"${name}" cannot be a column name here`, {
      fix: 'Use letters, digits and underscores, or rename it in the query with AS.',
    });
  return `${quote}${name}${quote}`;
}

/** The same refusals, whatever the driver calls them; texts for people stand in one place. */
export const sqlRefusals = {
  write: (where: string, cause: unknown) =>
    new SourceError('the query tries to write', {
      where,
      why: 'Sources are asked in a read-only transaction.',
      fix: 'Leave out functions and statements that change something.',
      cause,
    }),
  slow: (where: string, cause: unknown) =>
    new SourceError('the query took too long', {
      where,
      why: 'It was stopped at its time limit.',
      fix: 'Aggregate to a row per account, contact and day, or add an index; timeout_seconds raises the limit.',
      cause,
    }),
  unread: (where: string, why: string, cause: unknown) =>
    new SourceError('the database refused the read', {
      where,
      why,
      fix: 'Grant SELECT on what the query names to this user, and nothing else.',
      cause,
    }),
  misunderstood: (where: string, says: string, cause: unknown) =>
    new SourceError(`the database does not understand the query: ${says}`, {
      where,
      fix: "Try it as the same user in the database's own console.",
      cause,
    }),
  untrusted: (where: string, says: string, cause: unknown) =>
    new SourceError('the database could not prove who it is', {
      where,
      why: `Its certificate was not accepted (${says}), so neither the password nor the data would be safe.`,
      fix: 'Give the company certificate by NODE_EXTRA_CA_CERTS, and use the name that the certificate is made out to.',
      cause,
    }),
  away: (where: string, says: string, cause: unknown) =>
    new SourceError(`the database could not be read (${says})`, {
      where,
      why: 'What it gave before stays; nothing is taken for gone.',
      fix: 'Is it running and reachable from here? The next run reads again.',
      cause,
    }),
};

/** What Node and OpenSSL call a certificate that is not good enough. */
export function isUntrusted(code: string): boolean {
  return (
    /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|HOSTNAME_MISMATCH)/.test(code) ||
    code === 'ERR_SSL_WRONG_VERSION_NUMBER'
  );
}

/** What ends the waiting for a stream. */
export interface RowLimits {
  readonly rowsAtOnce: number;
  /** A stream that says nothing for so long is given up: a network that swallows everything must not hold a run. */
  readonly quietMs: number;
  /** Told when the connection itself is gone; some drivers let their streams wait for ever then. */
  readonly onLost: (lost: (error: Error) => void) => void;
}

/**
 * Rows of a driver's stream in arrays of at most `rowsAtOnce`, the last one perhaps empty. Whatever ends the waiting ends
 * it at once: the stream is not asked to close in peace, since it may need the very server that is gone for that.
 */
export async function* rowsOf<T>(
  stream: AsyncIterable<T>,
  limits: RowLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  const iterator = stream[Symbol.asyncIterator]();
  let heardAt = performance.now();
  let giveUp: ((error: Error) => void) | null = null;
  let over: Error | null = null;
  const end = (error: Error) => {
    over ??= error;
    giveUp?.(over);
  };
  const stop = () => end(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  const watch = setInterval(
    () => {
      // Only while a row is waited for: the time that a page is worked on is ours and not the network's.
      if (giveUp !== null && performance.now() - heardAt > limits.quietMs)
        end(Object.assign(new Error('no answer any more'), { code: 'ETIMEDOUT' }));
    },
    Math.min(1_000, limits.quietMs),
  );
  signal.addEventListener('abort', stop, { once: true });
  limits.onLost(end);
  if (signal.aborted) stop();
  try {
    let rows: T[] = [];
    for (;;) {
      if (over !== null) throw over;
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      giveUp = null;
      heardAt = performance.now();
      if (next.done === true) break;
      rows.push(next.value);
      if (rows.length < limits.rowsAtOnce) continue;
      yield rows;
      rows = [];
      heardAt = performance.now();
    }
    signal.throwIfAborted();
    yield rows;
  } finally {
    giveUp = null;
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
  }
}

/** Waits for a farewell, but not for long: the answer is complete, and a server that is silent now changes nothing. */
export async function briefly(farewell: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, 2_000);
  });
  await Promise.race([farewell().catch(() => undefined), enough]);
  clearTimeout(timer);
}
