// What a portal is furnished with: properties, groups and lists, and what it says of itself and of our token. Calls only;
// what should be there is decided in crm/.

import type { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { type Call, type Reply, reading, type Sent, sender, type Transport } from './call.ts';
import type { SignIn } from './sign-in.ts';

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly displayOrder?: number;
  readonly hidden: boolean;
}
export interface Property {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  readonly unique: boolean;
  /** Computed by HubSpot, or closed to the API: never ours to write. */
  readonly readOnly: boolean;
  readonly archived: boolean;
}
export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly PropertyOption[];
  readonly unique: boolean;
}
export interface Portal {
  readonly id: string;
  /** `STANDARD`, `SANDBOX`, `DEVELOPER_TEST`, `APP_DEVELOPER`. */
  readonly kind: string;
  readonly zone: string;
}

/** A stage of a pipeline, and what it means. */
export interface Stage {
  readonly pipeline: string;
  readonly id: string;
  readonly label: string;
  /** Whether records in it are done with; null where HubSpot does not say. */
  readonly closed: boolean | null;
  /** Of deals: how likely they are won, 0..1. */
  readonly probability: number | null;
}
export interface Bearer {
  /** The portal that the token is for. */
  readonly portal: string;
  readonly scopes: readonly string[];
}

export interface FurnitureCalls {
  /** Signs in, in effect: which portal this token belongs to. */
  portal(signal: AbortSignal): Promise<Reply<Portal>>;
  /** Whose our token is and what it may do. Not every kind of token can be asked (a service key cannot); then a refusal. */
  bearer(signal: AbortSignal): Promise<Reply<Bearer>>;
  properties(object: string, signal: AbortSignal): Promise<Reply<readonly Property[]>>;
  property(object: string, name: string, signal: AbortSignal): Promise<Reply<Property>>;
  createProperty(object: string, property: NewProperty, signal: AbortSignal): Promise<Reply<Property>>;
  /** Replaces the whole list of options: give it all that were there a moment ago, and the new ones. */
  setOptions(
    object: string,
    name: string,
    options: readonly PropertyOption[],
    signal: AbortSignal,
  ): Promise<Reply<Property>>;
  groups(object: string, signal: AbortSignal): Promise<Reply<readonly string[]>>;
  /** All stages of all pipelines of deals or tickets. */
  pipelines(object: string, signal: AbortSignal): Promise<Reply<readonly Stage[]>>;
  createGroup(object: string, name: string, label: string, signal: AbortSignal): Promise<Reply<unknown>>;
  listByName(objectTypeId: string, name: string, signal: AbortSignal): Promise<Reply<unknown>>;
  createList(
    list: { readonly name: string; readonly objectTypeId: string; readonly filterBranch: unknown },
    signal: AbortSignal,
  ): Promise<Reply<unknown>>;
}

const property = z
  .object({
    name: z.string(),
    label: z.string().nullish(),
    type: z.string(),
    fieldType: z.string().nullish(),
    groupName: z.string().nullish(),
    options: z
      .array(
        z.object({
          label: z.string(),
          value: z.string(),
          description: z.string().nullish(),
          displayOrder: z.number().nullish(),
          hidden: z.boolean().nullish(),
        }),
      )
      .nullish(),
    hasUniqueValue: z.boolean().nullish(),
    calculated: z.boolean().nullish(),
    archived: z.boolean().nullish(),
    modificationMetadata: z.object({ readOnlyValue: z.boolean().nullish() }).nullish(),
  })
  .transform(
    (raw): Property => ({
      name: raw.name,
      label: raw.label ?? raw.name,
      type: raw.type,
      fieldType: raw.fieldType ?? '',
      groupName: raw.groupName ?? '',
      options: (raw.options ?? []).map((option) => ({
        label: option.label,
        value: option.value,
        ...(typeof option.description === 'string' ? { description: option.description } : {}),
        ...(typeof option.displayOrder === 'number' ? { displayOrder: option.displayOrder } : {}),
        hidden: option.hidden ?? false,
      })),
      unique: raw.hasUniqueValue ?? false,
      readOnly: (raw.calculated ?? false) || (raw.modificationMetadata?.readOnlyValue ?? false),
      archived: raw.archived ?? false,
    }),
  );
const propertyList = z.object({ results: z.array(property) }).transform((list) => list.results);
const groupList = z
  .object({ results: z.array(z.object({ name: z.string() })) })
  .transform((list) => list.results.map((group) => group.name));
