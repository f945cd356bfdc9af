// kenko schema: JSON Schemas of the configuration files, for the admin's editor.

import { join } from 'node:path';
import { jsonSchemas } from '../config/json-schema.ts';
import { UsageError } from '../lib/errors.ts';
import { writeWhole } from '../lib/safe-file.ts';
import { type CommandContext, textOption } from './command.ts';
import { say } from './output.ts';

export async function schema(context: CommandContext): Promise<number> {
  const all = jsonSchemas();
  const folder = textOption(context, 'write');
  if (folder !== null) {
    for (const [name, document] of Object.entries(all))
      await writeWhole(
        join(folder, `${name.replace(/\.yaml$/, '')}.schema.json`),
        `${JSON.stringify(document, null, 2)}\n`,
        { replace: true },
      );
    say(context.output, `${Object.keys(all).length} schemas written to ${folder}`);
    return 0;
  }
  const file = context.args['file'];
  if (file === undefined) {
    context.output.out(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  const found = all[file] ?? all[`${file}.yaml`];
  if (found === undefined)
    throw new UsageError(`there is no file ${file}`, { fix: `One of: ${Object.keys(all).join(', ')}.` });
  context.output.out(`${JSON.stringify(found, null, 2)}\n`);
  return 0;
}
