// What a record's row holds besides its properties: whom it belongs to, what its stage means, who owns it. Asked only where
// a column wants it; pipelines and owners once per read, associations for a page of records at a time.

import { orThrow } from '../../clients/hubspot/call.ts';
import type { HubspotClient } from '../../clients/hubspot/connect.ts';
import type { Stage } from '../../clients/hubspot/furniture.ts';
import type { Item } from '../../clients/hubspot/records.ts';
import type { Cell } from '../row.ts';
import { associated, ownerColumn, ownerProperty, recordId, stageColumns, stageProperties } from './columns.ts';

/** Cells of a page of records, by record id. */
export type CellsOf = (items: readonly Item[]) => Promise<ReadonlyMap<string, Readonly<Record<string, Cell>>>>;

/** Prepares what the named columns need. Throws what the client throws. */
export async function cellReader(
  client: HubspotClient,
  object: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<CellsOf> {
  const wantsStage =
    object in stageProperties && names.some((name) => (stageColumns as readonly string[]).includes(name));
  const stages = wantsStage
    ? stagesById(orThrow(await client.pipelines(object, signal), `hubspot pipelines ${object}`))
    : null;
  const owners = names.includes(ownerColumn)
    ? new Map((await client.owners(signal)).map((owner) => [owner.id, owner.email]))
    : null;
  const links = Object.entries(associated).filter(([column]) => names.includes(column));
  return async (items) => {
    const ids = items.map((item) => item.id);
    const linked = new Map<string, ReadonlyMap<string, string>>();
    for (const [column, to] of links) linked.set(column, await primaryOf(client, object, to, ids, signal));
    return new Map(
      items.map((item) => {
        const cells: Record<string, Cell> = { ...item.properties, [recordId]: item.id };
        for (const [column, found] of linked) cells[column] = found.get(item.id) ?? null;
        if (stages !== null) Object.assign(cells, stageCells(object, item, stages));
        if (owners !== null) cells[ownerColumn] = owners.get(item.properties[ownerProperty] ?? '') ?? null;
        return [item.id, cells];
      }),
    );
  };
}

/** Record → its primary one; where none is marked primary, the only one. Several without a mark belong to nobody. */
async function primaryOf(
  client: HubspotClient,
  object: string,
  to: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const chosen = new Map<string, string>();
  if (ids.length === 0) return chosen;
  for (const [id, associations] of await client.associations(object, to, ids, signal)) {
    const one =
      associations.find(({ primary }) => primary) ?? (associations.length === 1 ? associations[0] : undefined);
    if (one !== undefined) chosen.set(id, one.to);
  }
  return chosen;
}

/** Stages by pipeline and id, and by id alone: ids of own pipelines are unique in a portal, those of the first ones are not. */
function stagesById(stages: readonly Stage[]): ReadonlyMap<string, Stage> {
  const all = new Map<string, Stage>();
  for (const stage of stages) {
    all.set(`${stage.pipeline} ${stage.id}`, stage);
    if (!all.has(stage.id)) all.set(stage.id, stage);
  }
  return all;
}
function stageCells(object: string, item: Item, stages: ReadonlyMap<string, Stage>): Readonly<Record<string, Cell>> {
  const names = stageProperties[object];
  const id = item.properties[names?.stage ?? ''] ?? '';
  const stage = stages.get(`${item.properties[names?.pipeline ?? ''] ?? ''} ${id}`) ?? stages.get(id);
  return {
    stage_label: stage?.label ?? null,
    stage_closed: stage?.closed ?? null,
    stage_probability: stage?.probability ?? null,
  };
}
