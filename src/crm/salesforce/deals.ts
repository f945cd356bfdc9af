// Open opportunities with the account they belong to, page by page: all of those that the mapping lets through, because one
// question for all is cheaper than one for every few accounts.

import { longId } from '../../clients/salesforce/record-id.ts';
import { soqlName, soqlText } from '../../clients/salesforce/soql.ts';
import type { Deal } from '../crm.ts';
import { fieldsOf, type Hand } from './hand.ts';
import { shownBy } from './read.ts';

/** See KnowsDeals.openDeals. */
export async function* openDeals(
  hand: Hand,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly Deal[]> {
  const mapping = hand.mapping.objects.opportunity;
  if (mapping === undefined) return;
  const wanted = fieldsOf(mapping, words);
  const names = [...new Set(['Id', 'AccountId', 'OwnerId', ...[...wanted.values()].map((field) => field.field)])];
  const conditions = Object.entries(mapping.only ?? {}).map(
    ([field, values]) => `${soqlName(field)} IN (${values.map(soqlText).join(',')})`,
  );
  const where = ['IsClosed = false', 'AccountId != null', ...conditions].join(' AND ');
  const soql = `SELECT ${names.map(soqlName).join(', ')} FROM ${soqlName(mapping.object)} WHERE ${where}`;
  for await (const rows of hand.client.query(soql, { name: 'deals', signal })) {
    yield rows.map((row) => {
      const id = longId(String(row['Id']));
      const record = { account: '', object: 'opportunity' as const, target: id, id, ...shownBy(row, wanted) };
      return { accountId: longId(String(row['AccountId'])), record };
    });
  }
}
