// People and queues who may own a task: asked for by id or e-mail, active or not.

import type { Row } from '../../clients/salesforce/connect.ts';
import { isRecordId, longId } from '../../clients/salesforce/record-id.ts';
import { inQueries, soqlText } from '../../clients/salesforce/soql.ts';
import type { CrmUser } from '../crm.ts';
import type { Hand } from './hand.ts';

const select = 'SELECT Id, Email, IsActive FROM User WHERE';
const queueSelect = `SELECT Id FROM Group WHERE Type = 'Queue' AND Id IN (`;
/** References of one query; more are asked for in several. */
const mostInOneQuery = 100;

const isEmail = (reference: string) => reference.includes('@');
const idsOf = (references: readonly string[], prefix: string) =>
  references.filter((reference) => !isEmail(reference) && isRecordId(reference) && reference.startsWith(prefix));

/** Users by id or e-mail, and queues by id; one answer per reference that exists. */
export async function readUsers(hand: Hand, references: readonly string[], signal: AbortSignal): Promise<CrmUser[]> {
  const ask = async (queries: readonly string[]) => {
    const rows: Row[] = [];
    for (const soql of queries) rows.push(...(await hand.client.rows(soql, { name: 'users', signal })));
    return rows;
  };
  const rows = [
    ...(await ask(inQueries(`${select} Id IN (`, idsOf(references, '005')))),
    ...(await ask(inQueries(`${select} Email IN (`, references.filter(isEmail)))),
    ...(await ask(inQueries(queueSelect, idsOf(references, '00G')))),
  ];
  return usersFrom(rows, references);
}

/** Queries for a few users and queues, by name; none where there is nobody to ask for, null where they are too many. */
export function userQueries(references: readonly string[]): Readonly<Record<string, string>> | null {
  if (references.length > mostInOneQuery) return null;
  const list = (values: readonly string[]) => values.map(soqlText).join(',');
  const [ids, emails, queues] = [idsOf(references, '005'), references.filter(isEmail), idsOf(references, '00G')];
  const conditions = [
    ...(ids.length > 0 ? [`Id IN (${list(ids)})`] : []),
    ...(emails.length > 0 ? [`Email IN (${list(emails)})`] : []),
  ];
  return {
    ...(conditions.length === 0 ? {} : { users: `${select} ${conditions.join(' OR ')}` }),
    ...(queues.length === 0 ? {} : { queues: `${queueSelect}${list(queues)})` }),
  };
}

/** Rows of users and queues as answers to references. */
export function usersFrom(rows: readonly Row[], references: readonly string[]): CrmUser[] {
  const byId = new Map(rows.map((row) => [longId(String(row['Id'])), row]));
  const byEmail = new Map<string, Row>();
  for (const row of rows) {
    const email = String(row['Email']).toLowerCase();
    // Several users may share an address; the active one can own tasks.
    if (byEmail.get(email)?.['IsActive'] !== true) byEmail.set(email, row);
  }
  return references.flatMap((reference): CrmUser[] => {
    if (isEmail(reference)) {
      const row = byEmail.get(reference.toLowerCase());
      if (row === undefined) return [];
      return [{ id: longId(String(row['Id'])), email: reference, active: row['IsActive'] === true }];
    }
    const row = isRecordId(reference) ? byId.get(longId(reference)) : undefined;
    if (row === undefined) return [];
    const email = typeof row['Email'] === 'string' ? row['Email'] : null;
    return [{ id: reference, email, active: row['IsActive'] === true || reference.startsWith('00G') }];
  });
}
