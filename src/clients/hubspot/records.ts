// Records, associations and owners: the calls on data. Each takes and gives plain values; the vendor's classes stay in
// here. No call chunks, repeats or decides; 100 records (1,000 for associations) are the most that one call may carry.

import type { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { orThrow, type Reply, reading, searching, sender, type Transport } from './call.ts';
import type { ItemError } from './errors.ts';

/** A record as HubSpot shows it: every value is text, an empty one null. */
export interface Item {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly archived: boolean;
  /** When HubSpot last changed it, ISO in UTC; null where the answer does not say. */
  readonly updatedAt: string | null;
}
/** A batch's answer, in any order. An input may be missing from both lists. */
export interface Batch {
  readonly results: readonly Item[];
  readonly errors: readonly ItemError[];
}
export interface ItemPage {
  readonly results: readonly Item[];
  /** Where the next page starts; null at the end. */
  readonly after: string | null;
}
export interface ReadOptions {
  /** A property with unique values by which the ids are meant. */
  readonly idProperty?: string;
  /** Only archived records instead of only living ones. */
  readonly archived?: boolean;
}
export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: 'GT' | 'GTE' | 'LT' | 'LTE' | 'EQ' | 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY';
  readonly value?: string;
}
/** One page of a search, in the order of ids. */
export interface Found {
  /** How many records there are on all pages. */
  readonly total: number;
  readonly results: readonly Item[];
}
export interface UpdateInput {
  readonly id: string;
  readonly trace: string;
  readonly properties: Readonly<Record<string, string>>;
}
export interface CreateInput {
  readonly trace: string;
  readonly properties: Readonly<Record<string, string>>;
  /** The record that the new one hangs on, and the association type that HubSpot defines for it. */
  readonly on: { readonly id: string; readonly associationTypeId: number };
}
export interface Association {
  readonly to: string;
  readonly primary: boolean;
}
export interface Owner {
  readonly id: string;
  readonly email: string | null;
  readonly active: boolean;
}

