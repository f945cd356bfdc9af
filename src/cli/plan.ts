// kenko plan

import { writeWhole } from '../lib/safe-file.ts';
import { run as runPipeline } from '../pipeline/run.ts';
import { type CommandContext, dayOption, given, textOption } from './command.ts';
import { oneAccount } from './explain.ts';
import { withApp } from './home.ts';
import { say, sayJson } from './output.ts';
import { planLines, planText } from './plan-text.ts';
import { reportText } from './report-text.ts';

export async function plan(context: CommandContext): Promise<number> {
  const asOf = dayOption(context, 'asOf', '--as-of');
  return await withApp(context, 'crms', async (app) => {
    const wanted = textOption(context, 'account');
    const account = wanted === null ? null : (await oneAccount(app.hall.store, wanted)).key;
    const report = await runPipeline(
      app.hall,
      {
        kind: 'plan',
        until: 'plan',
        source: null,
        account,
        asOf,
        slot: null,
        reread: !given(context, 'offline'),
        lifted: false,
      },
      context.signal,
    );
    const effects = Object.values(report.plan?.effects ?? {}).reduce((sum, count) => sum + count, 0);
    const exitCode = given(context, 'expectNone') && effects > 0 && report.exitCode === 0 ? 10 : report.exitCode;
    const out = textOption(context, 'out');
    if (out !== null && report.plan !== null) {
      const lines: string[] = [];
      for await (const line of planLines(app.hall.store, Number(report.plan.id))) lines.push(line);
      await writeWhole(out, lines.join(''), { replace: false });
    }
    if (report.plan !== null) say(context.output, await planText(context, app.hall.store, Number(report.plan.id)), '');
    say(context.output, reportText(context, report));
    if (report.state === 'done' && effects > 0)
      say(context.output, '', `To write exactly this:\n  kenko apply ${report.plan?.id}`);
    sayJson(context.output, { ...report, exitCode });
    return exitCode;
  });
}
