// What an outcome decided, as lists in a fixed order: without the names of its keys it is a third as long, and read twice as
// fast. What has a key that is not in the list keeps it beside the list, so nothing is lost.

import type { Flag, Memory, Outcome, PlayMemory, Segment, Trace, Trend } from '../../../domain/nouns.ts';
import { dayOf, type PackedDay, packedDay } from './measured.ts';

/** An outcome without what was measured. */
export type Decided = Omit<Outcome, 'account' | 'asOf' | 'metrics' | 'score'>;
type More = Readonly<Record<string, unknown>> | 0;
type PackedTrace = string | Trace;
type PackedChange = readonly [metric: string, before: unknown, after: unknown, points: number];
type PackedTrend = readonly [
  delta7d: number | null,
  delta30d: number | null,
  direction: Trend['direction'],
  dropAlert: 0 | 1,
  changes: readonly PackedChange[],
  byModel: number | null,
  byVetoes: number | null,
  note: string,
];
type PackedSegment = readonly [name: string, value: string, since: PackedDay, locked: 0 | 1, trace: PackedTrace];
type PackedFlag = readonly [
  name: string,
  up: 0 | 1,
  since: PackedDay,
  types: readonly string[],
  because: readonly string[],
  trace: PackedTrace,
];
/** Most plays that are remembered never had an episode: theirs are three long. */
type PackedPlay =
  | readonly [name: string, bits: number, runs: number]
  | readonly [
      name: string,
      bits: number,
      runs: number,
      episode: string | null,
      closingRuns: number,
      closedOn: PackedDay,
      more: More,
    ];
type PackedMemory = readonly [
  bandSince: PackedDay,
  pendingBand: Memory['pendingBand'],
  pendingRuns: number,
  /** Only the days of deciding, where the rest is as in the segments of the day. */
  segments:
    | readonly PackedDay[]
    | { readonly of: readonly (readonly [name: string, value: string, since: PackedDay, decidedOn: PackedDay])[] },
  flags: Memory['flags'] | 0,
  plays: readonly PackedPlay[],
  parkedUntil: PackedDay,
  more: More,
];
export type PackedDecided = readonly [
  bits: number,
  band: Outcome['band'],
  bandBefore: Outcome['bandBefore'],
  trend: PackedTrend | 0,
  segments: readonly PackedSegment[],
  flags: readonly PackedFlag[],
  /** Verdicts, actions, closings, steps up; 0 where there are none of either. */
  plays: readonly [Outcome['plays'], Outcome['actions'], Outcome['closings'], Outcome['lift']] | 0,
  memory: PackedMemory,
  more: More,
];

const alertBit = 1;
const alertIsNewBit = 2;

export function packedDecided(decided: Decided, today: number): PackedDecided {
  const {
    band,
    bandBefore,
    alert,
    alertIsNew,
    trend,
    segments,
    flags,
    memory,
    plays,
    actions,
    closings,
    lift,
    ...more
  } = decided;
  const isBusy = plays.length > 0 || actions.length > 0 || closings.length > 0 || lift.length > 0;
  return [
    (alert ? alertBit : 0) | (alertIsNew ? alertIsNewBit : 0),
    band,
    bandBefore,
    isNoTrend(trend) ? 0 : packedTrend(trend),
    segments.map((segment) => packedSegment(segment, today)),
    flags.map((flag) => packedFlag(flag, today)),
    isBusy ? [plays, actions, closings, lift] : 0,
    packedMemory(memory, decided, today),
    orNothing(more),
  ];
}
export function decidedFrom(packed: PackedDecided, today: number): Decided {
  const [bits, band, bandBefore, trend, segments, flags, plays, memory, more] = packed;
  const alert = (bits & alertBit) !== 0;
  const decided: Decided = {
    band,
    bandBefore,
    alert,
    alertIsNew: (bits & alertIsNewBit) !== 0,
    trend: trend === 0 ? noTrend : trendFrom(trend),
    segments: segments.map((segment) => segmentFrom(segment, today)),
    flags: flags.map((flag) => flagFrom(flag, today)),
    plays: plays === 0 ? none : plays[0],
    actions: plays === 0 ? none : plays[1],
    closings: plays === 0 ? none : plays[2],
    lift: plays === 0 ? none : plays[3],
    memory: memoryFrom(memory, { band, alert, segments }, today),
  };
  return more === 0 ? decided : { ...decided, ...more };
}
/** Only what the next day remembers. */
export function memoryOf(packed: PackedDecided, today: number): Memory {
  const [bits, band, , , segments, , , memory] = packed;
  return memoryFrom(memory, { band, alert: (bits & alertBit) !== 0, segments }, today);
}
const none: readonly never[] = [];

