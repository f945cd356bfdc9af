// Several small questions in one call: describes and queries as parts of a composite request, which Salesforce counts as
// one. A part that is refused is asked again by itself, so that a refusal is always the word on that question alone.

import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { Caller } from './call.ts';
import type { ObjectDescription, Row } from './connect.ts';

/** Parts of one composite request, and queries among them: the vendor's limits. */
const mostParts = 25;
export const mostQueries = 5;

export interface Looking {
  readonly objects: readonly string[];
  /** Small ones, by name; at most five. */
  readonly queries: Readonly<Record<string, string>>;
}
/** What each question brought: its answer, or the error that it would have thrown by itself. */
export interface Looked {
  readonly described: ReadonlyMap<string, ObjectDescription | KenkoError>;
  readonly rows: ReadonlyMap<string, readonly Row[] | KenkoError>;
}
/** The same questions, one call each. */
export interface Single {
  describe(object: string): Promise<ObjectDescription>;
  rows(name: string, soql: string): Promise<readonly Row[]>;
  /** The body of a describe as a description; null where it is none. */
  descriptionOf(body: unknown): ObjectDescription | null;
}

/** Asks all of it. @throws what the call as a whole throws: AuthError, LimitError, DriftError, UnavailableError. */
export async function lookTogether(
  caller: Caller,
  apiVersion: string,
  looking: Looking,
  single: Single,
  signal: AbortSignal,
): Promise<Looked> {
  const queries = Object.entries(looking.queries);
  if (queries.length > mostQueries || queries.length + looking.objects.length > mostParts)
    throw new RangeError('too many questions for one call');
  const base = `/services/data/v${apiVersion}`;
  const part = (referenceId: string, path: string) => ({ method: 'GET', url: `${base}${path}`, referenceId });
  const body = await caller.read({
    name: 'look',
    kind: 'read',
    method: 'POST',
    path: '/composite',
    body: {
      allOrNone: false,
      compositeRequest: [
        ...looking.objects.map((object, n) => part(`object${n}`, `/sobjects/${encodeURIComponent(object)}/describe`)),
        ...queries.map(([, soql], n) => part(`query${n}`, `/query?q=${encodeURIComponent(soql)}`)),
      ],
    },
    signal,
  });
  const answers = partsOf(body);
  const alone = async <T>(work: () => Promise<T>): Promise<T | KenkoError> => {
    try {
      return await work();
    } catch (error) {
      rethrowCrash(error);
      if (signal.aborted || !(error instanceof KenkoError)) throw error;
      return error;
    }
  };
  const described = new Map<string, ObjectDescription | KenkoError>();
  for (const [n, object] of looking.objects.entries()) {
    const found = single.descriptionOf(answers.get(`object${n}`));
    described.set(object, found ?? (await alone(() => single.describe(object))));
  }
  const rows = new Map<string, readonly Row[] | KenkoError>();
  for (const [n, [name, soql]] of queries.entries()) {
    const page = answers.get(`query${n}`) as { done?: unknown; records?: unknown } | undefined;
    const whole = page?.done === true && Array.isArray(page.records) ? (page.records as readonly Row[]) : null;
    rows.set(name, whole ?? (await alone(() => single.rows(name, soql))));
  }
  return { described, rows };
}

/** Bodies of the parts that were answered with yes, by reference. */
function partsOf(body: unknown): Map<string, unknown> {
  const parts = (body as { compositeResponse?: unknown } | null)?.compositeResponse;
  const answers = new Map<string, unknown>();
  for (const part of Array.isArray(parts) ? parts : []) {
    const status = Number(part?.httpStatusCode);
    if (status >= 200 && status < 300) answers.set(String(part.referenceId), part.body);
  }
  return answers;
}
