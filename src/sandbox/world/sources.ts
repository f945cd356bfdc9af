// Writes the world's files for a home folder, as the seller's other systems would export them: contracts, use, tickets,
// surveys, touches, programmes, goals, milestones, contacts. Writes only inside the folder it is given.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World, WorldAccount, WorldContact } from '../world.ts';
import { plusDays } from './days.ts';
import { contactRow, goalRows, milestoneRows, programRows, surveyRows, touchRows } from './relations.ts';
import { featureRows, helpRows, type Row, usageRows } from './usage.ts';

/** How far back the files reach. */
const usageDays = 180;
const featureDays = 49;
const helpDays = 90;
const touchDays = 200;
const surveyDays = 365;

export interface WrittenSource {
  readonly file: string;
  readonly rows: number;
}

/** Writes `data/*.csv` under the folder, as of a day (today in the world by default), and says how many rows each has. */
export function writeSources(world: World, folder: string, asOf: string = world.today()): WrittenSource[] {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const people = new Map<string, WorldContact[]>();
  for (const contact of world.contacts) people.set(contact.account, [...(people.get(contact.account) ?? []), contact]);
  const of = (account: WorldAccount) => people.get(account.key) ?? [];
  const each = (rows: (account: WorldAccount) => Iterable<Row>): Row[] =>
    world.accounts.flatMap((account) => [...rows(account)]);
  const back = (days: number) => plusDays(asOf, -days);
  const cases = world.cases.filter((one) => one.openedOn <= asOf);
  const tables: readonly (readonly [string, string, readonly Row[]])[] = [
    [
      'contracts',
      'account_id,name,domain,plan,seats,arr,start_on,renewal_on,status,notice_on,payment_overdue_days,products',
      world.accounts.map((account) => contractRow(account)),
    ],
    [
      'product_usage',
      'account_id,user_id,day,logins,events,minutes',
      each((account) => usageRows(account, back(usageDays), asOf)),
    ],
    [
      'feature_usage',
      'account_id,day,feature,uses,is_key',
      each((account) => featureRows(account, back(featureDays), asOf)),
    ],
    ['help_views', 'account_id,day,article,views', each((account) => helpRows(account, back(helpDays), asOf))],
    [
      'tickets',
      'ticket_id,account_id,opened_on,closed_on,severity,category',
      cases.map((one) => [one.key, one.account, one.openedOn, one.closedOn, one.severity, one.category]),
    ],
    [
      'surveys',
      'response_id,account_id,contact_id,kind,invited_on,answered_on,score,role',
      each((account) => surveyRows(account, of(account), back(surveyDays), asOf)),
    ],
    [
      'touches',
      'touch_id,account_id,contact_id,day,kind,direction,executive',
      each((account) => touchRows(account, of(account), back(touchDays), asOf)),
    ],
    [
      'programs',
      'attendance_id,account_id,contact_id,day,kind',
      each((account) => programRows(account, of(account), back(touchDays), asOf)),
    ],
    [
      'goals',
      'goal_id,account_id,name,baseline,current,target,due_on,weight,unit,measured_on',
      each((account) => goalRows(account, asOf)),
    ],
    [
      'milestones',
      'account_id,position,name,weight,planned_on,done_on',
      each((account) => milestoneRows(account, asOf)),
    ],
    [
      'contacts',
      'contact_id,account_id,role,last_active_on,left_on',
      each((account) => of(account).map((person) => contactRow(account, person, asOf))),
    ],
  ];
  return tables.map(([name, header, rows]) => {
    const lines = rows.map((row) => row.map(cell).join(','));
    writeFileSync(join(data, `${name}.csv`), `${[header, ...lines].join('\n')}\n`);
    return { file: `data/${name}.csv`, rows: rows.length };
  });
}

const statuses = {
  new: 'active',
  steady: 'active',
  renewing: 'active',
  trial: 'trial',
  paused: 'paused',
  churned: 'churned',
} as const;

function contractRow(account: WorldAccount): Row {
  return [
    account.key,
    account.name,
    account.domain,
    account.plan,
    account.seats,
    account.arr,
    account.startOn,
    account.renewalOn,
    statuses[account.lifecycle],
    account.noticeOn,
    account.overdueDays,
    account.products.join(';'),
  ];
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
