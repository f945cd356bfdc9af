// kenko erase: forget a contact. A tombstone keeps the next read from bringing it back.

import { UsageError } from '../lib/errors.ts';
import { type CommandContext, textOption } from './command.ts';
import { withApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function erase(context: CommandContext): Promise<number> {
  const contact = contactKey(context);
  return await withApp(context, 'state', async ({ hall }) => {
    if ((await hall.store.exportContact(contact)).length === 0) throw unknownContact(contact);
    const rows = await hall.store.eraseContact(contact, hall.clock.now(), hall.actor);
    say(
      context.output,
      `Erased: ${rows} rows. What stands in the CRM and in backups of the state file is not touched by this.`,
    );
    sayJson(context.output, { erased: rows });
    return 0;
  });
}

/** Nothing stored names this contact. */
export function unknownContact(contact: string): UsageError {
  return new UsageError(`nothing is stored of a contact called "${contact}"`, {
    fix: 'Use the key that the source gives: the contact column of config/sources.yaml.',
  });
}

export function contactKey(context: CommandContext): string {
  const contact = textOption(context, 'contact');
  if (contact === null || contact === '')
    throw new UsageError('whose data?', {
      fix: 'Name the contact by its key:\n  kenko export --contact KEY\n  kenko erase --contact KEY',
    });
  return contact;
}
