// kenko apply: a person's yes to exactly that plan.

import { UsageError } from '../lib/errors.ts';
import { applyPlan } from '../pipeline/approve.ts';
import type { CommandContext } from './command.ts';
import { withTellingApp } from './home.ts';
import { say, sayJson } from './output.ts';
import { reportText } from './report-text.ts';

export async function apply(context: CommandContext): Promise<number> {
  const plan = planNumber(context);
  return await withTellingApp(context, 'crms', async (app) => {
    const report = await applyPlan(app.hall, plan, context.signal);
    say(context.output, reportText(context, report));
    sayJson(context.output, report);
    return report.exitCode;
  });
}

/** The plan id of the command line. */
export function planNumber(context: CommandContext): number {
  const plan = Number(context.args['plan']);
  if (Number.isSafeInteger(plan) && plan > 0) return plan;
  throw new UsageError(`"${context.args['plan']}" is no plan id`, {
    fix: 'The id is the number that kenko plan printed; see the last plans with:\n  kenko status',
  });
}
