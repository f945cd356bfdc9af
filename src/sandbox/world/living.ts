// One day in the world: customers open cases, cases are closed, somebody leaves, a healthy customer starts to decline.
// Changes the lists it is given and says what happened; the halves of the sandbox follow the news.

import type { Chance } from '../../lib/chance.ts';
import type { Customers, WorldAccount, WorldCase, WorldContact } from '../world.ts';
import { makeCase } from './customers.ts';
import { daysBetween } from './days.ts';

export interface DayNews {
  readonly day: string;
  readonly casesOpened: readonly WorldCase[];
  readonly casesClosed: readonly WorldCase[];
  readonly contactsLeft: readonly WorldContact[];
  /** Accounts as they now are, whose use starts to fall. */
  readonly turned: readonly WorldAccount[];
}

const openedPerDay: Readonly<Record<WorldAccount['health'], number>> = {
  star: 3 / 365,
  healthy: 3 / 365,
  declining: 7 / 365,
  dying: 2 / 365,
  silent: 0,
};

function replace<T>(list: T[], at: number, value: T): T {
  list[at] = value;
  return value;
}

export function liveOneDay(customers: Customers, chance: Chance, today: string): DayNews {
  const { accounts, contacts, cases } = customers;
  const casesClosed = cases.flatMap((one, at) => {
    const age = daysBetween(one.openedOn, today);
    if (one.closedOn !== null || chance.fraction() > (age > 3 ? 0.15 : 0.05)) return [];
    return [replace(cases, at, { ...one, closedOn: today })];
  });
  const counts = new Map<string, number>();
  for (const one of cases) counts.set(one.account, (counts.get(one.account) ?? 0) + 1);
  const casesOpened = accounts
    .filter((account) => account.lifecycle !== 'churned' && chance.fraction() < openedPerDay[account.health])
    .map((account) => {
      const people = contacts.filter((contact) => contact.account === account.key && contact.leftOn === null);
      const number = (counts.get(account.key) ?? 0) + 1;
      return { ...makeCase(account, people, number, today, today), closedOn: null };
    });
  cases.push(...casesOpened);
  const contactsLeft = contacts.flatMap((contact, at) =>
    contact.leftOn === null && chance.fraction() < 0.0004 ? [replace(contacts, at, { ...contact, leftOn: today })] : [],
  );
  const turned = accounts.flatMap((account, at) =>
    account.health === 'healthy' && chance.fraction() < 0.003
      ? [replace(accounts, at, { ...account, health: 'declining' as const, turnedOn: today })]
      : [],
  );
  return { day: today, casesOpened, casesClosed, contactsLeft, turned };
}
