// Goals and milestones: what the customer wanted to reach, and how far it got. Unit-free: a goal in minutes and one in trucks
// a day count alike. A goal whose target is its baseline cannot be measured and is left out, never divided by.

import { dayFrom } from './calendar.ts';
import type { Measure } from './decisions.ts';
import { clamp } from './number.ts';
import {
  dayIn,
  missingReading,
  notApplicable,
  numberIn,
  type Reading,
  type Row,
  rowsBetween,
  type Scene,
} from './rows.ts';

type Goals = Extract<Measure, { kind: 'goal_attainment' }>;
type Milestones = Extract<Measure, { kind: 'milestones' }>;

/** The newest row of each name up to the as-of day, by name; the key stands in where a row has no name. */
function newestByName(source: string, scene: Scene): readonly Row[] {
  let found = scene.newest.get(source);
  if (found === undefined) {
    const newest = new Map<string, Row>();
    for (const row of rowsBetween(scene, source, Number.NEGATIVE_INFINITY, scene.today + 1))
      newest.set(String(row.record.fields['name'] ?? row.record.key), row);
    found = [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    scene.newest.set(source, found);
  }
  return found;
}

/** Σ w·clamp((current − baseline)/(target − baseline)) / Σ w, 0..1; no goals at all is not applicable. */
export function goalAttainment(measure: Goals, scene: Scene): Reading {
  const all = newestByName(measure.source, scene);
  if (all.length === 0) return scene.freshSources.has(measure.source) ? notApplicable : missingReading;
  const { maxAgeDays } = measure;
  const young = maxAgeDays === null ? all : all.filter((row) => scene.today - row.day <= maxAgeDays);
  const rows = young.length > 0 ? young : all;
  let whole = 0;
  let attained = 0;
  let expected = 0;
  let unusable = 0;
  let worst: { readonly row: Row; readonly share: number } | null = null;
  for (const row of rows) {
    const { fields } = row.record;
    const [baseline, target, current] = [
      numberIn(fields, 'baseline') ?? 0,
      numberIn(fields, 'target'),
      numberIn(fields, 'current'),
    ];
    if (target === null || current === null || target === baseline) {
      unusable++;
      continue;
    }
    const weight = numberIn(fields, 'weight') ?? 1;
    const share = clamp((current - baseline) / (target - baseline), 0, 1);
    whole += weight;
    attained += weight * share;
    expected += weight * elapsed(row, scene);
    if (worst === null || share < worst.share) worst = { row, share };
  }
  if (whole === 0 || worst === null) return { ...missingReading, detail: { unusable } };
  const shares = {
    attainment: attained / whole,
    expected: expected / whole,
    behind: Math.max(0, (expected - attained) / whole),
  };
  const { fields } = worst.row.record;
  return {
    value: shares[measure.give ?? 'attainment'],
    state: young.length > 0 ? 'known' : 'stale',
    at: Math.max(...rows.map((row) => row.day)),
    ages: true,
    detail: {
      goals: rows.length - unusable,
      unusable,
      goal: fields['name'] ?? null,
      current: fields['current'] ?? null,
      target: fields['target'] ?? null,
      unit: fields['unit'] ?? null,
    },
  };
}
/** Share of the time from start to due that is over; 0 where a goal has no dates, for then nothing is expected yet. */
function elapsed(row: Row, scene: Scene): number {
  const start = dayIn(row.record.fields['start'], scene.zone);
  const due = dayIn(row.record.fields['due'], scene.zone);
  if (start === null || due === null) return 0;
  return due <= start ? Number(scene.today >= due) : clamp((scene.today - start) / (due - start), 0, 1);
}

/** A step without a plan comes last. */
const noPlan = Number.MAX_SAFE_INTEGER;

/** Onboarding by its milestones; none at all is not applicable. `days_late` counts from the planned end of the whole plan. */
export function milestones(measure: Milestones, scene: Scene): Reading {
  const rows = newestByName(measure.source, scene);
  if (rows.length === 0) return scene.freshSources.has(measure.source) ? notApplicable : missingReading;
  const steps = rows
    .map((row) => ({
      name: String(row.record.fields['name'] ?? row.record.key),
      position: numberIn(row.record.fields, 'position') ?? 0,
      weight: numberIn(row.record.fields, 'weight') ?? 1,
      planned: dayIn(row.record.fields['planned_on'], scene.zone),
      done: dayIn(row.record.fields['done_on'], scene.zone),
    }))
    .map((step) => ({ ...step, done: step.done !== null && step.done <= scene.today ? step.done : null }))
    .sort((a, b) => (a.planned ?? noPlan) - (b.planned ?? noPlan) || a.position - b.position);
  const done = steps.flatMap((step) => step.done ?? []);
  const next = steps.find((step) => step.done === null) ?? null;
  const lastDone = done.length === 0 ? null : Math.max(...done);
  const planEnd = steps.reduce<number | null>(
    (end, step) => (step.planned === null ? end : Math.max(end ?? step.planned, step.planned)),
    null,
  );
  const reading = (value: Reading['value']): Reading => ({
    value,
    state: value === null ? 'missing' : 'known',
    at: lastDone ?? Math.max(...rows.map((row) => row.day)),
    ages: false,
    detail: {
      done: done.length,
      of: steps.length,
      next: next?.name ?? null,
      plan_ends: planEnd === null ? null : dayFrom(planEnd),
    },
  });
  switch (measure.give) {
    case 'completion': {
      const whole = steps.reduce((sum, step) => sum + step.weight, 0);
      const reached = steps.reduce((sum, step) => sum + (step.done === null ? 0 : step.weight), 0);
      return whole === 0 ? missingReading : reading(reached / whole);
    }
    case 'days_late': {
      const end = next === null ? lastDone : scene.today;
      return reading(planEnd === null || end === null ? null : Math.max(0, end - planEnd));
    }
    case 'days_since_last':
      return reading(lastDone === null ? null : scene.today - lastDone);
    case 'next_name':
      return reading(next?.name ?? null);
  }
}
