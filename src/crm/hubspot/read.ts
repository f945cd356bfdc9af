// Records and owners as the portal has them now. Never by search, whose index lags behind: batch reads by id, and a
// single read for every id that came back neither found nor refused, because that is how a merged record shows itself.

import { orThrow } from '../../clients/hubspot/call.ts';
import { toError } from '../../clients/hubspot/errors.ts';
import type { Item, Owner } from '../../clients/hubspot/records.ts';
import type { Existing, Fields, Value } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import type { CrmUser, Target } from '../crm.ts';
import { fromWire, ownerProperty } from './convert.ts';
import { type Desk, fieldsOf, isRecordId, objectName } from './desk.ts';

/** Records in one batch call. */
export const readSize = 100;

/** One answer per target; the mapped words among `words`, and the owner. Throws where the portal does not answer. */
export async function readTargets(
  desk: Desk,
  targets: readonly Target[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly Existing[]> {
  const wanted = new Set(words);
  const parts = await Promise.all(
    (['account', 'contact', 'opportunity'] as const).map(async (object) => {
      const mine = targets.filter((target) => target.object === object);
      if (mine.length === 0) return [];
      const fields = fieldsOf(desk.mapping, object).filter((field) => wanted.has(field.word));
      const found = await lookUp(
        desk,
        objectName(desk.mapping, object),
        mine.map((target) => target.id),
        [...fields.map((field) => field.field), ownerProperty],
        signal,
      );
      return mine.map((target): Existing => {
        const item = found.get(target.id) ?? null;
        const shown: Record<string, Value> = {};
        for (const field of fields)
          shown[field.word] = item === null ? null : fromWire(item.properties[field.field], field);
        return {
          account: target.account,
          object,
          target: target.id,
          id: item?.id ?? null,
          owner: item?.properties[ownerProperty] || null,
          fields: item === null ? ({} satisfies Fields) : shown,
        };
      });
    }),
  );
  return parts.flat();
}

/** Asked id → the record that answers to it now (after a merge one with another id); absent where it is gone. */
export async function lookUp(
  desk: Desk,
  object: string,
  ids: readonly string[],
  properties: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const asked = [...new Set(ids)].filter(isRecordId);
  const where = `hubspot ${object}`;
  await Promise.all(
    chunks(asked, readSize).map(async (part) => {
      const batch = orThrow(await desk.client.readRecords(object, part, properties, {}, signal), where);
      const wanted = new Set(part);
      for (const item of batch.results) if (wanted.has(item.id)) found.set(item.id, item);
      const gone = new Set(
        batch.errors
          .filter((error) => error.category === 'OBJECT_NOT_FOUND')
          .flatMap((error) => error.context['ids'] ?? []),
      );
      for (const id of part) {
        if (found.has(id) || gone.has(id)) continue;
        const reply = await desk.client.getRecord(object, id, properties, {}, signal);
        if (reply.ok) found.set(id, reply.data);
        else if (reply.refusal.status !== 404) throw toError(reply.refusal, `${where} ${id}`);
      }
    }),
  );
  return found;
}

/** Owners by owner id or e-mail. A deactivated owner is one without a user. */
export function pickUsers(owners: readonly Owner[], references: readonly string[]): readonly CrmUser[] {
  const byId = new Map(owners.map((owner) => [owner.id, owner]));
  const byEmail = new Map<string, Owner>();
  // An address can stand on an active and an archived owner; the active one is meant.
  for (const owner of owners) {
    const email = owner.email?.toLowerCase();
    if (email !== undefined && (owner.active || !byEmail.has(email))) byEmail.set(email, owner);
  }
  return references.flatMap((reference) => {
    const owner = byId.get(reference) ?? byEmail.get(reference.toLowerCase());
    return owner === undefined ? [] : [{ id: owner.id, email: owner.email, active: owner.active }];
  });
}
