// Object schemas, to look at: how an object type is called and with which others it can be associated. There are no custom
// object types in this portal, so none is listed and none can be made.

import { answer, Refusal, resourceNotFound } from './answers.ts';
import type { Call, Routes } from './call.ts';
import { propertyBody } from './definitions.ts';
import { type Kind, kindOf, kinds, linkTypes } from './kinds.ts';
import { type PortalState, propertiesOf } from './state.ts';

const since = '1970-01-01T00:00:00Z';

/** The refusal has a form of its own, with `links` as a list inside the context (recorded). */
function needCustomObjects(call: Call): void {
  const { scopes } = call.env.grant;
  if (scopes.some((scope) => scope === '*' || /^crm\.schemas\.custom\.(read|write)$/.test(scope))) return;
  throw new Refusal(403, {
    status: 'error',
    message: 'One or more of the following scopes are required.',
    context: { requiredGranularScopes: ['custom-object-read'], links: ['https://developers.hubspot.com/scopes'] },
    category: 'MISSING_SCOPES',
  });
}

function associationName(from: string, to: string, label: string | null): string {
  const many = linkTypes.filter((type) => type.from === from && type.to === to).length > 1;
  const names = [from, to].map((name) => kindOf(name)!.legacy);
  return `${names.join('_TO_')}${label === null && many ? '_UNLABELED' : ''}`;
}
function schemaBody(state: PortalState, kind: Kind) {
  const label = kind.singular.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
  const plural = kind.name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
  return {
    labels: { singular: label, plural },
    requiredProperties: kind.required,
    searchableProperties: [],
    primaryDisplayProperty: kind.shown.at(-1) ?? 'hs_object_id',
    secondaryDisplayProperties: [],
    description: '',
    allowsSensitiveProperties: kind.name === 'contacts' || kind.name === 'companies',
    archived: false,
    restorable: true,
    metaType: 'HUBSPOT',
    id: kind.typeId.replace('0-', ''),
    fullyQualifiedName: kind.legacy,
    createdAt: since,
    updatedAt: since,
    createdByUserId: null,
    updatedByUserId: null,
    objectTypeId: kind.typeId,
    properties: propertiesOf(state, kind).map((property) => propertyBody(property)),
    associations: linkTypes
      .filter((type) => type.from === kind.name)
      .map((type) => ({
        fromObjectTypeId: kind.typeId,
        toObjectTypeId: kindOf(type.to)!.typeId,
        name: associationName(type.from, type.to, type.label),
        cardinality: 'ONE_TO_MANY',
        inverseCardinality: 'ONE_TO_MANY',
        hasUserEnforcedMaxToObjectIds: false,
        hasUserEnforcedMaxFromObjectIds: false,
        maxToObjectIds: 10_000,
        maxFromObjectIds: 10_000,
        id: String(type.id),
        createdAt: null,
        updatedAt: null,
      })),
    name: kind.legacy,
  };
}

/** GET of the custom schemas, of which there are none, and of one of HubSpot's own. */
export function schemaRoutes(routes: Routes, state: PortalState): void {
  for (const root of ['/crm/v3/schemas', '/crm-object-schemas/v3/schemas']) {
    routes.get(root, (call) => {
      needCustomObjects(call);
      return answer(200, { results: [] });
    });
    routes.get(`${root}/:type`, (call) => {
      const named = call.req.param('type').toLowerCase();
      const kind = kinds.find((one) => [one.name, one.singular, one.typeId].includes(named));
      if (kind === undefined) throw resourceNotFound(call.req.header('accept') ?? '');
      return answer(200, schemaBody(state, kind));
    });
  }
}
