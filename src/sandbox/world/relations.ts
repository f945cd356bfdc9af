// What the customers say and do besides using the product: surveys, meetings, programmes, goals, milestones and who works
// with whom, as rows of files. Like usage, it follows from names and days alone.

import type { WorldAccount, WorldContact } from '../world.ts';
import { dayNumber, fractionOf, plusDays, wholeOf } from './days.ts';
import { type Row, vigour } from './usage.ts';

const isGone = (account: WorldAccount, day: string) => account.lifecycle === 'churned' && day > account.renewalOn;

/** response_id, account_id, contact_id, kind, invited_on, answered_on, score, role. Half a year of invitations. */
export function* surveyRows(
  account: WorldAccount,
  people: readonly WorldContact[],
  from: string,
  to: string,
): Generator<Row> {
  if (account.health === 'silent' && fractionOf(`${account.key}/deaf`) < 0.6) return;
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    if (day < account.startOn || isGone(account, day)) continue;
    const phase = wholeOf(`${account.key}/phase`, 0, 179);
    const kind =
      number % 180 === phase ? 'nps' : number % 60 === phase % 60 ? (number % 2 === 0 ? 'csat' : 'ces') : null;
    const isValue = number % 180 === (phase + 30) % 180;
    if (kind === null && !isValue) continue;
    for (const person of people) {
      if (person.leftOn !== null && person.leftOn < day) continue;
      const name = `${person.key}/${number}`;
      const asked = kind ?? 'ves';
      if (asked !== 'nps' && fractionOf(`${name}/asked`) < 0.5) continue;
      const strength = vigour(account, day);
      const answers = fractionOf(`${name}/answers`) < 0.25 + 0.4 * strength;
      const answeredOn = plusDays(day, wholeOf(`${name}/delay`, 0, 12));
      const has = answers && answeredOn <= to;
      const role =
        person.role === 'decision_maker' ? 'decision_maker' : person.role === 'champion' ? 'champion' : 'user';
      yield [
        `R-${person.key}-${number}`,
        account.key,
        person.key,
        asked,
        day,
        has ? answeredOn : null,
        has ? scoreOf(account, asked, name, strength) : null,
        role,
      ];
    }
  }
}

function scoreOf(account: WorldAccount, kind: string, name: string, strength: number): number {
  const mood = strength * (account.health === 'star' ? 1.1 : 1) - 0.45 * fractionOf(`${name}/mood`);
  if (kind === 'nps') return Math.max(0, Math.min(10, Math.round(mood * 10)));
  if (kind === 'ves') return Math.max(1, Math.min(7, Math.round(mood * 7)));
  return Math.max(1, Math.min(5, Math.round(mood * 5)));
}

/** touch_id, account_id, contact_id, day, kind, direction, executive. */
export function* touchRows(
  account: WorldAccount,
  people: readonly WorldContact[],
  from: string,
  to: string,
): Generator<Row> {
  const everyDays =
    account.plan === 'enterprise' ? 6 : account.plan === 'business' ? 9 : account.plan === 'team' ? 16 : 26;
  if (people.length === 0) return;
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    const name = `${account.key}/${number}/touch`;
    const eager = account.health === 'silent' ? 0.3 : vigour(account, day);
    if (day < account.createdOn || isGone(account, day) || fractionOf(name) >= eager / everyDays) continue;
    const person = people[wholeOf(`${name}/who`, 0, people.length - 1)]!;
    const kind = (['meeting', 'call', 'email'] as const)[wholeOf(`${name}/kind`, 0, 2)]!;
    const isOneWay = kind === 'email' && fractionOf(`${name}/way`) < 0.5;
    const isExecutive = person.role === 'decision_maker' && kind !== 'email';
    yield [
      `M-${account.key}-${number}`,
      account.key,
      person.key,
      day,
      kind,
      isOneWay ? 'one_way' : 'two_way',
      isExecutive,
    ];
  }
}