// ── Trend ────────────────────────────────────────────────────────────────────────────────────────────────────────

const noTrend: Trend = {
  delta7d: null,
  delta30d: null,
  direction: null,
  dropAlert: false,
  changes: none,
  byModel: null,
  byVetoes: null,
  note: '',
};
function isNoTrend(trend: Trend): boolean {
  return (
    trend.delta7d === null &&
    trend.delta30d === null &&
    trend.direction === null &&
    !trend.dropAlert &&
    trend.changes.length === 0 &&
    trend.byModel === null &&
    trend.byVetoes === null &&
    trend.note === ''
  );
}
function packedTrend(trend: Trend): PackedTrend {
  const changes = trend.changes.map(
    ({ metric, before, after, points }): PackedChange => [metric, before, after, points],
  );
  const { delta7d, delta30d, direction, dropAlert, byModel, byVetoes, note } = trend;
  return [delta7d, delta30d, direction, dropAlert ? 1 : 0, changes, byModel, byVetoes, note];
}
function trendFrom([delta7d, delta30d, direction, dropAlert, changes, byModel, byVetoes, note]: PackedTrend): Trend {
  return {
    delta7d,
    delta30d,
    direction,
    dropAlert: dropAlert === 1,
    changes: changes.map(([metric, before, after, points]) => ({ metric, before, after, points })) as Trend['changes'],
    byModel,
    byVetoes,
    note,
  };
}

// ── Segments and flags ───────────────────────────────────────────────────────────────────────────────────────────

/** An answer without reasons is a word or two. */
function packedTrace(trace: Trace): PackedTrace {
  if (trace.fact !== undefined || trace.of !== undefined) return trace;
  for (const key in trace) if (key !== 'answer' && key !== 'kind') return trace;
  return trace.kind === 'answer' ? trace.answer : `${trace.answer} ${trace.kind}`;
}
const answers = new Map<string, Trace>();
function traceFrom(packed: PackedTrace): Trace {
  if (typeof packed !== 'string') return packed;
  let trace = answers.get(packed);
  if (trace === undefined) {
    const space = packed.indexOf(' ');
    const answer = (space < 0 ? packed : packed.slice(0, space)) as Trace['answer'];
    trace = { answer, kind: space < 0 ? 'answer' : packed.slice(space + 1) };
    answers.set(packed, trace);
  }
  return trace;
}
function packedSegment({ name, value, since, locked, trace }: Segment, today: number): PackedSegment {
  return [name, value, packedDay(since, today), locked ? 1 : 0, packedTrace(trace)];
}
function segmentFrom([name, value, since, locked, trace]: PackedSegment, today: number): Segment {
  return { name, value, since: dayOf(since, today) ?? '', locked: locked === 1, trace: traceFrom(trace) };
}
function packedFlag({ name, up, since, types, because, trace }: Flag, today: number): PackedFlag {
  return [name, up ? 1 : 0, packedDay(since, today), types, because, packedTrace(trace)];
}
function flagFrom([name, up, since, types, because, trace]: PackedFlag, today: number): Flag {
  return { name, up: up === 1, since: dayOf(since, today), types, because, trace: traceFrom(trace) };
}

// ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────────

type Standing = Pick<Outcome, 'band' | 'alert'>;
type SegmentMemory = Memory['segments'][string];

