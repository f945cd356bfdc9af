// The first day of the world: colleagues, customer companies with lifecycles and healths, their people, deals and cases.
// Most customers are well, some decline, about one in twenty is dying, some are new, some have no data.

import type { Chance } from '../../lib/chance.ts';
import type {
  ContactRole,
  Customers,
  Health,
  Lifecycle,
  WorldAccount,
  WorldCase,
  WorldContact,
  WorldOpportunity,
  WorldUser,
} from '../world.ts';
import { daysBetween, fractionOf, plusDays, wholeOf } from './days.ts';
import {
  caseSubjects,
  colleagues,
  englishFirst,
  englishLast,
  englishPeople,
  japaneseFirst,
  japaneseLast,
  japanesePeople,
} from './names.ts';

interface Beginning {
  readonly chance: Chance;
  readonly count: number;
  readonly today: string;
}

export function makeCustomers(beginning: Beginning): Customers {
  const users = makeUsers();
  const accounts: WorldAccount[] = [];
  for (let at = 0; at < beginning.count; at += 1) accounts.push(makeAccount(at, beginning, users, accounts));
  const people = accounts.map((account) => makeContacts(account, beginning));
  const opportunities = accounts.flatMap((account) => makeOpportunities(account, beginning));
  const cases = accounts.flatMap((account, at) => makeCases(account, people[at] ?? [], beginning));
  return { users, accounts, contacts: people.flat(), opportunities, cases };
}

function makeUsers(): WorldUser[] {
  return colleagues.map(([firstName, lastName], at) => ({
    key: `u${String(at + 1).padStart(2, '0')}`,
    firstName,
    lastName,
    email: `${firstName}.${lastName}@kenko.example`.toLowerCase(),
    // One has left the company but still owns accounts, as everywhere.
    isActive: at !== 6,
    manager: at === 0 ? null : 'u01',
  }));
}

const pick = <T>(from: readonly T[], chance: Chance): T => from[Math.floor(chance.fraction() * from.length)]!;
const between = (low: number, high: number, chance: Chance) => low + Math.floor(chance.fraction() * (high - low + 1));

function weighted<T>(table: readonly (readonly [T, number])[], chance: Chance): T {
  const sum = table.reduce((all, [, weight]) => all + weight, 0);
  let left = chance.fraction() * sum;
  for (const [value, weight] of table) {
    left -= weight;
    if (left < 0) return value;
  }
  return table.at(-1)![0];
}

const healths: readonly (readonly [Health, number])[] = [
  ['star', 14],
  ['healthy', 58],
  ['declining', 15],
  ['dying', 5],
  ['silent', 8],
];
const lifecycles: readonly (readonly [Lifecycle, number])[] = [
  ['steady', 62],
  ['renewing', 18],
  ['new', 10],
  ['trial', 4],
  ['paused', 2],
  ['churned', 4],
];
const plans = [
  { plan: 'starter', low: 3, high: 8, perSeat: 60_000, weight: 35 },
  { plan: 'team', low: 8, high: 20, perSeat: 90_000, weight: 40 },
  { plan: 'business', low: 20, high: 40, perSeat: 120_000, weight: 20 },
  { plan: 'enterprise', low: 40, high: 80, perSeat: 180_000, weight: 5 },
] as const;
const startedDaysAgo: Readonly<Record<Lifecycle, readonly [number, number]>> = {
  new: [5, 75],
  trial: [2, 25],
  steady: [120, 1400],
  renewing: [300, 1400],
  paused: [200, 900],
  churned: [300, 900],
};

