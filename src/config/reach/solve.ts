// Can a condition ever hold? Conditions are taken apart into what each fact would have to be, and the search looks for one way
// in which all of it fits together. It answers "never" only when there is surely none; where it would take too long it says
// that there may be one.

import type { Condition, Operator } from '../../domain/decisions.ts';
import { anything, between, beyond, both, example, isEmpty, nothing, turned, type ValueSet, words } from './values.ts';

/** What a fact may be: unknown, and which values when it is known. */
export interface May {
  readonly unknown: boolean;
  readonly known: ValueSet;
}
/** How a condition is wished to answer. A condition answers yes, no or unknown. */
export type Wish = 'yes' | 'no' | 'not yes' | 'not no';
export interface Goal {
  readonly condition: Condition;
  readonly wish: Wish;
}
/** What is known of facts beforehand. */
export interface World {
  /** What a fact may be at all. */
  readonly mayBe: (fact: string) => May;
  /** What follows from what has been found about a fact: more goals. Asked once per fact, at the end of a way. */
  readonly follows: (fact: string, may: May) => readonly Goal[];
}
/** `never` with the fact where the last way ended, and what was asked of it. */
export type Found =
  | { readonly is: 'possible'; readonly example: ReadonlyMap<string, May> }
  | { readonly is: 'never'; readonly fact: string; readonly asked: readonly string[] }
  | { readonly is: 'too hard' };

const mostSteps = 20_000;

/** Looks for a way to make all goals come true at once. */
export function solve(goals: readonly Goal[], world: World): Found {
  let steps = 0;
  let conflict: { readonly fact: string; readonly asked: readonly string[] } | null = null;

  const search = (
    open: readonly Goal[],
    waiting: readonly Choice[],
    state: State,
    followed: ReadonlySet<string>,
  ): State | null => {
    const choices = [...waiting];
    let now = state;
    const rest = [...open];
    while (rest.length > 0) {
      if (++steps > mostSteps) throw new TooHard();
      const parts = partsOf(rest.shift() as Goal);
      if (parts.kind === 'leaf') {
        const next = narrowed(now, parts.leaf, world);
        if ('fact' in next) {
          conflict ??= next;
          return null;
        }
        now = next;
      } else if (parts.kind === 'all') rest.unshift(...parts.of);
      else choices.push(parts.of);
    }
    const [first, ...others] = choices.sort((a, b) => a.length - b.length);
    if (first !== undefined) {
      for (const one of first) {
        const found = search([one], others, now, followed);
        if (found !== null) return found;
      }
      return null;
    }
    for (const [fact, { may }] of now) {
      if (followed.has(fact)) continue;
      const more = world.follows(fact, may);
      if (more.length > 0) return search(more, [], now, new Set([...followed, fact]));
    }
    return now;
  };
  try {
    const found = search(goals, [], new Map(), new Set());
    if (found !== null) return { is: 'possible', example: new Map([...found].map(([fact, { may }]) => [fact, may])) };
  } catch (error) {
    if (error instanceof TooHard) return { is: 'too hard' };
    throw error;
  }
  const { fact, asked } = conflict ?? { fact: '', asked: [] };
  return { is: 'never', fact, asked };
}
class TooHard extends Error {}
/** Goals of which one is enough. */
type Choice = readonly Goal[];

/** What each fact may still be, and what was asked of it on the way, in words. */
type State = ReadonlyMap<string, { readonly may: May; readonly asked: readonly string[] }>;
interface Leaf {
  readonly fact: string;
  readonly may: (whole: ValueSet) => May;
  readonly says: string;
}

function narrowed(
  state: State,
  leaf: Leaf,
  world: World,
): State | { readonly fact: string; readonly asked: readonly string[] } {
  const before = state.get(leaf.fact) ?? { may: world.mayBe(leaf.fact), asked: [] };
  const asks = leaf.may(world.mayBe(leaf.fact).known);
  const may = { unknown: before.may.unknown && asks.unknown, known: both(before.may.known, asks.known) };
  const asked = before.asked.includes(leaf.says) ? before.asked : [...before.asked, leaf.says];
  if (!may.unknown && isEmpty(may.known)) return { fact: leaf.fact, asked };
  return new Map([...state, [leaf.fact, { may, asked }]]);
}

