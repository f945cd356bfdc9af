// kenko undo

import { undoRun } from '../pipeline/undo.ts';
import type { CommandContext } from './command.ts';
import { withTellingApp } from './home.ts';
import { say, sayJson } from './output.ts';
import { planText } from './plan-text.ts';
import { reportText } from './report-text.ts';

export async function undo(context: CommandContext): Promise<number> {
  return await withTellingApp(context, 'crms', async ({ hall }) => {
    const report = await undoRun(hall, context.args['run'] ?? '', context.signal);
    if (report.plan !== null) say(context.output, await planText(context, hall.store, Number(report.plan.id)), '');
    say(context.output, reportText(context, report));
    sayJson(context.output, report);
    return report.exitCode;
  });
}
