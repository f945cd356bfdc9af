// What may be said of any request to HubSpot by looking at it: the address and its query are known to the client's code, the
// body fits the client's model to the last key and type, and no limit that HubSpot documents is passed. Judges one request;
// what a whole run does is requests.ts's.

import { createRequire } from 'node:module';
import { attributesOf, type ClientRoute, enumOf, routesFor, undated } from './client-routes.ts';
import { callOf, type Exchange, jsonOf } from './exchanges.ts';

const { AssociationTypes } = createRequire(import.meta.url)('@hubspot/api-client') as {
  readonly AssociationTypes: Readonly<Record<string, number>>;
};
/** The client's own numbers of associations from a task. */
export const fromTask = new Map(
  Object.entries(AssociationTypes)
    .filter(([name]) => name.startsWith('taskTo'))
    .map(([name, id]) => [id, name.replace('taskTo', '').toLowerCase()]),
);

/** Routes that the typed client has no method for, with the keys that HubSpot documents for their bodies. */
const untyped: readonly { readonly method: string; readonly path: RegExp; readonly keys: readonly string[] }[] = [
  { method: 'GET', path: /^\/account-info\/(v3|20\d\d-\d\d)\/details$/, keys: [] },
  { method: 'GET', path: /^\/account-info\/(v3|20\d\d-\d\d)\/api-usage\/daily\/private-apps$/, keys: [] },
  { method: 'GET', path: /^\/crm\/(v3\/limits|limits\/20\d\d-\d\d)\/custom-properties$/, keys: [] },
  { method: 'POST', path: /^\/oauth\/v2\/private-apps\/get\/access-token-info$/, keys: ['tokenKey'] },
  {
    method: 'POST',
    path: /^\/oauth\/(v1|v3|20\d\d-\d\d)\/token$/,
    keys: ['grant_type', 'client_id', 'client_secret', 'refresh_token', 'code', 'redirect_uri'],
  },
];

/** Where the body differs from the model: strangers, wrong types, values outside an enumeration. */
function misfits(api: string, type: string, value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value)
      ? value.flatMap((one, at) => misfits(api, list, one, `${path}[${at}]`))
      : [`${path} is no list`];
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined)
    return Object.entries(value as object).flatMap(([name, one]) => misfits(api, map, one, `${path}.${name}`));
  if (['string', 'number', 'boolean'].includes(type))
    return typeof value === type ? [] : [`${path} is a ${typeof value}, the model wants a ${type}`];
  if (type === 'Date') return Number.isNaN(Date.parse(String(value))) ? [`${path} is no time`] : [];
  const attributes = attributesOf(api, type);
  // A union or a free form: HubSpot's own filters are such, and are judged by the portal's checks of lists.
  if (attributes === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [`${path} is no ${type}`];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const inner = attributes.get(name);
    if (inner === undefined) return [`${at} is unknown to ${type}`];
    const choices = enumOf(api, type, inner);
    if (choices !== null) return choices.includes(String(one)) ? [] : [`${at} is ${String(one)}, none of ${inner}`];
    return misfits(api, inner, one, at);
  });
}

function queryProblems(route: ClientRoute, query: URLSearchParams): string[] {
  return [...query].flatMap(([name, value]) => {
    const type = route.query.get(name);
    if (type === undefined) return [`the query has ${name}, which ${route.api} ${route.name} does not know`];
    if (type === 'number' && !/^\d+$/.test(value)) return [`${name}=${value} is no number`];
    return type === 'boolean' && value !== 'true' && value !== 'false' ? [`${name}=${value} is no boolean`] : [];
  });
}

/** Numbers from HubSpot's documents, by what the path ends in: most inputs of one call. */
const mostInputs: readonly (readonly [RegExp, number])[] = [
  [/\/associations\/.*\/batch\/read$/, 1000],
  [/\/associations\/.*\/batch\/(create|associate\/default|archive|labels\/archive)$/, 2000],
  [/\/batch\/(read|create|update|upsert|archive)$/, 100],
];
/** Most entries of one page, by what the path is. */
const mostPerPage: readonly (readonly [RegExp, number])[] = [
  [/\/objects\/[^/]+$/, 100],
  [/\/associations\/[^/]+$/, 500],
  [/\/owners\/?$/, 500],
  [/\/memberships(\/join-order)?$/, 250],
];
const longestUrl = 8192;
const longestText = 65_536;

interface Input {
  readonly id?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly objectWriteTraceId?: unknown;
  readonly associations?: readonly {
    readonly to?: { readonly id?: unknown };
    readonly types?: readonly { readonly associationTypeId?: unknown }[];
  }[];
}

