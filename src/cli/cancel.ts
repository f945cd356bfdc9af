// kenko cancel: a person's no.

import { UsageError } from '../lib/errors.ts';
import { planNumber } from './apply.ts';
import type { CommandContext } from './command.ts';
import { withTellingApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function cancel(context: CommandContext): Promise<number> {
  const plan = planNumber(context);
  return await withTellingApp(context, 'state', async ({ hall }) => {
    const before = await hall.store.plans.get(plan);
    if (before === null)
      throw new UsageError(`there is no plan ${plan}`, { fix: 'See the last plans with:\n  kenko status' });
    const effects = await hall.store.plans.cancel(plan, 'a person said no', hall.actor, hall.clock.now());
    const isOver = before.state === 'applied' || before.state === 'cancelled';
    say(
      context.output,
      isOver
        ? `Plan ${plan} is ${before.state} already; there was nothing to cancel.`
        : `Plan ${plan} is cancelled; ${effects} effects will not be sent.`,
    );
    sayJson(context.output, { plan: String(plan), state: isOver ? before.state : 'cancelled', effects });
    return 0;
  });
}
