// kenko erase: forget a contact. A tombstone keeps the next read from bringing it back.

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { protectedContact } from '../domain/protect-people.ts';
import { UsageError } from '../lib/errors.ts';
import type { Hall } from '../pipeline/hall.ts';
import { type CommandContext, textOption } from './command.ts';
import { withApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function erase(context: CommandContext): Promise<number> {
  const contact = contactKey(context);
  return await withApp(context, 'state', async ({ hall }) => {
    const stored = await storedAs(contact, hall);
    if ((await hall.store.exportContact(stored)).length === 0) throw unknownContact(contact);
    const rows = await hall.store.eraseContact(stored, hall.clock.now(), hall.actor);
    const copies = await copiesOf(hall);
    say(
      context.output,
      `Erased: ${rows} rows. What stands in the CRM, in your exports and in backups is not touched by this.`,
      ...(copies.length === 0
        ? []
        : ['These copies of the state were made before, and may still hold it. Delete them when you can spare them:']),
      ...copies.map((copy) => `  ${copy}`),
    );
    sayJson(context.output, { erased: rows, copies });
    return 0;
  });
}

/** Older copies of the state that are still there: backups where they were written to, and what a restore put aside. */
async function copiesOf({ store }: Hall): Promise<readonly string[]> {
  const copies = new Set<string>();
  for (let after = 0; ; ) {
    const rows = await store.audit.find({ account: null, run: null, since: null }, after, 1_000);
    for (const { action, after: noted } of rows) {
      const file = action === 'backup' ? noted?.['file'] : null;
      if (typeof file === 'string' && existsSync(file)) copies.add(file);
    }
    if (rows.length < 1_000) break;
    after = rows.at(-1)?.id ?? after;
  }
  const { path } = await store.about();
  if (existsSync(dirname(path)))
    for (const name of readdirSync(dirname(path)))
      if (name.startsWith(`${basename(path)}.replaced-`)) copies.add(join(dirname(path), name));
  return [...copies].sort();
}

/** What a person is called here whom somebody names by an e-mail address: often only a keyed hash of it is kept. */
export async function storedAs(contact: string, { store, decisions }: Hall): Promise<string> {
  if ((await store.exportContact(contact)).length > 0) return contact;
  return protectedContact(contact, decisions.identity, await store.personKey());
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