function inputProblems(path: string, inputs: readonly Input[]): string[] {
  const found: string[] = [];
  const most = mostInputs.find(([pattern]) => pattern.test(path))?.[1];
  if (most !== undefined && inputs.length > most) found.push(`${inputs.length} inputs, ${most} are allowed`);
  if (inputs.length === 0) found.push('a batch of nothing');
  const isWrite = /\/objects\/[^/]+\/batch\/(create|update|upsert)$/.test(path);
  const ids = inputs.map((one) => one.id).filter((id) => id !== undefined);
  if (/\/batch\/(update|upsert)$/.test(path) && new Set(ids).size !== ids.length) found.push('an id stands twice');
  if (!isWrite) return found;
  const traces = inputs.map((one) => one.objectWriteTraceId);
  // Without one on each input a single bad value refuses all.
  if (traces.some((trace) => typeof trace !== 'string' || trace === '')) found.push('an input has no trace id');
  if (new Set(traces).size !== traces.length) found.push('a trace id stands twice');
  for (const [at, input] of inputs.entries())
    found.push(...valueProblems(input).map((problem) => `inputs[${at}] ${problem}`));
  const isTaskCreate = /\/objects\/(tasks|0-27)\/batch\/create$/.test(path);
  if (isTaskCreate) found.push(...inputs.flatMap(taskProblems));
  return found;
}
function valueProblems(input: Input): string[] {
  const entries = Object.entries(input.properties ?? {});
  if (entries.length === 0) return ['changes nothing'];
  return entries.flatMap(([name, value]) => {
    if (typeof value !== 'string') return [`${name} is sent as ${value === null ? 'null' : typeof value}, not as text`];
    return value.length > longestText ? [`${name} is longer than ${longestText} characters`] : [];
  });
}
function taskProblems(input: Input): string[] {
  const types = (input.associations ?? []).flatMap((one) => (one.types ?? []).map((type) => type.associationTypeId));
  if (types.length === 0) return ['a task hangs on nothing'];
  const wrong = types.filter((type) => !fromTask.has(Number(type)));
  return [
    ...wrong.map((type) => `association type ${String(type)} does not lead away from a task`),
    ...(input.properties?.['hs_timestamp'] === undefined ? ['a task has no hs_timestamp'] : []),
  ];
}

interface SearchFilter {
  readonly operator?: unknown;
  readonly values?: unknown;
}
function searchProblems(text: string, body: Readonly<Record<string, unknown>>): string[] {
  const groups = (body['filterGroups'] ?? []) as readonly { readonly filters?: readonly SearchFilter[] }[];
  const filters = groups.flatMap((group) => group.filters ?? []);
  const [limit, after] = [Number(body['limit'] ?? 10), Number(body['after'] ?? 0)];
  const sorts = Array.isArray(body['sorts']) ? body['sorts'].length : 0;
  const loud = filters.some(
    (filter) =>
      ['IN', 'NOT_IN'].includes(String(filter.operator)) &&
      ((filter.values ?? []) as readonly unknown[]).some((value) => String(value) !== String(value).toLowerCase()),
  );
  return [
    ...(text.length > 3000 ? [`${text.length} characters, 3,000 are allowed`] : []),
    ...(groups.length > 5 ? ['more than 5 groups of filters'] : []),
    ...(groups.some((group) => (group.filters ?? []).length > 6) ? ['more than 6 filters in a group'] : []),
    ...(filters.length > 18 ? ['more than 18 filters'] : []),
    ...(limit > 200 ? [`limit ${limit}, 200 is allowed`] : []),
    ...(after + limit > 10_000 ? ['pages past 10,000'] : []),
    ...(sorts > 1 ? ['more than one sort'] : []),
    ...(loud ? ['IN with capitals finds nothing'] : []),
  ];
}

/** Everything that is wrong with a request, one sentence each; empty when nothing is. */
export function requestProblems(exchange: Exchange, routes: readonly ClientRoute[]): string[] {
  const address = new URL(exchange.path, 'http://portal');
  const body = jsonOf(exchange.requestText);
  const found: string[] = [];
  if (exchange.path.length > longestUrl) found.push(`an address of ${exchange.path.length} characters`);
  const isOpen = address.pathname.startsWith('/oauth/');
  if (!isOpen && !/^Bearer \S+$/.test(exchange.requestHeaders.get('authorization') ?? ''))
    found.push('no bearer token');
  if (body !== undefined && exchange.requestHeaders.get('content-type')?.startsWith('application/json') !== true)
    found.push('JSON that is not labelled as such');
  const matching = routesFor(routes, exchange.method, exchange.path);
  const plain = untyped.find((one) => one.method === exchange.method && one.path.test(address.pathname));
  if (matching.length === 0 && plain === undefined) found.push('no route of HubSpot');
  if (plain !== undefined && typeof body === 'object' && body !== null)
    for (const key of Object.keys(body)) if (!plain.keys.includes(key)) found.push(`${key} is not documented`);
  // A call fits when one of the client's methods could have sent it.
  const judged = matching.map((route) => [
    ...queryProblems(route, address.searchParams),
    ...(body !== undefined && route.body === null ? ['a body where none is wanted'] : []),
    ...(body !== undefined && route.body !== null ? misfits(route.api, route.body, body, '') : []),
  ]);
  if (judged.length > 0 && !judged.some((problems) => problems.length === 0)) found.push(...judged[0]!);
  const path = undated(address.pathname);
  const per = mostPerPage.find(([pattern]) => pattern.test(path))?.[1];
  const limit = Number(address.searchParams.get('limit') ?? 0);
  if (exchange.method === 'GET' && per !== undefined && limit > per) found.push(`limit ${limit}, ${per} is allowed`);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const inputs = (body as Readonly<Record<string, unknown>>)['inputs'];
    if (Array.isArray(inputs)) found.push(...inputProblems(path, inputs as Input[]));
    if (path.endsWith('/search') && path.includes('/objects/'))
      found.push(...searchProblems(exchange.requestText, body as Record<string, unknown>));
  }
  return found.map((problem) => `${callOf(exchange)}: ${problem}`);
}
