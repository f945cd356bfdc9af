// Who gets a task: the user that the mapping names for the play's role, or one of its pool, else the account's owner in that
// CRM, else the fallbacks of the mapping in order. Only active users count, and where there is none nobody is named. Asked
// of the CRM in pages, remembered for the run.

import type { Crm, CrmUser } from '../crm/crm.ts';
import type { PlaySettings, TaskMapping } from '../domain/decisions.ts';
import type { Account, NextAction } from '../domain/nouns.ts';
import { PoolTurns } from '../domain/pool.ts';
import { chunks } from '../lib/batches.ts';
import type { Hall } from './hall.ts';

const idsAtOnce = 100;

export interface Owners {
  /** Learns the owners of these accounts; call it before the others. */
  learn(accounts: readonly Account[], signal: AbortSignal): Promise<void>;
  /** The CRM user for an account's task by the role its play names; null when nobody active is known. */
  ownerOf(account: Account, role: string): string | null;
  /** The active user whom the mapping names for a role; null where it names none. */
  inRole(role: string): string | null;
  /** The CRM user for this action: of the play's pool where it has one, else {@link ownerOf}. Takes a turn of the pool. */
  choose(account: Account, action: NextAction): string | null;
}

export function createOwners(crm: Crm, task: TaskMapping, plays: PlaySettings, turns: PoolTurns): Owners {
  const users = new Map<string, CrmUser | null>();
  const routings = new Map(plays.plays.map((play) => [play.name, play.routing ?? null]));
  const learnAll = async (references: readonly string[], signal: AbortSignal) => {
    const unknown = [...new Set(references)].filter((reference) => !users.has(reference));
    for (const part of chunks(unknown, idsAtOnce)) {
      const found = await crm.users(part, signal);
      for (const reference of part)
        users.set(
          reference,
          found.find((user) => user.id === reference || user.email?.toLowerCase() === reference.toLowerCase()) ?? null,
        );
    }
  };
  const active = (reference: string | null | undefined): string | null => {
    const user = reference == null ? null : users.get(reference);
    return user?.active === true ? user.id : null;
  };
  const owners: Owners = {
    learn: (accounts, signal) =>
      learnAll(
        [
          ...accounts.flatMap((account) => account.owners[crm.name] ?? []),
          ...task.ownerFallback,
          ...Object.values(task.owners ?? {}),
          ...Object.values(task.pools ?? {}).flat(),
        ],
        signal,
      ),
    inRole: (role) => active(task.owners?.[role]),
    ownerOf: (account, role) =>
      owners.inRole(role) ??
      active(account.owners[crm.name]) ??
      task.ownerFallback.map(active).find((id) => id !== null) ??
      null,
    choose: (account, action) => {
      const routing = routings.get(action.play) ?? null;
      const members = routing === null ? [] : (task.pools?.[routing.pool] ?? []).flatMap((one) => active(one) ?? []);
      const chosen = routing === null ? null : turns.take(members, routing.by);
      return chosen ?? owners.ownerOf(account, action.owner);
    },
  };
  return owners;
}

/** Whose turn it is in the pools of this CRM today. */
export async function poolTurns(hall: Hall, crm: string): Promise<PoolTurns> {
  const { plays } = hall.decisions;
  const { prior, strength, minGain } = plays.pools ?? { prior: 0.6, strength: 20, minGain: 5 };
  const isNeeded = plays.plays.some((play) => play.on && play.routing != null);
  return new PoolTurns({
    prior,
    strength,
    records: isNeeded ? await hall.store.tasks.effectiveness(crm, minGain) : {},
    open: isNeeded ? await hall.store.tasks.openByOwner(crm) : {},
    perDay: plays.caps.newPerOwnerPerDay,
  });
}
