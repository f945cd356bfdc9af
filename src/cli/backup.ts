// kenko backup FILE and kenko restore FILE: a whole copy of the state, and its return.

import { resolve } from 'node:path';
import { restoreHome } from '../app.ts';
import { UsageError } from '../lib/errors.ts';
import { type CommandContext, localTime } from './command.ts';
import { openOptions, withApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function backup(context: CommandContext): Promise<number> {
  const path = fileOf(context);
  return await withApp(context, 'state', async ({ hall }) => {
    const facts = await hall.store.backup(path);
    await hall.store.audit.note({
      at: hall.clock.now(),
      actor: hall.actor,
      action: 'backup',
      runId: null,
      effectId: null,
      before: null,
      after: { bytes: facts.bytes, file: path },
      why: 'the state was copied whole; the copy holds customer data',
    });
    say(
      context.output,
      `Backup: ${path} (${megabytes(facts.bytes)}), looked through. It holds customer data: keep it like the state itself.`,
    );
    sayJson(context.output, { file: path, ...facts });
    return 0;
  });
}

export async function restore(context: CommandContext): Promise<number> {
  const path = fileOf(context);
  const { zone, restored } = await restoreHome(openOptions(context, 'state'), path);
  say(
    context.output,
    `Restored: the state of ${localTime(restored.backup.newestRunAt, zone)} (${megabytes(restored.backup.bytes)}).`,
    restored.replaced === null ? 'There was no state before.' : `What stood there before: ${restored.replaced}`,
    `${restored.unknown} effects are read back from the CRM before anything is written; ${restored.carriedOver} newer facts were carried over.`,
    'The first plan waits for a person. See it with:',
    '  kenko plan',
  );
  sayJson(context.output, restored);
  return 0;
}

function fileOf(context: CommandContext): string {
  const file = context.args['file'] ?? '';
  if (file === '') throw new UsageError('which file?', { fix: 'Name it:\n  kenko backup kenko-2026-11-22.sqlite' });
  return resolve(file);
}
function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
