// Many rows → one number: counts, sums, means, the newest, distinct things and days, shares. Windows are half-open and in
// whole days. Empty is a true zero only where the source is alive and the customer is old enough to have done something.

import { businessDaysBetween, isBusinessNumber } from './calendar.ts';
import type { Measure } from './decisions.ts';
import type { Value } from './nouns.ts';
import { median } from './number.ts';
import {
  dayIn,
  missingReading,
  noDetail,
  numberIn,
  type Reading,
  type Row,
  roleOf,
  rowsBetween,
  rowTest,
  type Scene,
} from './rows.ts';
import { starPlayers } from './star-players.ts';

export type Aggregate = Extract<Measure, { kind: 'aggregate' }>;
type Baseline = Extract<Measure, { kind: 'own_baseline' }>;

/** Below this tenure nothing can be said of an empty window, and a window is not stretched. */
const settledAfterDays = 14;
/** Only customers younger than this, and only windows of about a month, are stretched: a yearly seminar is no rate. */
const newForDays = 28;
const longestStretched = 31;
const activity: readonly Aggregate['of'][] = [
  'count',
  'sum',
  'distinct',
  'distinct_days',
  'distinct_business_days',
  'days_since',
  'days_since_oldest',
  'star_players',
];
const stretched: readonly Aggregate['of'][] = ['count', 'sum', 'distinct_days', 'distinct_business_days'];

/** The aggregate over its window that ends at `to` (the as-of day, not included; without a window it is). */
export function aggregate(measure: Aggregate, scene: Scene, to: number = scene.today): Reading {
  const fresh = scene.freshSources.has(measure.source);
  const isActivity = activity.includes(measure.of);
  // A source that is away would undercount what happened lately; "no login for 31 days" must not come from a dead feed.
  if (isActivity && !fresh) return missingReading;
  const { windowDays } = measure;
  const all = rowsBetween(
    scene,
    measure.source,
    windowDays === null ? Number.NEGATIVE_INFINITY : to - windowDays,
    windowDays === null ? to + 1 : to,
  );
  const { where } = measure;
  const test = where === null ? null : rowTest(where);
  const rows = test === null ? all : all.filter((row) => test(row, scene.account));
  const found = summarise(measure, rows, scene);
  if (found === null) {
    const tooEarly = scene.tenureDays !== null && scene.tenureDays < settledAfterDays;
    return measure.whenEmpty === 'zero' && fresh && !tooEarly
      ? { value: 0, state: 'known', at: null, ages: false, detail: noDetail }
      : missingReading;
  }
  const reading: Reading = {
    value: found.value,
    state: 'known',
    at: found.at ?? rows.at(-1)?.day ?? null,
    ages: !isActivity,
    detail: found.detail ?? noDetail,
  };
  return stretchedToWindow(measure, reading, scene);
}

/** A customer of 14 to 28 days has not lived a whole window yet: what happened is taken as a rate and given for all of it. */
function stretchedToWindow(measure: Aggregate, reading: Reading, scene: Scene): Reading {
  const { windowDays } = measure;
  const { tenureDays } = scene;
  if (windowDays === null || tenureDays === null || typeof reading.value !== 'number') return reading;
  if (tenureDays < settledAfterDays || tenureDays >= newForDays) return reading;
  if (windowDays <= tenureDays || windowDays > longestStretched || !stretched.includes(measure.of)) return reading;
  return {
    ...reading,
    value: (reading.value * windowDays) / tenureDays,
    detail: { ...reading.detail, counted: reading.value, of_days: tenureDays },
  };
}

