// kenko export: everything stored of a contact.

import type { CommandContext } from './command.ts';
import { contactKey, storedAs } from './erase.ts';
import { withApp } from './home.ts';

export async function exportContact(context: CommandContext): Promise<number> {
  const contact = contactKey(context);
  return await withApp(context, 'state', async ({ hall }) => {
    const rows = await hall.store.exportContact(await storedAs(contact, hall));
    context.output.out(`${JSON.stringify({ contact, rows }, null, 2)}\n`);
    return 0;
  });
}
