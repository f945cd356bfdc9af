// kenko cancel: a person's no.

import { UsageError } from '../lib/errors.ts';
import { planNumber } from './apply.ts';
import type { CommandContext } from './command.ts';
import { withApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function cancel(context: CommandContext): Promise<number> {
  const plan = planNumber(context);
  return await withApp(context, 'state', async ({ hall }) => {
    if ((await hall.store.plans.get(plan)) === null)
      throw new UsageError(`there is no plan ${plan}`, { fix: 'See the last plans with:\n  kenko status' });
    const effects = await hall.store.plans.cancel(plan, 'a person said no', hall.actor, hall.clock.now());
    say(context.output, `Plan ${plan} is cancelled; ${effects} effects will not be sent.`);
    sayJson(context.output, { plan: String(plan), state: 'cancelled', effects });
    return 0;
  });
}
