// What setup has made in a portal, as far as it is still there: what an admin would archive to be rid of us. Reads only;
// taking away is a person's to do, because lists and workflows of the portal may have come to lean on it.

import { orThrow } from '../../clients/hubspot/call.ts';
import type { Needs, Piece } from '../crm.ts';
import type { Desk } from './desk.ts';
import { group, wantedLists, wantedProperties } from './wanted.ts';

/** Lists first, then properties, then their groups: HubSpot keeps what something else still needs. */
export async function piecesToArchive(desk: Desk, needs: Needs, signal: AbortSignal): Promise<readonly Piece[]> {
  const pieces: Piece[] = [];
  for (const { name, objectTypeId } of wantedLists(needs)) {
    const reply = await desk.client.listByName(objectTypeId, name, signal);
    if (!reply.ok && reply.refusal.status !== 404) orThrow(reply, 'hubspot lists');
    if (reply.ok)
      pieces.push({
        kind: 'list',
        name,
        says: 'a list; deleted lists can be restored for 90 days',
        spec: { archive: 'list', name, objectTypeId },
      });
  }
  const wanted = wantedProperties(needs);
  const groups: Piece[] = [];
  for (const object of new Set(wanted.map((one) => one.object))) {
    const list = orThrow(await desk.client.properties(object, signal), `hubspot ${object}`);
    const shelf = new Map(list.filter((property) => !property.archived).map((property) => [property.name, property]));
    const mine = wanted.filter((one) => one.object === object);
    for (const { property, written } of mine) {
      // A property outside of our group was there before us, or was given a home by somebody who uses it.
      const found = shelf.get(property.name);
      if (found?.groupName !== group.name) continue;
      const whose = written ? 'its values are ours' : 'people filled it in, so look at it first';
      pieces.push({
        kind: 'field',
        name: `${object}.${property.name}`,
        says: `a property "${found.label}"; ${whose}. Archived properties can be restored for 90 days`,
        spec: { archive: 'property', object, name: property.name },
      });
    }
    const leftovers = list.filter(
      (property) =>
        property.groupName === group.name &&
        !property.archived &&
        !mine.some((one) => one.property.name === property.name),
    );
    const there = orThrow(await desk.client.groups(object, signal), `hubspot ${object} groups`);
    if (there.includes(group.name))
      groups.push({
        kind: 'group',
        name: `${object} ${group.name}`,
        says:
          leftovers.length === 0
            ? 'the group of our properties, once they are archived'
            : `the group of our properties, which also holds ${leftovers.map((one) => one.name).join(', ')}: move those first`,
        spec: { archive: 'group', object, name: group.name },
      });
  }
  return [...pieces, ...groups];
}
