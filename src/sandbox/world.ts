// A seeded, believable customer base that lives day by day. Same seed, same number of accounts and same first day give the
// same world. It knows no vendor; each half of the sandbox furnishes its own store from it.

import { type Chance, seededChance } from '../lib/chance.ts';
import { makeCustomers } from './world/customers.ts';
import { type DayNews, liveOneDay } from './world/living.ts';

/** A colleague on the seller's side: owns accounts and answers cases. */
export interface WorldUser {
  readonly key: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly isActive: boolean;
  /** The key of their manager. */
  readonly manager: string | null;
}
export type Lifecycle = 'new' | 'steady' | 'renewing' | 'trial' | 'paused' | 'churned';
export type Health = 'star' | 'healthy' | 'declining' | 'dying' | 'silent';
export interface WorldAccount {
  /** The id that all systems share: Account.AccountNumber, kenko_external_account_id, account_id in the files. */
  readonly key: string;
  readonly name: string;
  readonly domain: string;
  readonly country: 'US' | 'GB' | 'JP';
  readonly city: string;
  readonly industry: string;
  readonly employees: number;
  /** Key of the owning user. */
  readonly owner: string;
  readonly parent: string | null;
  /** Days are `YYYY-MM-DD`. */
  readonly createdOn: string;
  readonly lifecycle: Lifecycle;
  readonly health: Health;
  /** The day since which its use falls; null while all is well. */
  readonly turnedOn: string | null;
  /** False: the product's feed does not know this account. */
  readonly hasUsage: boolean;
  /** False: it stands in the files but in no CRM, as happens. */
  readonly inCrm: boolean;
  readonly plan: 'starter' | 'team' | 'business' | 'enterprise';
  readonly seats: number;
  /** Yen per year. */
  readonly arr: number;
  readonly startOn: string;
  readonly renewalOn: string;
  readonly noticeOn: string | null;
  readonly overdueDays: number;
  readonly products: readonly string[];
}
export type ContactRole = 'champion' | 'decision_maker' | 'star_user' | 'user';
export interface WorldContact {
  readonly key: string;
  readonly account: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title: string;
  readonly role: ContactRole;
  readonly phone: string;
  readonly leftOn: string | null;
}
export interface WorldOpportunity {
  readonly key: string;
  readonly account: string;
  readonly owner: string;
  readonly name: string;
  readonly kind: 'renewal' | 'upsell' | 'new';
  readonly stage: 'open' | 'proposal' | 'won' | 'lost';
  readonly amount: number;
  readonly closeOn: string;
}
export interface WorldCase {
  readonly key: string;
  readonly account: string;
  readonly contact: string | null;
  readonly subject: string;
  readonly severity: 'low' | 'normal' | 'high' | 'sev1';
  readonly category: 'inquiry' | 'complaint' | 'other';
  readonly openedOn: string;
  readonly closedOn: string | null;
}
/** Everything there is; lists grow and records are replaced as days go by. */
export interface Customers {
  readonly users: WorldUser[];
  readonly accounts: WorldAccount[];
  readonly contacts: WorldContact[];
  readonly opportunities: WorldOpportunity[];
  readonly cases: WorldCase[];
}
export type { DayNews } from './world/living.ts';
export interface World extends Customers {
  readonly seed: number;
  /** The day it is in this world, `YYYY-MM-DD`. */
  today(): string;
  /** Moves the world one day on and says what happened; the halves hear of it too. */
  liveADay(): DayNews;
  /** Hears of each day that is lived. */
  onDay(listener: (news: DayNews) => void): void;
}
export interface WorldOptions {
  readonly seed: number;
  readonly accounts: number;
  /** ISO instant of the beginning. */
  readonly now: string;
}

export function makeWorld(options: WorldOptions): World {
  const chance: Chance = seededChance(options.seed);
  let today = options.now.slice(0, 10);
  const customers = makeCustomers({ chance, count: options.accounts, today });
  const listeners: ((news: DayNews) => void)[] = [];
  return {
    ...customers,
    seed: options.seed,
    today: () => today,
    onDay: (listener) => {
      listeners.push(listener);
    },
    liveADay() {
      today = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
      const news = liveOneDay(customers, chance, today);
      for (const listener of listeners) listener(news);
      return news;
    },
  };
}
