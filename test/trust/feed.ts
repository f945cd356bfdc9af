// The two sources of a trial, out of memory: rows through the same typing as any source, in pages of two, the usage with a
// cursor. They can be empty, away, or break off in the middle.

import type { SourceSettings } from '../../src/domain/decisions.ts';
import type { Cursor } from '../../src/domain/nouns.ts';
import { SourceError } from '../../src/lib/errors.ts';
import { type RawRow, typeRow } from '../../src/sources/row.ts';
import type { Page, Source, Stream } from '../../src/sources/source.ts';

/** empty: no row and no error. away: an error and no row. torn: a page, and then no more word. */
export type Weather = 'fine' | 'empty' | 'away' | 'torn';

export interface Feed {
  /** Customers by id: what they answered; null: never asked. */
  readonly customers: Map<string, number | null>;
  /** Usage rows, oldest first. */
  readonly usage: { readonly id: string; readonly day: string; readonly logins: number }[];
  readonly weather: { customers: Weather; usage: Weather };
  /** Numbers in the CRM, by customer. */
  readonly crmIds: ReadonlyMap<string, string>;
}

const stream: Stream = { name: 'rows', columns: {} };
const perPage = 2;

/** A source of this name over the feed. */
export function feedSource(settings: SourceSettings, feed: Feed): Source {
  const name = settings.name as 'customers' | 'usage';
  const rows = (cursor: Cursor | null): { readonly row: RawRow; readonly at: string }[] =>
    name === 'customers'
      ? [...feed.customers].map(([id, answer], at) => ({
          at: '',
          row: {
            place: `customers:${at}`,
            cells: {
              id,
              crm_id: feed.crmIds.get(id) ?? null,
              name: `Company ${id}`,
              owner: 'u1',
              satisfaction: answer,
            },
          },
        }))
      : feed.usage
          .filter(({ day }) => cursor === null || day >= cursor.at)
          .map(({ id, day, logins }, at) => ({ at: day, row: { place: `usage:${at}`, cells: { id, day, logins } } }));
  return {
    name: settings.name,
    streams: [stream],
    check: async () => [],
    async *read(_stream, cursor, days): AsyncIterable<Page> {
      const weather = feed.weather[name];
      if (weather === 'away') throw new SourceError('the source does not answer', { where: `source ${name}` });
      const all = weather === 'empty' ? [] : rows(cursor);
      for (let from = 0; from === 0 || from < all.length; from += perPage) {
        const part = all.slice(from, from + perPage);
        const typed = part.map(({ row }) => typeRow(settings, stream.name, row, days));
        const newest = part.at(-1)?.at ?? cursor?.at ?? null;
        yield {
          records: typed.flatMap(({ record }) => record ?? []),
          rejected: typed.flatMap(({ rejected }) => rejected ?? []),
          cursor:
            name === 'customers' || newest === null ? null : { source: settings.name, stream: stream.name, at: newest },
          last: weather !== 'torn' && from + perPage >= all.length,
          complete: name === 'customers',
          gone: [],
          unmapped: [],
        };
        if (weather === 'torn') return;
      }
    },
    close: async () => undefined,
  };
}