interface Found {
  readonly value: Value;
  /** Where it is not the newest row. */
  readonly at?: number;
  readonly detail?: Reading['detail'];
}
function summarise(measure: Aggregate, rows: readonly Row[], scene: Scene): Found | null {
  if (rows.length === 0) return null;
  switch (measure.of) {
    case 'count':
      return { value: rows.length };
    case 'sum':
      return numbers(measure, rows, (values) => values.reduce((sum, value) => sum + value, 0));
    case 'mean':
      return measure.roleWeights === null ? numbers(measure, rows, mean) : roleWeighted(measure, rows, scene);
    case 'min':
    case 'max':
      return extreme(measure, rows);
    case 'latest':
      return measure.roleWeights === null ? latest(measure, rows) : roleWeighted(measure, rows, scene);
    case 'distinct':
      return distinct(measure, rows);
    case 'distinct_days':
      return { value: new Set(rows.map((row) => row.day)).size };
    case 'distinct_business_days': {
      const days = new Set<number>();
      for (const row of rows) if (!days.has(row.day) && isBusinessNumber(scene.calendar, row.day)) days.add(row.day);
      return { value: days.size };
    }
    case 'days_since':
    case 'days_since_oldest':
      return daysSince(measure, rows, scene);
    case 'share':
      return share(measure, rows, scene);
    case 'top_share':
      return topShare(measure, rows);
    case 'star_players':
      return starPlayers(rows, measure.field);
  }
}

function numbers(measure: Aggregate, rows: readonly Row[], of: (values: readonly number[]) => number): Found | null {
  const { field } = measure;
  if (field === null) return null;
  const values: number[] = [];
  let at = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = numberIn(row.record.fields, field);
    if (value === null) continue;
    values.push(value);
    at = row.day;
  }
  return values.length === 0 ? null : { value: of(values), at, detail: { answers: values.length } };
}
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
function extreme(measure: Aggregate, rows: readonly Row[]): Found | null {
  let best: Found | null = null;
  const sign = measure.of === 'max' ? 1 : -1;
  for (const row of rows) {
    const value = measure.field === null ? null : (row.record.fields[measure.field] ?? null);
    if (value === null || typeof value === 'boolean') continue;
    const than = best?.value ?? null;
    const better =
      than === null ||
      (typeof value === 'number' && typeof than === 'number' && (value - than) * sign > 0) ||
      (typeof value === 'string' && typeof than === 'string' && (value > than ? sign : value < than ? -sign : 0) > 0);
    if (better) best = { value, at: row.day };
  }
  return best;
}
function latest(measure: Aggregate, rows: readonly Row[]): Found | null {
  const row = rows.findLast((candidate) => fieldOf(measure, candidate) !== null);
  return row === undefined ? null : { value: fieldOf(measure, row), at: row.day };
}
function fieldOf(measure: Aggregate, row: Row): Value {
  if (measure.field === null) return null;
  return measure.field === 'contact' ? row.record.contact : (row.record.fields[measure.field] ?? null);
}

/**
 * The newest answer of each person, weighted by role (of the contact, else the row's own column `role`, else user): a decision
 * maker says more than a user. A role without a weight counts 1.
 */
function roleWeighted(measure: Aggregate, rows: readonly Row[], scene: Scene): Found | null {
  const { field, roleWeights } = measure;
  if (field === null || roleWeights === null) return null;
  const newest = new Map<string, { readonly value: number; readonly row: Row }>();
  for (const row of rows) {
    const value = numberIn(row.record.fields, field);
    // An answer without a name is a person of its own.
    if (value !== null) newest.set(row.record.contact ?? `row ${row.record.key}`, { value, row });
  }
  let sum = 0;
  let whole = 0;
  let at = Number.NEGATIVE_INFINITY;
  for (const person of [...newest.keys()].sort()) {
    const answer = newest.get(person);
    if (answer === undefined) continue;
    const { record } = answer.row;
    const role = roleOf(scene.account, record.contact) ?? record.fields['role'] ?? 'user';
    const weight = roleWeights[String(role)] ?? 1;
    sum += weight * answer.value;
    whole += weight;
    at = Math.max(at, answer.row.day);
  }
  return whole === 0 ? null : { value: sum / whole, at, detail: { answers: newest.size } };
}

function distinct(measure: Aggregate, rows: readonly Row[]): Found | null {
  const things = new Set<Value>();
  for (const row of rows) {
    const value = fieldOf(measure, row);
    if (value !== null && value !== '') things.add(value);
  }
  return { value: things.size };
}

