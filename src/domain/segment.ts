// Touch models and named groups: who belongs where, and who stays. A wrong segment hurts less than a change of owner, so
// values are sticky: a margin to pass, a least stay, a rhythm, times without change, and a lock that a person sets.

import { daysBetween } from './calendar.ts';
import {
  byFactName,
  type CompiledCondition,
  compile,
  type Depth,
  type FactAccess,
  type Facts,
  type ReadFact,
  told,
} from './condition.ts';
import type { SegmentDefinition } from './decisions.ts';
import type { Memory, Segment, Trace, Value } from './nouns.ts';

export interface CompiledSegment {
  readonly definition: SegmentDefinition;
  readonly values: readonly { readonly value: string; readonly when: CompiledCondition | null }[];
  readonly frozenWhen: CompiledCondition | null;
  /** What the record shows in the segment's own field. */
  readonly shown: ReadFact;
  readonly lock: ReadFact | null;
  /** The fact whose cuts have a margin, and how to look at it moved. */
  readonly margin: { readonly read: ReadFact; readonly moved: (facts: Facts, value: Value) => Facts } | null;
}
type Remembered = Memory['segments'][string];
export interface SegmentDecision {
  readonly segment: Segment;
  readonly memory: Remembered;
}

export function compileSegments(
  definitions: readonly SegmentDefinition[],
  access: FactAccess = byFactName,
): readonly CompiledSegment[] {
  return definitions.map((definition) => ({
    definition,
    values: definition.values.map(({ value, when }) => ({ value, when: when === null ? null : compile(when, access) })),
    frozenWhen: definition.frozenWhen === null ? null : compile(definition.frozenWhen, access),
    shown: access.reader(definition.name),
    lock: definition.lock === null ? null : access.reader(definition.lock),
    margin:
      definition.fact === null
        ? null
        : { read: access.reader(definition.fact), moved: access.changer(definition.fact) },
  }));
}

/**
 * The value of a segment today; null where nobody knows and none was known before. The first condition that says yes wins;
 * the last value, which has none, is taken only where no condition was unknown.
 */
export function decideSegment(
  compiled: CompiledSegment,
  facts: Facts,
  before: Remembered | null,
  asOf: string,
  depth: Depth = 'explained',
): SegmentDecision | null {
  const { definition } = compiled;
  const locked = compiled.lock?.(facts) === true;
  if (locked) {
    // What the record shows is the person's choice; without it, what we said last.
    const shown = compiled.shown(facts);
    const value = typeof shown === 'string' && shown !== '' ? shown : before?.value;
    if (value !== undefined) {
      const trace = because('lock', { fact: definition.lock, actual: true });
      return kept(
        definition,
        before !== null && before.value === value ? before : { value, since: asOf, decidedOn: asOf },
        true,
        trace,
      );
    }
  }
  const found = valueFor(compiled, facts, depth);
  if (before === null) {
    if (found === null) return null;
    const memory = { value: found.value, since: asOf, decidedOn: asOf };
    return { segment: { name: definition.name, value: found.value, since: asOf, locked, trace: found.trace }, memory };
  }
  const reason = found === null ? because('unknown', {}) : whyToStay(compiled, facts, before, asOf, found, depth);
  if (reason !== null) {
    const decidedOn = reason.kind === 'recompute' || found === null ? before.decidedOn : asOf;
    return kept(definition, { ...before, decidedOn }, locked, reason);
  }
  const value = (found as Found).value;
  const since = value === before.value ? before.since : asOf;
  return {
    segment: { name: definition.name, value, since, locked, trace: (found as Found).trace },
    memory: { value, since, decidedOn: asOf },
  };
}

interface Found {
  readonly value: string;
  readonly trace: Trace;
}
function valueFor(compiled: CompiledSegment, facts: Facts, depth: Depth): Found | null {
  let isUnclear = false;
  for (const { value, when } of compiled.values) {
    if (when === null) return isUnclear ? null : { value, trace: because('otherwise', {}) };
    const answer = when.answer(facts);
    if (answer === 'yes') return { value, trace: told(when, facts, depth) };
    if (answer === 'unknown') isUnclear = true;
  }
  return null;
}

/** Why a segment stays although its rule says something else today; null where it may change (or does not want to). */
function whyToStay(
  compiled: CompiledSegment,
  facts: Facts,
  before: Remembered,
  asOf: string,
  found: Found,
  depth: Depth,
): Trace | null {
  const { definition } = compiled;
  if (definition.recompute === 'monthly' && before.decidedOn.slice(0, 7) === asOf.slice(0, 7))
    return because('recompute', { expected: 'monthly', actual: before.decidedOn });
  if (found.value === before.value) return null;
  // A value that the definition no longer knows cannot be kept.
  if (!definition.values.some(({ value }) => value === before.value)) return null;
  if (compiled.frozenWhen?.answer(facts) === 'yes')
    return { ...because('frozen', {}), of: [told(compiled.frozenWhen, facts, depth)] };
  const days = daysBetween(before.since, asOf);
  if (days < definition.minDays) return because('min_days', { expected: definition.minDays, actual: days });
  const { fact, hysteresis } = definition;
  const { margin } = compiled;
  const value = margin?.read(facts);
  if (margin === null || hysteresis === 0 || typeof value !== 'number') return null;
  // A cut must be passed by the margin: with the fact moved back by it, the old value must be gone too.
  const within = [value / (1 + hysteresis), value / (1 - hysteresis)].some(
    (moved) => valueFor(compiled, margin.moved(facts, Number(moved.toPrecision(12))), 'brief')?.value === before.value,
  );
  return within ? because('hysteresis', { fact, expected: hysteresis, actual: value }) : null;
}

function kept(definition: SegmentDefinition, memory: Remembered, locked: boolean, trace: Trace): SegmentDecision {
  return { segment: { name: definition.name, value: memory.value, since: memory.since, locked, trace }, memory };
}
function because(
  kind: string,
  told: { readonly fact?: string | null; readonly expected?: Value; readonly actual?: Value },
): Trace {
  return {
    answer: 'yes',
    kind,
    ...(told.fact === undefined || told.fact === null ? {} : { fact: told.fact }),
    ...(told.expected === undefined ? {} : { expected: told.expected }),
    ...(told.actual === undefined ? {} : { actual: told.actual }),
  };
}
