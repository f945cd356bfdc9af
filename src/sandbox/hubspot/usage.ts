// How much of what the portal may hold is used up: custom properties by object type and in all, and custom object types,
// of which there are none.
// https://developers.hubspot.com/docs/api-reference/legacy/crm/limits-tracking/get-custom-properties

import { answer } from './answers.ts';
import type { Routes } from './call.ts';
import { kinds } from './kinds.ts';
import { most, type PortalState, propertiesOf } from './state.ts';
import { needOneOf } from './tokens.ts';

const overallLimit = 10_000;
const share = (usage: number, limit: number) => Math.round((usage / limit) * 10_000) / 100;

const spoken = (name: string) => name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** GET of the limits and the use of custom properties; any scope to read records is enough. */
export function usageRoutes(routes: Routes, state: PortalState): void {
  routes.get('/crm/v3/limits/custom-object-types', () => answer(200, { limit: 20, usage: 0, percentage: 0 }));
  routes.get('/crm/v3/limits/custom-properties', (call) => {
    needOneOf(call.env.grant, [...new Set(kinds.flatMap((kind) => kind.readScopes))]);
    const byObjectType = kinds.map((kind) => {
      const usage = propertiesOf(state, kind).filter((one) => !one.hubspotDefined).length;
      const limit = most.customProperties;
      return {
        objectTypeId: kind.typeId,
        singularLabel: spoken(kind.singular),
        pluralLabel: spoken(kind.name),
        limit,
        usage,
        percentage: share(usage, limit),
      };
    });
    const overallUsage = byObjectType.reduce((sum, one) => sum + one.usage, 0);
    return answer(200, {
      overallLimit,
      overallUsage,
      overallPercentage: share(overallUsage, overallLimit),
      byObjectType,
    });
  });
}