function makeAccount(
  at: number,
  beginning: Beginning,
  users: readonly WorldUser[],
  earlier: readonly WorldAccount[],
): WorldAccount {
  const { chance, today } = beginning;
  const number = String(at + 1).padStart(4, '0');
  const isJapanese = chance.fraction() < 0.45;
  const named = isJapanese ? japaneseName(at) : englishName(at);
  const lifecycle = weighted(lifecycles, chance);
  const wild = weighted(healths, chance);
  const health = lifecycle === 'churned' ? 'dying' : lifecycle === 'new' && wild === 'dying' ? 'healthy' : wild;
  const size = weighted(
    plans.map((plan) => [plan, plan.weight] as const),
    chance,
  );
  const seats = between(size.low, size.high, chance);
  const [soonest, longest] = startedDaysAgo[lifecycle];
  const startOn = plusDays(today, -between(soonest, longest, chance));
  const renewalOn = renewalOf(lifecycle, startOn, today, chance);
  const turnedAgo = health === 'dying' ? between(80, 140, chance) : between(15, 50, chance);
  const hasTurned = health === 'dying' || health === 'declining';
  const parent = earlier.length > 0 && chance.fraction() < 0.03 ? pick(earlier, chance) : null;
  return {
    key: `A${number}`,
    ...named,
    country: isJapanese ? 'JP' : chance.fraction() < 0.7 ? 'US' : 'GB',
    city: isJapanese
      ? pick(['東京', '大阪', '名古屋', '福岡'], chance)
      : pick(['Denver', 'Leeds', 'Boston', 'Austin'], chance),
    employees: seats * between(3, 30, chance),
    owner: pick(users, chance).key,
    parent: parent?.parent === null ? parent.key : null,
    createdOn: plusDays(startOn, -between(10, 90, chance)),
    lifecycle,
    health,
    turnedOn: hasTurned ? plusDays(today, -turnedAgo) : null,
    hasUsage: health !== 'silent' || chance.fraction() < 0.4,
    inCrm: at % 250 !== 249,
    plan: size.plan,
    seats,
    arr:
      lifecycle === 'trial'
        ? 0
        : Math.round((seats * size.perSeat * (0.8 + chance.fraction() * 0.5)) / 10_000) * 10_000,
    startOn,
    renewalOn,
    noticeOn: noticeOf(lifecycle, health, renewalOn, today, chance),
    overdueDays:
      health === 'dying' && chance.fraction() < 0.4
        ? between(5, 60, chance)
        : chance.fraction() < 0.03
          ? between(1, 20, chance)
          : 0,
    products: [
      'core',
      ...(chance.fraction() < 0.4 ? ['insights'] : []),
      ...(chance.fraction() < 0.2 ? ['mobile'] : []),
    ],
  };
}

function englishName(at: number): { name: string; domain: string; industry: string } {
  const [last, industry] = englishLast[Math.floor(at / englishFirst.length) % englishLast.length]!;
  const first = englishFirst[at % englishFirst.length]!;
  const again = Math.floor(at / (englishFirst.length * englishLast.length));
  const suffix = again === 0 ? '' : ` ${again + 1}`;
  return {
    name: `${first} ${last}${suffix}`,
    domain: `${first}-${last}${again === 0 ? '' : `-${again + 1}`}.example`.toLowerCase(),
    industry,
  };
}

function japaneseName(at: number): { name: string; domain: string; industry: string } {
  const [first, spelled] = japaneseFirst[at % japaneseFirst.length]!;
  const [last, spelledLast, industry] = japaneseLast[Math.floor(at / japaneseFirst.length) % japaneseLast.length]!;
  const again = Math.floor(at / (japaneseFirst.length * japaneseLast.length));
  return {
    name: `株式会社${first}${last}${again === 0 ? '' : `第${again + 1}`}`,
    domain: `${spelled}-${spelledLast}${again === 0 ? '' : `-${again + 1}`}.test`,
    industry,
  };
}

function renewalOf(lifecycle: Lifecycle, startOn: string, today: string, chance: Chance): string {
  if (lifecycle === 'trial') return plusDays(startOn, 30);
  if (lifecycle === 'churned') return plusDays(today, -between(20, 150, chance));
  if (lifecycle === 'renewing') return plusDays(today, between(10, 118, chance));
  if (lifecycle === 'new') return plusDays(startOn, 365);
  return plusDays(today, between(125, 360, chance));
}

function noticeOf(
  lifecycle: Lifecycle,
  health: Health,
  renewalOn: string,
  today: string,
  chance: Chance,
): string | null {
  if (lifecycle === 'churned') return plusDays(renewalOn, -60);
  if (lifecycle === 'renewing' && health === 'dying' && chance.fraction() < 0.5)
    return plusDays(today, -between(1, 20, chance));
  return null;
}

const titles: Readonly<Record<ContactRole, readonly string[]>> = {
  champion: ['Operations Lead', '業務改革リーダー', 'Head of Operations'],
  decision_maker: ['Chief Operating Officer', '取締役', 'VP Operations'],
  star_user: ['Analyst', '主任', 'Team Lead'],
  user: ['Coordinator', '担当', 'Specialist'],
};

/** First and last name, each as written and as spelled in an address. */
type Person = readonly [readonly [string, string], readonly [string, string]];

function japanesePerson(chance: Chance): Person {
  return [pick(japanesePeople.first, chance), pick(japanesePeople.last, chance)];
}

