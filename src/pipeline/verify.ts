// What must always be true, checked now: the store's own invariants, and that each CRM is still the org it was.

import type { Problem } from '../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import { problemOf } from './extract.ts';
import type { Hall } from './hall.ts';

/** Broken invariants; empty when all hold. Reads only. */
export async function verifyEverything(hall: Hall, signal: AbortSignal): Promise<readonly Problem[]> {
  const problems: Problem[] = [...(await hall.store.verify())];
  for (const { crm } of hall.crms) {
    try {
      const identity = await crm.identify(signal);
      await hall.store.bind(crm.name, identity.org);
    } catch (error) {
      rethrowCrash(error);
      if (!(error instanceof KenkoError)) throw error;
      problems.push(problemOf(error, crm.name));
    }
  }
  return problems;
}
