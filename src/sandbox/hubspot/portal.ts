// The pretend HubSpot portal: opens its store over the world and answers its routes. Still an empty room.

import type { Half, Surroundings } from '../half.ts';
import { RecordStore } from '../records.ts';

/** Opens the portal over a world. */
export function openPortal(around: Surroundings): Half {
  return {
    vendor: 'hubspot',
    identity: '0',
    token: 'pat-na1-pretend-not-a-secret',
    store: new RecordStore({ clock: around.clock }),
    fetch: async () => new Response('{}', { status: 404 }),
    kindOf: (method) => (method === 'GET' ? 'read' : 'write'),
    refuse: (status) => new Response('{}', { status }),
    expireTokens: () => undefined,
    setRefresh: () => undefined,
    setDailyLimit: () => undefined,
    setUp: () => undefined,
    setKnob: () => undefined,
  };
}