/** Band and alert are those of the day, unless `more` says otherwise. */
function packedMemory(memory: Memory, day: Standing & Pick<Outcome, 'segments'>, today: number): PackedMemory {
  const { band, bandSince, pendingBand, pendingRuns, alert, segments, flags, plays, parkedUntil, ...others } = memory;
  const more = band === day.band && alert === day.alert ? others : { ...others, band, alert };
  const played: PackedPlay[] = [];
  for (const name in plays) played.push(packedPlay(name, plays[name] as PlayMemory, today));
  return [
    packedDay(bandSince, today),
    pendingBand,
    pendingRuns,
    packedSegments(segments, day.segments, today),
    isEmpty(flags) ? 0 : flags,
    played,
    packedDay(parkedUntil, today),
    orNothing(more),
  ];
}
function packedSegments(remembered: Memory['segments'], ofDay: readonly Segment[], today: number): PackedMemory[3] {
  const names = Object.keys(remembered);
  const isLikeDay =
    names.length === ofDay.length &&
    ofDay.every(({ name, value, since }, index) => {
      const memory = remembered[name];
      return names[index] === name && memory?.value === value && memory.since === since;
    });
  if (isLikeDay) return ofDay.map(({ name }) => packedDay((remembered[name] as SegmentMemory).decidedOn, today));
  return {
    of: names.map((name) => {
      const { value, since, decidedOn } = remembered[name] as SegmentMemory;
      return [name, value, packedDay(since, today), packedDay(decidedOn, today)];
    }),
  };
}
function segmentsFrom(
  packed: PackedMemory[3],
  ofDay: readonly PackedSegment[],
  today: number,
): Record<string, SegmentMemory> {
  const segments: Record<string, SegmentMemory> = {};
  if ('of' in packed) {
    for (const [name, value, since, decidedOn] of packed.of)
      segments[name] = { value, since: dayOf(since, today) ?? '', decidedOn: dayOf(decidedOn, today) ?? '' };
    return segments;
  }
  for (let index = 0; index < ofDay.length; index++) {
    const [name, value, since] = ofDay[index] as PackedSegment;
    const decidedOn = packed[index] ?? null;
    segments[name] = { value, since: dayOf(since, today) ?? '', decidedOn: dayOf(decidedOn, today) ?? '' };
  }
  return segments;
}
function memoryFrom(
  packed: PackedMemory,
  { band, alert, segments: ofDay }: Standing & { readonly segments: readonly PackedSegment[] },
  today: number,
): Memory {
  const [bandSince, pendingBand, pendingRuns, listed, flags, played, parkedUntil, more] = packed;
  const plays: Record<string, PlayMemory> = {};
  for (const play of played) plays[play[0]] = playFrom(play, today);
  const memory: Memory = {
    band,
    bandSince: dayOf(bandSince, today) ?? '',
    pendingBand,
    pendingRuns,
    alert,
    segments: segmentsFrom(listed, ofDay, today),
    flags: flags === 0 ? {} : flags,
    plays,
    parkedUntil: dayOf(parkedUntil, today),
  };
  return more === 0 ? memory : { ...memory, ...more };
}

const onBit = 1;
const openBit = 2;
const spentIsToldBit = 4;
const spentBit = 8;
function packedPlay(name: string, memory: PlayMemory, today: number): PackedPlay {
  const { on, runs, episode, open, closingRuns, closedOn, spent, ...more } = memory;
  const told = spent === undefined ? 0 : spentIsToldBit | (spent ? spentBit : 0);
  const bits = (on ? onBit : 0) | (open ? openBit : 0) | told;
  const rest = orNothing(more);
  if (episode === null && closingRuns === 0 && closedOn === null && rest === 0) return [name, bits, runs];
  return [name, bits, runs, episode, closingRuns, packedDay(closedOn, today), rest];
}
function playFrom(packed: PackedPlay, today: number): PlayMemory {
  const [, bits, runs, episode = null, closingRuns = 0, closedOn = null, more = 0] = packed;
  const on = (bits & onBit) !== 0;
  const open = (bits & openBit) !== 0;
  const base = { on, runs, episode, open, closingRuns, closedOn: dayOf(closedOn, today) };
  const memory = (bits & spentIsToldBit) === 0 ? base : { ...base, spent: (bits & spentBit) !== 0 };
  return more === 0 ? memory : { ...memory, ...more };
}

function orNothing(more: Readonly<Record<string, unknown>>): More {
  return isEmpty(more) ? 0 : more;
}
function isEmpty(given: Readonly<Record<string, unknown>>): boolean {
  for (const _ in given) return false;
  return true;
}