/** attendance_id, account_id, contact_id, day, kind. One programme a fortnight, open to all. */
export function* programRows(
  account: WorldAccount,
  people: readonly WorldContact[],
  from: string,
  to: string,
): Generator<Row> {
  for (let number = dayNumber(from), day = from; day <= to; number += 1, day = plusDays(day, 1)) {
    if (number % 14 !== 3 || people.length === 0 || day < account.startOn || isGone(account, day)) continue;
    const name = `${account.key}/${number}/program`;
    const keen = account.health === 'star' ? 0.3 : 0.12;
    if (fractionOf(name) >= keen * vigour(account, day)) continue;
    const kind = (['webinar', 'seminar', 'webinar', 'user_group'] as const)[((number / 14) % 4) | 0]!;
    yield [
      `P-${account.key}-${number}`,
      account.key,
      people[wholeOf(`${name}/who`, 0, people.length - 1)]!.key,
      day,
      kind,
    ];
  }
}

const goalNames = [
  ['Hours saved per month', 'hours', 0, 120],
  ['Reports made without help', 'reports', 2, 40],
  ['Share of teams on board', 'percent', 10, 90],
  ['Days to close the month', 'days', 9, 3],
] as const;

/** goal_id, account_id, name, baseline, current, target, due_on, weight, unit, measured_on. */
export function* goalRows(account: WorldAccount, today: string): Generator<Row> {
  if (account.health === 'silent' || account.lifecycle === 'trial' || fractionOf(`${account.key}/goals`) < 0.3) return;
  const count = wholeOf(`${account.key}/goals/count`, 1, 2);
  for (let at = 0; at < count; at += 1) {
    const name = `${account.key}/goal/${at}`;
    const [label, unit, baseline, target] = goalNames[wholeOf(`${name}/which`, 0, goalNames.length - 1)]!;
    const age = Math.min(1, (dayNumber(today) - dayNumber(account.startOn)) / 300);
    const reached = Math.min(1.1, age * vigour(account, today) * (0.7 + 0.6 * fractionOf(`${name}/luck`)));
    const current = Math.round((baseline + (target - baseline) * reached) * 10) / 10;
    const measuredOn = plusDays(today, -wholeOf(`${name}/measured/${(dayNumber(today) / 7) | 0}`, 0, 20));
    yield [
      `G-${account.key}-${at + 1}`,
      account.key,
      label,
      baseline,
      current,
      target,
      plusDays(account.startOn, 365),
      at === 0 ? 2 : 1,
      unit,
      measuredOn < account.startOn ? account.startOn : measuredOn,
    ];
  }
}

const steps = [
  ['Kick-off', 1, 7],
  ['Data connected', 2, 21],
  ['First team trained', 2, 35],
  ['First value shown', 3, 60],
  ['Handed over', 2, 80],
] as const;

/** account_id, position, name, weight, planned_on, done_on. */
export function* milestoneRows(account: WorldAccount, today: string): Generator<Row> {
  const drags = account.health === 'dying' || account.health === 'silent';
  for (const [at, [name, weight, planned]] of steps.entries()) {
    const slip = wholeOf(`${account.key}/step/${at}`, -3, drags ? 40 : 10);
    const doneOn = plusDays(account.startOn, planned + slip);
    const isLost = drags && at >= 3 && fractionOf(`${account.key}/step/${at}/lost`) < 0.6;
    yield [
      account.key,
      at + 1,
      name,
      weight,
      plusDays(account.startOn, planned),
      !isLost && doneOn <= today ? doneOn : null,
    ];
  }
}

/** contact_id, account_id, role, last_active_on, left_on. */
export function contactRow(account: WorldAccount, person: WorldContact, today: string): Row {
  const quiet = Math.round(wholeOf(`${person.key}/quiet`, 0, 6) + (1 - vigour(account, today)) * 60);
  const last = plusDays(person.leftOn ?? today, -quiet);
  const isKnown = account.hasUsage && last >= account.startOn;
  return [person.key, account.key, person.role, isKnown ? last : null, person.leftOn];
}