export interface RecordCalls {
  readRecords(
    object: string,
    ids: readonly string[],
    properties: readonly string[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Reply<Batch>>;
  getRecord(
    object: string,
    id: string,
    properties: readonly string[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<Reply<Item>>;
  listRecords(
    object: string,
    page: {
      readonly properties: readonly string[];
      readonly after: string | null;
      readonly archived: boolean;
      readonly limit: number;
    },
    signal: AbortSignal,
  ): Promise<Reply<ItemPage>>;
  /**
   * Living records that pass all filters, by ids above `above`, at most 200. The index lags behind by seconds and its
   * answers by page end at 10,000: going on above the last id has no such end. Never for "does it exist". With `newestBy`
   * those come first whose property of that name is newest.
   */
  searchRecords(
    object: string,
    ask: {
      readonly filters: readonly SearchFilter[];
      readonly above: string | null;
      readonly newestBy?: string;
      readonly properties: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<Reply<Found>>;
  updateRecords(object: string, inputs: readonly UpdateInput[], signal: AbortSignal): Promise<Reply<Batch>>;
  createRecords(object: string, inputs: readonly CreateInput[], signal: AbortSignal): Promise<Reply<Batch>>;
  /** All associations of up to 1,000 records, every page of them; records without one are absent. Throws. */
  associations(
    from: string,
    to: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Association[]>>;
  /** All owners, active and not. Throws. */
  owners(signal: AbortSignal): Promise<readonly Owner[]>;
}

const text = z.unknown().transform((value) => (value === null || value === undefined ? null : String(value)));
const id = z.union([z.string().min(1), z.number()]).transform(String);
const item = z.object({
  id,
  properties: z.record(z.string(), text),
  archived: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  // The client's models make a Date of it; an answer that it did not expect keeps the wire's text.
  updatedAt: z
    .unknown()
    .optional()
    .transform((value) => {
      const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(at) ? null : new Date(at).toISOString();
    }),
});
const context = z
  .record(z.string(), z.union([z.array(z.unknown()), z.unknown().transform((value) => [value])]))
  .transform((lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.map(String)])));
const itemError = z.object({
  category: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  subCategory: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'string' ? value : null)),
  message: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  context: context.nullish().transform((value) => value ?? {}),
});
const batch = z.object({
  results: z.array(item),
  errors: z
    .array(itemError)
    .nullish()
    .transform((value) => value ?? []),
});
const paging = z
  .object({ next: z.object({ after: id }).nullish() })
  .nullish()
  .transform((value) => value?.next?.after ?? null);
const itemPage = z
  .object({ results: z.array(item), paging })
  .transform((page) => ({ results: page.results, after: page.paging }));
const found = z.object({ total: z.number(), results: z.array(item) });
const associationPage = z.object({
  results: z.array(
    z.object({
      // The client renames `from`; an answer that it did not expect keeps the wire's name.
      _from: z.object({ id }).nullish(),
      from: z.object({ id }).nullish(),
      to: z.array(
        z.object({
          // A number on the wire, whatever the specification says.
          toObjectId: id,
          associationTypes: z.array(z.object({ label: z.string().nullish() })).nullish(),
        }),
      ),
      paging,
    }),
  ),
});
const ownerPage = z.object({
  results: z.array(
    z.object({ id, email: z.string().nullish(), userId: z.number().nullish(), archived: z.boolean().nullish() }),
  ),
  paging,
});

/** The most that one page of a search holds. */
export const searchSize = 200;

/** The calls on data, over one transport and one client. */
export function recordCalls(transport: Transport, sdk: () => Promise<Client>): RecordCalls {
  const send = sender(transport, sdk);

  return {
    readRecords: (object, ids, properties, options, signal) =>
      send(reading(`${object}.read`, batch.parse), signal, (client) =>
        client.crm.objects.batchApi.readWithHttpInfo(
          object,
          {
            properties: [...properties],
            propertiesWithHistory: [],
            inputs: ids.map((one) => ({ id: one })),
            ...(options.idProperty === undefined ? {} : { idProperty: options.idProperty }),
          },
          options.archived === true ? true : undefined,
        ),
      ),
    getRecord: (object, one, properties, options, signal) =>
      send(reading(`${object}.get`, item.parse), signal, (client) =>
        client.crm.objects.basicApi.getByIdWithHttpInfo(
          object,
          one,
          [...properties],
          undefined,
          undefined,
          options.archived === true ? true : undefined,
          options.idProperty,
        ),
      ),
    listRecords: (object, page, signal) =>
      send(reading(`${object}.list`, itemPage.parse), signal, (client) =>
        client.crm.objects.basicApi.getPageWithHttpInfo(
          object,
          page.limit,
          page.after ?? undefined,
          [...page.properties],
          undefined,
          undefined,
          page.archived ? true : undefined,
        ),
      ),
    searchRecords: (object, ask, signal) =>
      send(searching(`${object}.search`, found.parse), signal, (client) =>
        client.crm.objects.searchApi.doSearchWithHttpInfo(object, {
          filterGroups: [
            {
              filters: [
                ...ask.filters,
                ...(ask.above === null
                  ? []
                  : [{ propertyName: 'hs_object_id', operator: 'GT', value: ask.above } as const]),
              ].map((filter) => ({ ...filter, operator: filter.operator as never })),
            },
          ],
          sorts: [ask.newestBy === undefined ? 'hs_object_id' : `-${ask.newestBy}`],
          properties: [...ask.properties],
          limit: searchSize,
        }),
      ),
    updateRecords: (object, inputs, signal) =>
      send({ name: `${object}.update`, counts: 'write', replay: true, parse: batch.parse }, signal, (client) =>
        client.crm.objects.batchApi.updateWithHttpInfo(object, {
          inputs: inputs.map((input) => ({
            id: input.id,
            objectWriteTraceId: input.trace,
            properties: { ...input.properties },
          })),
        }),
      ),
    createRecords: (object, inputs, signal) =>
      send({ name: `${object}.create`, counts: 'write', replay: false, parse: batch.parse }, signal, (client) =>
        client.crm.objects.batchApi.createWithHttpInfo(object, {
          inputs: inputs.map((input) => ({
            objectWriteTraceId: input.trace,
            properties: { ...input.properties },
            associations: [
              {
                to: { id: input.on.id },
                types: [
                  { associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: input.on.associationTypeId },
                ],
              },
            ],
          })),
        }),
      ),
    async associations(fromObject, to, ids, signal) {
      const found = new Map<string, Association[]>();
      let inputs: { id: string; after?: string }[] = ids.map((one) => ({ id: one }));
      while (inputs.length > 0) {
        const asked = inputs;
        const reply: Reply<z.infer<typeof associationPage>> = await send(
          reading(`associations.${fromObject}.${to}`, associationPage.parse),
          signal,
          (client) =>
            client.crm.associations.v4.batchApi.getPageWithHttpInfo(fromObject, to, { inputs: asked as never }),
        );
        const page = orThrow(reply, `hubspot associations ${fromObject} → ${to}`);
        const more: { id: string; after?: string }[] = [];
        for (const row of page.results) {
          const from = row._from?.id ?? row.from?.id ?? '';
          const list = found.get(from) ?? [];
          for (const one of row.to) {
            const primary = (one.associationTypes ?? []).some((type) => type.label === 'Primary');
            const known = list.findIndex((other) => other.to === one.toObjectId);
            if (known === -1) list.push({ to: one.toObjectId, primary });
            else if (primary) list[known] = { to: one.toObjectId, primary };
          }
          found.set(from, list);
          if (row.paging !== null) more.push({ id: from, after: row.paging });
        }
        inputs = more;
      }
      return found;
    },
    async owners(signal) {
      const all = new Map<string, Owner>();
      for (const archived of [false, true]) {
        let after: string | null = null;
        do {
          const next: string | undefined = after ?? undefined;
          const reply: Reply<z.infer<typeof ownerPage>> = await send(
            reading('owners.list', ownerPage.parse),
            signal,
            (client): Promise<unknown> =>
              client.crm.owners.ownersApi.getPageWithHttpInfo(undefined, next, 100, archived),
          );
          const page: z.infer<typeof ownerPage> = orThrow(reply, 'hubspot owners');
          for (const owner of page.results) {
            const active = !archived && owner.archived !== true && typeof owner.userId === 'number';
            if (!all.has(owner.id)) all.set(owner.id, { id: owner.id, email: owner.email ?? null, active });
          }
          after = page.paging;
        } while (after !== null);
      }
      return [...all.values()];
    },
  };
}
