// The shipped home as decisions, without secrets: what the benches of the domain decide with.

import { join } from 'node:path';
import { kindSchemas } from '../src/app.ts';
import { loadDecisions } from '../src/config/load.ts';
import type { Decisions } from '../src/domain/decisions.ts';

export async function shippedDecisions(): Promise<Decisions> {
  const home = join(import.meta.dirname, '..');
  const loaded = await loadDecisions({ home, env: {}, kinds: await kindSchemas(), allowMissingSecrets: true });
  if (loaded.ok) return loaded.decisions;
  throw new Error(loaded.problems.map((problem) => `${problem.where} ${problem.what}`).join('\n'));
}
