// Field and object rights are not enough: a record that is not shared for editing refuses every write. A sample of the org's
// accounts is asked about, before anything was ever written. Part of check.ts; reads only.

import { longId } from '../../clients/salesforce/record-id.ts';
import { soqlName, soqlText } from '../../clients/salesforce/soql.ts';
import type { Problem } from '../../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import { drift, type Hand } from './hand.ts';

/** The vendor answers for at most 200 records at once. */
const sample = 200;

/** Whether the newest records of the mapped account object may be edited by the user we are. */
export async function checkSharing(hand: Hand, signal: AbortSignal): Promise<Problem[]> {
  const object = hand.mapping.objects.account?.object;
  if (object === undefined) return [];
  try {
    const newest = `SELECT Id FROM ${soqlName(object)} ORDER BY CreatedDate DESC LIMIT ${sample}`;
    const records = await hand.client.rows(newest, { name: 'sample', signal });
    if (records.length === 0) {
      return [
        drift(
          'error',
          object,
          'the integration user sees no record of it',
          'Nothing could be scored or written.',
          `Share them with the integration user: "View All" and "Modify All" on ${object} in a permission set, or a sharing rule (Setup > Sharing Settings).`,
        ),
      ];
    }
    const user = await hand.client.user(signal);
    const ids = records.map((row) => soqlText(longId(String(row['Id'])))).join(',');
    const soql = `SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE UserId = ${soqlText(user)} AND RecordId IN (${ids})`;
    const access = await hand.client.rows(soql, { name: 'sharing', signal });
    const locked = access.filter((row) => row['HasEditAccess'] === false).length;
    if (locked === 0) return [];
    return [
      drift(
        locked === access.length ? 'error' : 'warning',
        object,
        `${locked} of the ${access.length} newest records may not be edited by the integration user`,
        'Every write to them would be refused (INSUFFICIENT_ACCESS_OR_READONLY).',
        `Share them for editing: "Modify All" on ${object} in a permission set of the integration user, or a sharing rule (Setup > Sharing Settings).`,
      ),
    ];
  } catch (error) {
    rethrowCrash(error);
    // An org that does not answer this question says nothing about sharing; what is away is told elsewhere.
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    return [];
  }
}
