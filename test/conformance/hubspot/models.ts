// Every answer of the pretend portal through the models of HubSpot's own client and back: a key that does not survive is one
// that real programs never see, so a slip of the portal's or something that the models do not know. Nor may a key be missing
// that a model cannot be without, or have another type. Where real answers differ from the models, that is named.

import type { Proof } from '../report.ts';
import { attributesOf, type ClientRoute, clientRoutes, requiredOf, routesFor, serializerOf } from './client-routes.ts';
import { callOf, type Exchange, jsonOf } from './exchanges.ts';

/** Keys that real answers have and the models of 14.0.1 do not know, with where that is seen. */
const unknownToModels: readonly (readonly [RegExp, string])[] = [
  [/(^|\.|\])url$/, 'records have an address since 2025 (recorded)'],
  [/(^|\])(\.)?dataSensitivity$/, 'definitions tell how sensitive they are (recorded)'],
  [/^status$/, 'refusals begin with "status" (recorded)'],
  [/^(errorType|policyName|groupName|requestId)$/, 'refusals for too many calls have a form of their own (documented)'],
  [/^(error|error_description)$/, 'OAuth refuses in words of its own (reported)'],
  [/^(hub_id|scopes)$/, 'tokens tell portal and scopes (documented)'],
  [/^(metaType|allowsSensitiveProperties|restorable)$/, 'schemas tell more than the model (recorded)'],
  [
    /^associations\[\]\.(cardinality|inverseCardinality|(hasUserEnforcedM|m)ax(To|From)ObjectIds)$/,
    'schemas tell more than the model (recorded)',
  ],
];

/** Where real answers are without what the models require, or of another type, with where that is seen. */
const unlikeModels: readonly (readonly [RegExp, string])[] = [
  [/^StandardError has no (links|errors)$/, 'entries of a 207 have neither (recorded)'],
  [/^ModelError has no category$/, 'some refusals have none (recorded)'],
  [/^ModelError has no correlationId$/, 'OAuth refuses without one (reported)'],
  [/\.(toObjectId|fromObjectId) is a number, not a string$/, 'associated ids are numbers on the wire (recorded)'],
];

/** Where a body is without what its model requires, or has another type than it says. */
export function unfit(api: string, type: string, value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value) ? value.flatMap((one) => unfit(api, list, one, `${path}[]`)) : [`${path} is no list`];
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) return Object.values(value).flatMap((one) => unfit(api, map, one, `${path}.*`));
  if (['string', 'number', 'boolean'].includes(type))
    return typeof value === type ? [] : [`${path} is a ${typeof value}, not a ${type}`];
  if (type === 'Date') return Number.isNaN(Date.parse(String(value))) ? [`${path} is no time`] : [];
  const attributes = attributesOf(api, type);
  if (attributes === null) return [];
  const missing = requiredOf(api, type).filter((name) => !(name in (value as object)));
  return [
    ...missing.map((name) => `${type} has no ${name}`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const inner = attributes.get(name);
      return inner === undefined ? [] : unfit(api, inner, one, `${path}.${name}`);
    }),
  ];
}

/** Paths of all keys of an answer, lists flattened; what is below free maps is not looked at. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysOf(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (one === null) return [];
    return /(^|\.)(properties|propertiesWithHistory|context|metadata|associations|links|additionalProperties)$/.test(
      at,
    ) && !Array.isArray(one)
      ? [at]
      : [at, ...keysOf(one, at)];
  });
}

/** Keys of a body that the model loses, each once; null for a model that the client names and has not. */
export function lost(route: ClientRoute, type: string, body: unknown): string[] | null {
  const serializer = serializerOf(route.api);
  // A type that the serializer does not know passes everything through; a stranger of ours must get stuck.
  const given = { ...(body as object), stranger: true };
  const model = serializer.deserialize(given, type, '');
  const back: unknown = JSON.parse(JSON.stringify(serializer.serialize(model, type, '')));
  const kept = new Set(keysOf(back));
  if (kept.has('stranger')) return null;
  return [...new Set(keysOf(body).filter((key) => !kept.has(key)))];
}

/** Holds every different answer that was heard against the models. */
export function proveModels(heard: readonly Exchange[]): Proof {
  const routes = clientRoutes();
  const found = new Set<string>();
  const models = new Set<string>();
  const without = new Set<string>();
  let compared = 0;
  let agreed = 0;
  for (const exchange of heard) {
    const body = jsonOf(exchange.text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) continue;
    const matching = routesFor(routes, exchange.method, exchange.path);
    const judged = matching.flatMap((route) => {
      const named = route.answers.get(exchange.status >= 300 ? 0 : exchange.status);
      // The client calls it Error and has it as ModelError, so that refusals pass it unread; the model is there all the same.
      const type = named === 'Error' ? 'ModelError' : named;
      const gone = type === undefined || type === null ? null : lost(route, type, body);
      return gone === null || type === undefined || type === null ? [] : [{ route, type, gone }];
    });
    if (judged.length === 0) {
      without.add(exchange.path.split(/[/?]/)[1] ?? '');
      continue;
    }
    compared += 1;
    const differ = judged.flatMap(({ route, type, gone }) => {
      models.add(`${route.api}/${type}`);
      const where = `${callOf(exchange)} ${exchange.status}`;
      return [
        ...gone
          .filter((key) => !unknownToModels.some(([pattern]) => pattern.test(key)))
          .map((key) => `${where}: ${key} does not survive ${route.api}'s ${type}`),
        ...[...new Set(unfit(route.api, type, body))]
          .filter((what) => !unlikeModels.some(([pattern]) => pattern.test(what)))
          .map((what) => `${where}: ${what} (${route.api})`),
      ];
    });
    for (const one of differ) found.add(one);
    if (differ.length === 0) agreed += 1;
  }
  return {
    name: "answers through the client's models and back",
    compared,
    agreed,
    differences: [...found],
    figures: `${models.size} models; none for ${[...without].sort().join(', ') || 'nothing'}`,
  };
}
