// kenko setup: furnishes the CRM, with credentials that may.

import { join } from 'node:path';
import { writeWhole } from '../lib/safe-file.ts';
import { setUp, setUpFiles } from '../pipeline/setup.ts';
import { type CommandContext, given, textOption } from './command.ts';
import { withApp } from './home.ts';
import { paint, problemText, say, sayJson } from './output.ts';

export async function setup(context: CommandContext): Promise<number> {
  return await withApp(context, 'crms', async ({ hall }) => {
    const folder = textOption(context, 'write');
    if (folder !== null) {
      const files = setUpFiles(hall);
      for (const [path, text] of Object.entries(files)) await writeWhole(join(folder, path), text, { replace: false });
      say(context.output, `${Object.keys(files).length} files written to ${folder}.`);
      // The vendor's tool works only from inside the project folder.
      if (Object.keys(files).some((path) => path.startsWith('salesforce/')))
        say(
          context.output,
          `For Salesforce, an admin deploys them with:\n  cd ${join(folder, 'salesforce')}\n  sf project deploy start --source-dir force-app`,
        );
      sayJson(context.output, { written: Object.keys(files) });
      return 0;
    }
    const make = !given(context, 'dryRun');
    const results = await setUp(
      hall,
      {
        make,
        onPiece: (crm, piece) =>
          say(
            context.output,
            `${paint(context.output, 'green', '+')} ${crm}  ${piece.kind} ${piece.name}  ${paint(context.output, 'dim', piece.says)}`,
          ),
      },
      context.signal,
    );
    for (const result of results) {
      for (const problem of result.problems) say(context.output, problemText(context.output, problem));
      const verb = make
        ? `${result.made} of ${result.missing.length} pieces made`
        : `${result.missing.length} pieces missing, nothing made`;
      say(
        context.output,
        `${paint(context.output, 'bold', result.crm)}: ${result.missing.length === 0 ? 'nothing is missing' : verb}.`,
      );
    }
    sayJson(context.output, {
      crms: results.map(({ crm, missing, made, problems }) => ({
        crm,
        missing: missing.map(({ kind, name, says }) => ({ kind, name, says })),
        made,
        problems,
      })),
    });
    return results.some((result) => result.problems.length > 0) ? 5 : 0;
  });
}
