// kenko uninstall --dry-run: what setup has made in the CRMs and is still there. Kenko takes nothing away; a person does.

import { UsageError } from '../lib/errors.ts';
import { furnitureOf } from '../pipeline/setup.ts';
import { type CommandContext, given } from './command.ts';
import { withApp } from './home.ts';
import { paint, say, sayJson } from './output.ts';

export async function uninstall(context: CommandContext): Promise<number> {
  if (!given(context, 'dryRun'))
    throw new UsageError('kenko takes nothing away from a CRM', {
      where: 'kenko uninstall',
      why: 'Lists, reports and workflows of the CRM may have come to lean on what setup made; a person has to look.',
      fix: 'See what is there, in the order in which it can go:\n  kenko uninstall --dry-run',
    });
  return await withApp(context, 'crms', async ({ hall }) => {
    const found = await furnitureOf(hall, context.signal);
    for (const { crm, pieces } of found) {
      for (const piece of pieces)
        say(
          context.output,
          `${paint(context.output, 'yellow', '-')} ${crm}  ${piece.kind} ${piece.name}  ${paint(context.output, 'dim', piece.says)}`,
        );
      const count =
        pieces.length === 0 ? 'nothing of ours is there' : `${pieces.length} pieces are there, none touched`;
      say(context.output, `${paint(context.output, 'bold', crm)}: ${count}.`);
    }
    sayJson(context.output, {
      crms: found.map(({ crm, pieces }) => ({
        crm,
        pieces: pieces.map(({ kind, name, says }) => ({ kind, name, says })),
      })),
    });
    return 0;
  });
}
