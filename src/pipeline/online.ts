// Asks every source and every CRM whether it is ready for us: reachable, permitted, fields there, quota left; and the stored
// history whether two metrics say the same. Reads only.

import type { Problem } from '../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../lib/errors.ts';
import { problemOf } from './extract.ts';
import type { Hall } from './hall.ts';
import { correlatedMetrics } from './insight.ts';

/** All problems of all sources and CRMs, none thrown. */
export async function checkOnline(hall: Hall, signal: AbortSignal): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const ask = async (where: string, question: () => Promise<readonly Problem[]>) => {
    try {
      problems.push(...(await question()));
    } catch (error) {
      rethrowCrash(error);
      if (!(error instanceof KenkoError) || signal.aborted) throw error;
      problems.push(problemOf(error, where));
    }
  };
  await ask('model', () => correlatedMetrics(hall));
  for (const source of hall.sources) await ask(`source ${source.name}`, () => source.check(signal));
  for (const { crm, mapping } of hall.crms) {
    await ask(crm.name, async () => {
      const identity = await crm.identify(signal);
      await hall.store.bind(crm.name, identity.org);
      return await crm.check({ mapping, tasks: mapping.task !== null, thorough: true }, signal);
    });
  }
  return problems;
}