function englishPerson(chance: Chance): Person {
  const first = pick(englishPeople.first, chance);
  const last = pick(englishPeople.last, chance);
  return [
    [first, first],
    [last, last],
  ];
}

function makeContacts(account: WorldAccount, { chance, today }: Beginning): WorldContact[] {
  const roles: ContactRole[] = ['champion', 'decision_maker', ...(account.seats > 6 ? ['star_user' as const] : [])];
  for (let extra = between(0, account.seats > 20 ? 4 : 2, chance); extra > 0; extra -= 1) roles.push('user');
  return roles.map((role, at) => {
    const isJapanese = account.country === 'JP';
    const [first, last] = isJapanese ? japanesePerson(chance) : englishPerson(chance);
    const mayLeave = role === 'champion' && (account.health === 'declining' || account.health === 'dying');
    return {
      key: `${account.key}-C${at + 1}`,
      account: account.key,
      firstName: first[0],
      lastName: last[0],
      email: `${first[1]}.${last[1]}.${at + 1}@${account.domain}`.toLowerCase(),
      title: pick(titles[role], chance),
      role,
      phone: `+1-555-01${String(between(0, 99, chance)).padStart(2, '0')}`,
      leftOn: mayLeave && chance.fraction() < 0.3 ? plusDays(today, -between(5, 40, chance)) : null,
    };
  });
}

function makeOpportunities(account: WorldAccount, { chance, today }: Beginning): WorldOpportunity[] {
  const made: WorldOpportunity[] = [];
  const add = (kind: WorldOpportunity['kind'], stage: WorldOpportunity['stage'], amount: number, closeOn: string) =>
    made.push({
      key: `${account.key}-O${made.length + 1}`,
      account: account.key,
      owner: account.owner,
      name: `${account.name} ${kind}`,
      kind,
      stage,
      amount,
      closeOn,
    });
  add('new', account.lifecycle === 'trial' ? 'open' : 'won', account.arr, account.startOn);
  if (daysBetween(today, account.renewalOn) <= 120 && account.lifecycle !== 'trial')
    add('renewal', account.lifecycle === 'churned' ? 'lost' : 'proposal', account.arr, account.renewalOn);
  if (account.health === 'star' && chance.fraction() < 0.3)
    add('upsell', 'open', Math.round(account.arr * 0.2), plusDays(today, between(20, 90, chance)));
  return made;
}

/** How many cases a customer opens in a year, by health. */
const casesPerYear: Readonly<Record<Health, number>> = { star: 3, healthy: 3, declining: 7, dying: 2, silent: 0 };

function makeCases(
  account: WorldAccount,
  contacts: readonly WorldContact[],
  { chance, today }: Beginning,
): WorldCase[] {
  const made: WorldCase[] = [];
  const people = contacts.filter((contact) => contact.account === account.key);
  const born = Math.min(daysBetween(account.startOn, today), 180);
  const expected = (casesPerYear[account.health] * born) / 365;
  for (let left = Math.floor(expected + chance.fraction()); left > 0; left -= 1)
    made.push(
      makeCase(account, people, made.length + 1, plusDays(today, -between(1, Math.max(born, 1), chance)), today),
    );
  return made;
}

/** One case, opened on a day; whether and when it was closed follows from its name alone. */
export function makeCase(
  account: WorldAccount,
  people: readonly WorldContact[],
  number: number,
  openedOn: string,
  today: string,
): WorldCase {
  const key = `${account.key}-T${number}`;
  const isUnhappy = account.health === 'declining' || account.health === 'dying';
  const hardness = fractionOf(`${key}/severity`);
  const severity =
    hardness < (isUnhappy ? 0.06 : 0.01) ? 'sev1' : hardness < 0.18 ? 'high' : hardness < 0.7 ? 'normal' : 'low';
  const mood = fractionOf(`${key}/category`);
  const closedOn = plusDays(openedOn, wholeOf(`${key}/days`, 0, isUnhappy ? 25 : 9));
  return {
    key,
    account: account.key,
    contact: people.length === 0 ? null : people[wholeOf(`${key}/who`, 0, people.length - 1)]!.key,
    subject: caseSubjects[wholeOf(`${key}/subject`, 0, caseSubjects.length - 1)]!,
    severity,
    category: mood < (isUnhappy ? 0.4 : 0.08) ? 'complaint' : mood < 0.9 ? 'inquiry' : 'other',
    openedOn,
    closedOn: closedOn <= today ? closedOn : null,
  };
}