const stage = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  label: z.string().nullish(),
  // Every value in it is text; deals say isClosed and probability, tickets ticketState.
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const pipelineList = z
  .object({
    results: z.array(z.object({ id: z.union([z.string(), z.number()]).transform(String), stages: z.array(stage) })),
  })
  .transform((list) =>
    list.results.flatMap((pipeline) =>
      pipeline.stages.map((one): Stage => {
        const said = (name: string) => (one.metadata?.[name] == null ? null : String(one.metadata[name]));
        const state = said('isClosed') ?? said('ticketState')?.toLowerCase().replace('closed', 'true') ?? null;
        const chance = Number(said('probability') ?? Number.NaN);
        return {
          pipeline: pipeline.id,
          id: one.id,
          label: one.label ?? one.id,
          closed: state === null ? null : state.toLowerCase() === 'true',
          probability: Number.isNaN(chance) ? null : chance,
        };
      }),
    ),
  );
const portal = z
  .object({
    portalId: z.union([z.string(), z.number()]),
    accountType: z.string().nullish(),
    timeZone: z.string().nullish(),
  })
  .transform(
    (raw): Portal => ({ id: String(raw.portalId), kind: raw.accountType ?? 'STANDARD', zone: raw.timeZone ?? 'UTC' }),
  );
const hub = z.union([z.string().min(1), z.number()]).transform(String);
const tokenInfo = z.union([
  z
    .object({ hubId: hub, scopes: z.array(z.string()) })
    .transform((raw): Bearer => ({ portal: raw.hubId, scopes: raw.scopes })),
  z
    .object({ hub_id: hub, scopes: z.array(z.string()) })
    .transform((raw): Bearer => ({ portal: raw.hub_id, scopes: raw.scopes })),
]);

/** The calls on furniture. `raw` sends what the typed client has no method for. */
export function furnitureCalls(
  transport: Transport,
  sdk: () => Promise<Client>,
  raw: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Sent>,
  signIn: SignIn,
): FurnitureCalls {
  const send = sender(transport, sdk);
  // Furniture has names: the second time it is refused as already there, so these may be sent again.
  const making = <T>(name: string, parse: Call<T>['parse']): Call<T> => ({
    name,
    counts: 'write',
    replay: true,
    parse,
  });
  const anything = (data: unknown) => data;

  return {
    portal: (signal) =>
      transport.call(reading('account.details', portal.parse), () => raw('GET', '/account-info/v3/details'), signal),
    bearer: (signal) =>
      signIn.kind === 'oauth'
        ? transport.call(
            reading('token.info', tokenInfo.parse),
            () => raw('GET', `/oauth/v1/access-tokens/${encodeURIComponent(signIn.current())}`),
            signal,
          )
        : transport.call(
            { ...reading('token.info', tokenInfo.parse), counts: 'auth' },
            () => raw('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: signIn.current() }),
            signal,
          ),
    properties: (object, signal) =>
      send(reading(`properties.${object}.list`, propertyList.parse), signal, (client) =>
        client.crm.properties.coreApi.getAllWithHttpInfo(object),
      ),
    property: (object, name, signal) =>
      send(reading(`properties.${object}.get`, property.parse), signal, (client) =>
        client.crm.properties.coreApi.getByNameWithHttpInfo(object, name),
      ),
    createProperty: (object, wanted, signal) =>
      send(making(`properties.${object}.create`, property.parse), signal, (client) =>
        client.crm.properties.coreApi.createWithHttpInfo(object, {
          name: wanted.name,
          label: wanted.label,
          description: wanted.description,
          groupName: wanted.groupName,
          type: wanted.type as never,
          fieldType: wanted.fieldType as never,
          ...(wanted.unique ? { hasUniqueValue: true } : {}),
          ...(wanted.options.length === 0 ? {} : { options: wanted.options.map((option) => ({ ...option })) }),
        }),
      ),
    setOptions: (object, name, options, signal) =>
      send(making(`properties.${object}.options`, property.parse), signal, (client) =>
        client.crm.properties.coreApi.updateWithHttpInfo(object, name, {
          options: options.map((option) => ({ ...option })),
        }),
      ),
    groups: (object, signal) =>
      send(reading(`groups.${object}.list`, groupList.parse), signal, (client) =>
        client.crm.properties.groupsApi.getAllWithHttpInfo(object),
      ),
    pipelines: (object, signal) =>
      send(reading(`pipelines.${object}.list`, pipelineList.parse), signal, (client) =>
        client.crm.pipelines.pipelinesApi.getAllWithHttpInfo(object),
      ),
    createGroup: (object, name, label, signal) =>
      send(making(`groups.${object}.create`, anything), signal, (client) =>
        client.crm.properties.groupsApi.createWithHttpInfo(object, { name, label, displayOrder: -1 }),
      ),
    listByName: (objectTypeId, name, signal) =>
      send(reading('lists.byName', anything), signal, (client) =>
        client.crm.lists.listsApi.getByNameWithHttpInfo(name, objectTypeId),
      ),
    createList: (list, signal) =>
      send(making('lists.create', anything), signal, (client) =>
        client.crm.lists.listsApi.createWithHttpInfo({
          name: list.name,
          objectTypeId: list.objectTypeId,
          processingType: 'DYNAMIC',
          filterBranch: list.filterBranch as never,
        }),
      ),
  };
}
