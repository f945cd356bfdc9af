// kenko retry: rejected effects are planned anew, now that their cause is mended.

import { run as runPipeline } from '../pipeline/run.ts';
import type { CommandContext } from './command.ts';
import { withTellingApp } from './home.ts';
import { say, sayJson } from './output.ts';
import { reportText } from './report-text.ts';

export async function retry(context: CommandContext): Promise<number> {
  return await withTellingApp(context, 'crms', async ({ hall }) => {
    const report = await runPipeline(
      hall,
      { kind: 'retry', until: null, source: null, account: null, asOf: null, slot: null, reread: false, lifted: true },
      context.signal,
    );
    say(context.output, reportText(context, report));
    sayJson(context.output, report);
    return report.exitCode;
  });
}