function daysSince(measure: Aggregate, rows: readonly Row[], scene: Scene): Found | null {
  let found: number | null = null;
  for (const row of rows) {
    const day = measure.field === null ? row.day : dayIn(row.record.fields[measure.field], scene.zone);
    if (day === null || day > scene.today) continue;
    if (found === null || (measure.of === 'days_since' ? day > found : day < found)) found = day;
  }
  return found === null ? null : { value: scene.today - found, at: found };
}

function share(measure: Aggregate, rows: readonly Row[], scene: Scene): Found | null {
  if (measure.share === null) return null;
  const test = rowTest(measure.share);
  const all = rows.length;
  let hits = 0;
  for (const row of rows) if (test(row, scene.account)) hits++;
  const { prior } = measure;
  const value =
    prior !== null && all < prior.below ? (hits + prior.alpha) / (all + prior.alpha + prior.beta) : hits / all;
  return { value, detail: { numerator: hits, denominator: all } };
}
function topShare(measure: Aggregate, rows: readonly Row[]): Found | null {
  const counts = new Map<Value, number>();
  let all = 0;
  for (const row of rows) {
    const value = fieldOf(measure, row);
    if (value === null || value === '') continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    all++;
  }
  if (all === 0) return null;
  const top = Math.max(...counts.values());
  return { value: top / all, detail: { numerator: top, denominator: all } };
}

// ── Compared with itself ─────────────────────────────────────────────────────────────────────────────────────────

/** An account that came later than so many days into a window was not there for all of it. */
const lateDays = 7;
/** 52 weeks, so that the same weekdays are compared. */
const yearDays = 364;
const seasonalNeedsDays = 396;

/**
 * Rate per business day against the median of the windows before; a seasonal account (attribute `seasonal`) against the same
 * window a year ago, or only against its peers. Missing without two valid windows or enough events to compare with.
 */
export function ownBaseline(measure: Baseline, scene: Scene, peerMedian: number | null): Reading {
  if (!scene.freshSources.has(measure.source)) return missingReading;
  const test = measure.where === null ? null : rowTest(measure.where);
  const all = rowsBetween(scene, measure.source, Number.NEGATIVE_INFINITY, scene.today);
  const first = all[0]?.day;
  if (first === undefined) return missingReading;
  const { windowDays, field } = measure;
  const seasonal = scene.account.attributes['seasonal'] === true;

  const windowAt = (to: number): { readonly amount: number; readonly rate: number } | null => {
    const from = to - windowDays;
    const businessDays = businessDaysBetween(scene.calendar, from, to);
    if (businessDays === 0 || first > from + Math.min(lateDays, windowDays / 4)) return null;
    let amount = 0;
    for (const row of rowsBetween(scene, measure.source, from, to)) {
      if (test !== null && !test(row, scene.account)) continue;
      amount += field === null ? 1 : (numberIn(row.record.fields, field) ?? 0);
    }
    return { amount, rate: amount / businessDays };
  };
  const now = windowAt(scene.today);
  if (now === null) return missingReading;
  const lastYear = seasonal && scene.today - first >= seasonalNeedsDays;
  const earlier = lastYear
    ? [windowAt(scene.today - yearDays)]
    : Array.from({ length: measure.baselines }, (_, index) => windowAt(scene.today - windowDays * (index + 1)));
  const valid = earlier.filter((window) => window !== null);
  const base = median(valid.map((window) => window.rate));
  const amount = median(valid.map((window) => window.amount)) ?? 0;
  if (base === null || base <= 0 || amount < measure.minBase) return missingReading;
  if (!lastYear && valid.length < measure.minBaselineWindows) return missingReading;

  const own = now.rate / base;
  const adjusts = measure.peerAdjusted && !lastYear && peerMedian !== null && peerMedian > 0;
  if (seasonal && !lastYear && !adjusts) return missingReading;
  const detail = { current: now.amount, baseline: amount };
  return {
    value: adjusts ? own / peerMedian : own,
    state: 'known',
    at: all.at(-1)?.day ?? null,
    ages: false,
    detail: adjusts ? { ...detail, unadjusted: own, peer_median: peerMedian } : detail,
  };
}
