// Who gets a task: the user that the mapping names for the play's role, else the account's owner in that CRM, else the
// fallbacks of the mapping in order; only active users count, and where there is none nobody is named. Asked of the CRM in pages, remembered for the run.

import type { Crm, CrmUser } from '../crm/crm.ts';
import type { TaskMapping } from '../domain/decisions.ts';
import type { Account } from '../domain/nouns.ts';
import { chunks } from '../lib/batches.ts';

const idsAtOnce = 100;

export interface Owners {
  /** Learns the owners of these accounts; call it before `ownerOf`. */
  learn(accounts: readonly Account[], signal: AbortSignal): Promise<void>;
  /** The CRM user for an account's task by the role its play names; null when nobody active is known. */
  ownerOf(account: Account, role: string): string | null;
}

export function createOwners(crm: Crm, task: TaskMapping): Owners {
  const users = new Map<string, CrmUser | null>();
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
  return {
    learn: (accounts, signal) =>
      learnAll(
        [
          ...accounts.flatMap((account) => account.owners[crm.name] ?? []),
          ...task.ownerFallback,
          ...Object.values(task.owners ?? {}),
        ],
        signal,
      ),
    ownerOf: (account, role) =>
      active(task.owners?.[role]) ??
      active(account.owners[crm.name]) ??
      task.ownerFallback.map(active).find((id) => id !== null) ??
      null,
  };
}
