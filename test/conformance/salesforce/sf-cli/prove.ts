// The proof by the vendor's CLI: every step is tried, also after one that failed, unless all stand on it; each that failed
// says why.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../../../src/sandbox/server.ts';
import type { Proof } from '../../report.ts';
import { findCli } from './install.ts';
import { steps } from './steps.ts';

export async function proveCli(): Promise<Proof[]> {
  const cli = await findCli();
  if ('problem' in cli) return [{ name: 'sf CLI', compared: 0, agreed: 0, differences: [], skipped: cli.problem }];
  const folder = await mkdtemp(join(tmpdir(), 'kenko-sf-'));
  const [sandbox, other] = [await startSandbox({ accounts: 60 }), await startSandbox({ accounts: 2, seed: 2 })];
  const proofs: Proof[] = [];
  try {
    for (const step of steps) {
      const name = `sf CLI: ${step.name}`;
      const outcome = await step.run({ sandbox, other, folder, script: cli.script }).then(
        (figures) => ({ figures }),
        (problem: unknown) => ({ problem: problem instanceof Error ? problem.message : String(problem) }),
      );
      const agreed = 'problem' in outcome ? 0 : 1;
      const figures = 'figures' in outcome && outcome.figures !== undefined ? { figures: outcome.figures } : {};
      proofs.push({
        name,
        compared: 1,
        agreed,
        differences: 'problem' in outcome ? [outcome.problem] : [],
        ...figures,
      });
      // Without a project and a signed-in org there is nothing to try.
      if (agreed === 0 && step.isGround === true) break;
    }
  } finally {
    await Promise.all([sandbox.close(), other.close()]);
    await rm(folder, { recursive: true, force: true });
  }
  return proofs;
}
