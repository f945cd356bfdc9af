// The pretend Salesforce org: opens its store over the world and answers its routes. Still an empty room.

import type { Half, Surroundings } from '../half.ts';
import { RecordStore } from '../records.ts';

/** Opens the org over a world. */
export function openOrg(around: Surroundings): Half {
  return {
    vendor: 'salesforce',
    identity: '00D000000000001EAA',
    token: '00D000000000001!pretend-not-a-secret',
    store: new RecordStore({ clock: around.clock, ignoreCase: true }),
    fetch: async () => new Response('[]', { status: 404 }),
    kindOf: (method) => (method === 'GET' ? 'read' : 'write'),
    refuse: (status) => new Response('[]', { status }),
    expireTokens: () => undefined,
    setRefresh: () => undefined,
    setDailyLimit: () => undefined,
    setUp: () => undefined,
    setKnob: () => undefined,
  };
}