/** A wish about a condition as wishes about its parts: all of them, or any of them. */
function partsOf({
  condition,
  wish,
}: Goal):
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Goal[] } {
  const isHopeful = wish === 'yes' || wish === 'not no';
  if ('all' in condition)
    return { kind: isHopeful ? 'all' : 'any', of: condition.all.map((one) => ({ condition: one, wish })) };
  if ('any' in condition)
    return { kind: isHopeful ? 'any' : 'all', of: condition.any.map((one) => ({ condition: one, wish })) };
  if ('not' in condition) return { kind: 'all', of: [{ condition: condition.not, wish: opposite[wish] }] };
  const { fact, operator, value } = condition;
  return {
    kind: 'leaf',
    leaf: { fact, may: (whole) => asked(operator, value, wish, whole), says: sayingOf(operator, value, wish) },
  };
}
const opposite = { yes: 'no', no: 'yes', 'not yes': 'not no', 'not no': 'not yes' } as const;
/** What a fact may be when a comparison is to answer as wished. */
function asked(operator: Operator, value: unknown, wish: Wish, whole: ValueSet): May {
  const isHopeful = wish === 'yes' || wish === 'not no';
  if (operator === 'missing') {
    const isWanted = (value !== false) === isHopeful;
    return isWanted ? { unknown: true, known: nothing } : { unknown: false, known: anything };
  }
  const set = valuesOf(operator, value, whole);
  const known = set === null ? anything : isHopeful ? set : turned(set);
  return { unknown: wish === 'not yes' || wish === 'not no', known };
}
/** The values for which a comparison says yes; null where that cannot be told. */
function valuesOf(operator: Operator, value: unknown, whole: ValueSet): ValueSet | null {
  const list = Array.isArray(value) ? value : [value];
  const numbers = list.map(numberOf);
  switch (operator) {
    case 'is':
    case 'one_of':
    case 'is_not': {
      const set =
        whole.kind === 'numbers'
          ? numbers.every((one) => one !== null)
            ? { kind: 'numbers' as const, stretches: numbers.map((one) => point(one as number)), whole: false }
            : null
          : words(list.map(String));
      return set === null ? null : operator === 'is_not' ? turned(set) : set;
    }
    case 'above':
    case 'at_least':
      return numbers[0] === null ? null : beyond('above', numbers[0] as number, operator === 'at_least');
    case 'below':
    case 'at_most':
      return numbers[0] === null ? null : beyond('below', numbers[0] as number, operator === 'at_most');
    case 'between':
      return numbers[0] === null || numbers[1] === null ? null : between(numbers[0] as number, numbers[1] as number);
    case 'contains':
      return whole.kind === 'words' && !whole.isTurned
        ? words([...whole.words].filter((word) => list.some((part) => word.includes(String(part)))))
        : null;
    case 'missing':
      return null;
  }
}
function point(value: number) {
  return { low: value, lowIn: true, high: value, highIn: true };
}
/** A number, or a day as the number of days since 1970. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  return Math.round(Date.parse(`${value}T00:00:00Z`) / 86_400_000);
}

function sayingOf(operator: Operator, value: unknown, wish: Wish): string {
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  const isHopeful = wish === 'yes' || wish === 'not no';
  if (operator === 'missing') return (value !== false) === isHopeful ? 'unknown' : 'known';
  return isHopeful ? `${operator} ${shown}` : `not ${operator} ${shown}`;
}

/** One account for which it comes true, in words: `score 55, plan unknown`. At most four facts. */
export function exampleText(found: ReadonlyMap<string, May>): string {
  const facts = [...found].flatMap(([fact, may]) => {
    const value = example(may.known);
    if (value !== null) return [`${fact} ${value}`];
    return may.unknown && isEmpty(may.known) ? [`${fact} unknown`] : [];
  });
  return facts.slice(0, 4).join(', ');
}
