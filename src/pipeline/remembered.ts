// Records other than accounts as they are, with few questions: what they showed last time is remembered, what changed since is
// asked for, and what is in neither is read by id when a page needs it. Once a week, and whenever the mapping looks at something
// else, all of it is read anew. Nobody lists all of these records here, so nothing is read that no page asks for.

import { tellsChanges } from '../crm/crm.ts';
import type { Existing } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';
import type { Lease } from '../state/store.ts';
import { catchUp, type ReadExisting } from './existing.ts';
import type { CrmHand, Hall } from './hall.ts';

/** With more changes than this it is cheaper to read by id what is needed. */
const mostChanges = 10_000;

/** How to read a page of such records. Sends nothing that could change anything. */
export async function rememberedRecords(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  asked: { readonly object: 'contact'; readonly words: readonly string[]; readonly only: string | null },
  signal: AbortSignal,
): Promise<ReadExisting> {
  const { crm, mapping } = hand;
  const { object, words, only } = asked;
  const ask: ReadExisting = async (wanted, inner) => {
    const found: Existing[] = [];
    for (const part of chunks(wanted, crm.limits.readSize)) {
      const targets = part.map(({ account, id }) => ({ account, object, id }));
      found.push(...(await crm.read(targets, words, inner)));
    }
    return found;
  };
  if (!tellsChanges(crm) || only !== null) return ask;
  const { seen } = hall.store;
  const upTo = await catchUp(hall, lease, { crm, mapping, object, words, atMost: async () => mostChanges }, signal);
  // What is kept from here on was read after this instant.
  await seen.mark(lease, crm.name, object, upTo);

  return async (wanted, inner) => {
    const ids = wanted.map(({ id }) => crm.canonicalId(id));
    const remembered = await seen.of(crm.name, object, ids);
    const lacking = wanted.filter((_, at) => !remembered.has(ids[at] ?? ''));
    const found = wanted.flatMap(({ account, id }, at): Existing[] => {
      const record = remembered.get(ids[at] ?? '');
      return record === undefined
        ? []
        : [{ account, object, target: id, id, owner: record.owner, fields: record.fields }];
    });
    if (lacking.length === 0) return found;
    const read = await ask(lacking, inner);
    const there = read.flatMap(({ id, target, owner, fields }) =>
      id === target ? [{ id: crm.canonicalId(id), owner, fields }] : [],
    );
    await seen.keep(lease, crm.name, object, there, { onlyKnown: false });
    return [...found, ...read];
  };
}
