// kenko run

import { run as runPipeline } from '../pipeline/run.ts';
import { type CommandContext, dayOption, oneOf, textOption, textOptions } from './command.ts';
import { withTellingApp } from './home.ts';
import { say, sayJson } from './output.ts';
import { reportText } from './report-text.ts';

export async function run(context: CommandContext): Promise<number> {
  const until = textOption(context, 'until');
  if (until !== null) oneOf('until', until, ['extract', 'evaluate', 'plan']);
  return await withTellingApp(context, until === 'extract' ? 'sources' : 'crms', async (app) => {
    const report = await runPipeline(
      app.hall,
      {
        kind: 'run',
        until: until as 'extract' | 'evaluate' | 'plan' | null,
        source: textOptions(context, 'source'),
        account: null,
        asOf: dayOption(context, 'asOf', '--as-of'),
        slot: null,
        reread: true,
        lifted: false,
      },
      context.signal,
    );
    say(context.output, reportText(context, report));
    sayJson(context.output, report);
    return report.exitCode;
  });
}
