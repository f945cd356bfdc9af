// How the customers use the product, day by day, as rows of files. What happens on a day follows from the account, the day
// and the account's health alone, so that yesterday's rows are the same rows tomorrow.

import type { WorldAccount } from '../world.ts';
import { dayNumber, fractionOf, isWorkday, plusDays, wholeOf } from './days.ts';

/** How likely somebody works with the product on a workday, and which share of the seats are in use. */
const habits: Readonly<Record<WorldAccount['health'], { readonly active: number; readonly adoption: number }>> = {
  star: { active: 0.98, adoption: 0.95 },
  healthy: { active: 0.7, adoption: 0.72 },
  declining: { active: 0.65, adoption: 0.65 },
  dying: { active: 0.6, adoption: 0.5 },
  silent: { active: 0.5, adoption: 0.5 },
};

/** 1 while all is well, then falling for sixty days to what is left. */
export function vigour(account: WorldAccount, day: string): number {
  if (account.turnedOn === null || day <= account.turnedOn) return 1;
  const floor = account.health === 'dying' ? 0.06 : 0.35;
  return Math.max(floor, 1 - ((dayNumber(day) - dayNumber(account.turnedOn)) / 60) * (1 - floor));
}

function lives(account: WorldAccount, day: string): boolean {
  const ended = account.lifecycle === 'churned' || account.lifecycle === 'paused';
  return account.hasUsage && day >= account.startOn && !(ended && day > (account.turnedOn ?? account.renewalOn));
}

/** New customers take some weeks until all their people work with it. */
function rampOf(account: WorldAccount, number: number): number {
  return Math.min(1, 0.3 + (number - dayNumber(account.startOn)) / 45);
}

export type Row = readonly (string | number | boolean | null)[];

/** account_id, user_id, day, logins, events, minutes: one row per user and active day. */
export function* usageRows(account: WorldAccount, from: string, to: string): Generator<Row> {
  const habit = habits[account.health];
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    if (!lives(account, day) || !isWorkday(number)) continue;
    const strength = vigour(account, day) * rampOf(account, number);
    const name = `${account.key}/${number}`;
    if (fractionOf(`${name}/active`) >= habit.active * Math.min(1, strength * 1.3)) continue;
    const users = Math.max(1, Math.round(account.seats * habit.adoption * strength));
    const today = Math.max(1, Math.round(users / 20));
    for (let at = 0; at < today; at += 1) {
      const user = ((number * today + at) % users) + 1;
      const events = Math.max(1, Math.round(wholeOf(`${name}/${at}/events`, 14, 30) * strength));
      yield [
        account.key,
        `${account.key}-U${String(user).padStart(3, '0')}`,
        day,
        wholeOf(`${name}/${at}/logins`, 1, 3),
        events,
        events * wholeOf(`${name}/${at}/minutes`, 1, 3),
      ];
    }
  }
}

/** The features of the product; the first six are the key ones. */
export const features = [
  'dashboards',
  'alerts',
  'exports',
  'automations',
  'approvals',
  'integrations',
  'comments',
  'templates',
  'mobile',
  'audit_log',
  'forecast',
  'sharing',
] as const;
const keyFeatures = 6;
const breadth: Readonly<Record<WorldAccount['health'], readonly [low: number, high: number]>> = {
  star: [8, 11],
  healthy: [5, 9],
  declining: [4, 7],
  dying: [2, 4],
  silent: [2, 5],
};

/** account_id, day, feature, uses, is_key: one row per feature and week, on its Monday. */
export function* featureRows(account: WorldAccount, from: string, to: string): Generator<Row> {
  const [low, high] = breadth[account.health];
  const wide = wholeOf(`${account.key}/breadth`, low, high);
  const start = wholeOf(`${account.key}/first`, 0, 2);
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    if ((number + 4) % 7 !== 1 || !lives(account, day)) continue;
    const strength = vigour(account, day) * rampOf(account, number);
    const used = Math.round(wide * Math.min(1, strength * 1.2));
    for (let at = 0; at < used; at += 1) {
      const place = (start + at) % features.length;
      const uses = Math.max(1, Math.round(wholeOf(`${account.key}/${number}/${place}`, 5, 40) * strength));
      yield [account.key, day, features[place]!, uses, place < keyFeatures];
    }
  }
}

const articles = [
  'getting-started',
  'import-data',
  'roles',
  'api-keys',
  'reports',
  'billing',
  'sso',
  'automation-tips',
] as const;

/** account_id, day, article, views. */
export function* helpRows(account: WorldAccount, from: string, to: string): Generator<Row> {
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    const strength = vigour(account, day);
    if (!lives(account, day) || fractionOf(`${account.key}/${number}/help`) > 0.09 * strength) continue;
    const article = articles[wholeOf(`${account.key}/${number}/article`, 0, articles.length - 1)]!;
    yield [account.key, day, article, wholeOf(`${account.key}/${number}/views`, 1, 4)];
  }
}
