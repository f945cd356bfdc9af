// Rules about the home and the gates: a zone that exists, a schedule that can come true, budgets in order.

import { type Rule, rule } from './rule.ts';

export const homeRules: readonly Rule[] = [
  rule('zone_exists', ['kenko'], ({ kenko }, tell) => {
    if (isZone(kenko.zone)) return;
    tell({
      file: 'kenko',
      path: ['zone'],
      what: `there is no time zone "${kenko.zone}"`,
      why: 'days are cut in it',
      fix: 'Write a name like Asia/Tokyo, Europe/Berlin or UTC.',
    });
  }),

  rule('schedule_is_cron', ['kenko'], ({ kenko }, tell) => {
    if (kenko.schedule === null) return;
    const fault = cronFault(kenko.schedule);
    if (fault === null) return;
    const bare = kenko.schedule.replaceAll(/["'“”]/g, '').trim();
    if (bare !== kenko.schedule && cronFault(bare) === null) {
      tell({
        file: 'kenko',
        path: ['schedule'],
        what: 'a quote stands on one side of the schedule only',
        why: 'without its counterpart it is read as part of the text',
        fix: `Write quotes on both sides:   schedule: "${bare}"`,
      });
      return;
    }
    tell({
      file: 'kenko',
      path: ['schedule'],
      what: `the schedule cannot be read: ${fault}`,
      why: 'it says minute, hour, day, month, weekday',
      fix: 'Write for example:   schedule: "0 5 * * *"   (every day at 05:00)',
    });
  }),

  rule('budgets_are_in_order', ['kenko', 'gates'], ({ kenko, gates }, tell) => {
    for (const [crm, budget] of Object.entries(kenko.budgets)) {
      if (budget.share_of_run <= budget.share_of_day) continue;
      tell({
        file: 'kenko',
        path: ['budgets', crm, 'share_of_run'],
        what: `one run may use ${budget.share_of_run}, but the whole day only ${budget.share_of_day}`,
        why: 'the smaller one would always hold first',
        fix: `Write at most ${budget.share_of_day}.`,
      });
    }
    if (gates.budget.of_run <= gates.budget.of_day) return;
    tell({
      file: 'gates',
      path: ['budget', 'of_run'],
      what: `one run may use ${gates.budget.of_run}, but the whole day only ${gates.budget.of_day}`,
      why: 'the smaller one would always hold first',
      fix: `Write at most ${gates.budget.of_day}.`,
    });
  }),
];

/** True for an IANA zone that this machine knows. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Abbreviations and offsets pass Intl, but they know no daylight saving, or mean several places.
    return name === 'UTC' || name.includes('/');
  } catch {
    return false;
  }
}

const fields = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day', low: 1, high: 31, names: [] },
  {
    name: 'month',
    low: 1,
    high: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'weekday', low: 0, high: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;

/**
 * What is wrong with a cron expression of five fields; null when nothing is. Lists, ranges, steps and the names of months
 * and weekdays are understood; seconds, @daily and the letters of other dialects (L, W, #, ?) are not.
 */
export function cronFault(expression: string): string | null {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `it has ${parts.length} ${parts.length === 1 ? 'field' : 'fields'}, and there should be five`;
  }
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index] as string, field);
    if (fault !== null) return `${field.name} "${parts[index]}" ${fault}`;
  }
  return dayNeverComes(parts[2] as string, parts[3] as string) ? 'that day never comes' : null;
}

type Field = (typeof fields)[number];
function fieldFault(text: string, field: Field): string | null {
  for (const item of text.split(',')) {
    const [range = '', step, ...more] = item.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,2}$/.test(step))) return 'has a step that is no number';
    if (range === '*') continue;
    const [low, high, ...rest] = range.split('-').map((end) => numberOf(end, field));
    if (rest.length > 0 || low === undefined || low === null || high === null) return 'is no number, range or *';
    for (const end of high === undefined ? [low] : [low, high])
      if (end < field.low || end > field.high) return `is outside of ${field.low} to ${field.high}`;
    if (high !== undefined && low > high) return 'has its range the wrong way round';
  }
  return null;
}
function numberOf(text: string, field: Field): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const at = (field.names as readonly string[]).indexOf(text.toLowerCase());
  return at < 0 ? null : at + (field.name === 'month' ? 1 : 0);
}
/** 31 of April, 30 of February. */
function dayNeverComes(day: string, month: string): boolean {
  if (!/^\d+$/.test(day) || !/^\d+$/.test(month)) return false;
  return Number(day) > ([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1] ?? 31);
}
