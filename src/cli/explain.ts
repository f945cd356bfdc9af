// kenko explain: why this account has this score, band, segment, flag and next action.

import { explainText } from '../domain/explain.ts';
import type { Account } from '../domain/nouns.ts';
import { peopleText } from '../domain/people-text.ts';
import { UsageError } from '../lib/errors.ts';
import { peopleToExplain } from '../pipeline/contacts.ts';
import { explanationOf } from '../pipeline/explain.ts';
import type { Hall } from '../pipeline/hall.ts';
import { type CommandContext, dayOption } from './command.ts';
import { withApp } from './home.ts';
import { say, sayJson } from './output.ts';

export async function explain(context: CommandContext): Promise<number> {
  const at = dayOption(context, 'at', '--at');
  return await withApp(context, 'state', async ({ hall }) => {
    const account = await oneAccount(hall.store, context.args['account'] ?? '');
    const explanation = await explanationOf(hall, account, at);
    if (explanation === null) {
      throw new UsageError(`${account.name} has not been evaluated${at === null ? '' : ' on or before that day'}`, {
        fix: 'Evaluate it first with:\n  kenko run --until evaluate',
      });
    }
    const { decisions } = hall;
    const written = Object.fromEntries(
      await Promise.all(
        decisions.crms.map(
          async (mapping) =>
            [
              mapping.crm,
              (await hall.store.outbox.written(mapping.crm, 'account', [account.key])).get(account.key) ?? {},
            ] as const,
        ),
      ),
    );
    const people = await peopleToExplain(hall, account, explanation.asOf);
    const { locale } = decisions.home;
    say(context.output, explainText(explanation, locale), ...(people.length === 0 ? [] : [peopleText(people, locale)]));
    const shown = people.map(({ contact, values, parts }) => ({ contact: contact.key, ...values, parts }));
    sayJson(context.output, { ...explanation, ...(people.length === 0 ? {} : { people: shown }), written });
    return 0;
  });
}

/** The one account a person means; says which there are when it is not one. */
export async function oneAccount(store: Hall['store'], text: string): Promise<Account> {
  const found = await store.accounts.find(text);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (found.length > 1) {
    throw new UsageError(`"${text}" names ${found.length} accounts`, {
      fix: `Use one of these keys:\n${found
        .slice(0, 10)
        .map((account) => `${account.key}  ${account.name}`)
        .join('\n')}`,
    });
  }
  throw new UsageError(`no account is called "${text}"`, {
    fix: 'Give its key, its exact name, or any of its ids. Accounts are known after the first:\n  kenko run --until evaluate',
  });
}
