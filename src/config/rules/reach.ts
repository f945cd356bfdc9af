// Rules about what can never happen: a play that never fires, a model that nobody matches, a value that is never given, a gap
// between two cuts. They reason over the conditions (reach/solve.ts) and are silent where nothing is sure.

import type { Condition } from '../../domain/decisions.ts';
import { conditionOrNull } from '../complete/condition.ts';
import type { Path } from '../problem.ts';
import { exampleText, type Found, type Goal, solve, type World } from '../reach/solve.ts';
import { accountWorld } from '../reach/world.ts';
import { mentions } from '../schema/condition.ts';
import { factParts } from './facts.ts';
import { type Finding, type Parts, type Rule, rule, type Tell } from './rule.ts';

type Warned = Omit<Finding, 'what' | 'why'> & { readonly warning: string };

export const reachRules: readonly Rule[] = [
  rule('plays_can_fire', ['plays', ...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    const touchModels = (parts.segments.segments['touch_model']?.values ?? []).map((value) => value.value);
    for (const [name, play] of Object.entries(parts.plays.plays)) {
      const path = ['plays', name, 'when'];
      const when = conditionOrNull(play.when);
      if (when === null) continue;
      const warned = { file: 'plays', path, at: 'key', warning: 'W_PLAY_NEVER_FIRES' } as const;
      const fix = 'Correct its trigger, or remove the play.';
      if (
        !tellNever(
          solve([{ condition: when, wish: 'yes' }], world),
          `the play ${name} can never fire`,
          { ...warned, fix },
          tell,
        )
      ) {
        tellBranches(play.when, { file: 'plays', path }, world, tell);
        tellAlways(when, `the play ${name} fires for every account`, { ...warned, warning: 'W_ALWAYS' }, world, tell);
      }
      const silenced = silencedBy(name, play, when, parts.plays, world);
      if (silenced !== null) {
        tell({
          ...warned,
          what: `the play ${name} can never fire: whenever its trigger holds, it is suppressed by ${silenced}`,
          why: 'nobody would ever see its task',
          fix: `Take it out of ${silenced} under suppress (or add it to except), or correct its trigger.`,
        });
      }
      if (touchModels.length > 0 && touchModels.every((touch) => play.touch[touch] === 'none')) {
        tell({
          file: 'plays',
          path: ['plays', name, 'touch'],
          at: 'key',
          warning: 'W_PLAY_NEVER_FIRES',
          what: `the play ${name} can never fire: every touch model says none`,
          why: 'nobody would ever see its task',
          fix: `Write task for one of them:   ${touchModels[0]}: task`,
        });
      }
    }
  }),

  rule('tasks_do_not_close_at_once', ['plays', ...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    for (const [name, play] of Object.entries(parts.plays.plays)) {
      const when = conditionOrNull(play.when);
      const closes = conditionOrNull(play.closes_when);
      if (when === null || closes === null) continue;
      const fires = solve([{ condition: when, wish: 'yes' }], world);
      const stays = solve(
        [
          { condition: when, wish: 'yes' },
          { condition: closes, wish: 'not yes' },
        ],
        world,
      );
      if (fires.is !== 'possible' || stays.is !== 'never') continue;
      tell({
        file: 'plays',
        path: ['plays', name, 'closes_when'],
        at: 'key',
        warning: 'W_CLOSES_AT_ONCE',
        what: `a task of ${name} would be closed as soon as it is open: closes_when holds whenever the trigger does`,
        why: 'nobody would have time to do it',
        fix: 'Say in closes_when how things are when they are well again, the opposite of the trigger.',
      });
    }
  }),

  rule('flags_can_be_raised', ['flags', ...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    for (const [name, flag] of Object.entries(parts.flags.flags)) {
      const gate = goals(flag.gate, 'yes');
      const veto = goals(flag.veto, 'not yes');
      const path = ['flags', name];
      const fix = 'Correct one of the two conditions.';
      const warned = { file: 'flags', at: 'key', warning: 'W_FLAG_NEVER_RAISED', fix } as const;
      if (
        tellNever(
          solve(gate, world),
          `the gate of ${name} can never open`,
          { ...warned, path: [...path, 'gate'] },
          tell,
        )
      )
        continue;
      if (
        tellNever(
          solve([...gate, ...veto], world),
          `the flag ${name} can never be raised: whenever its gate is open, the veto holds`,
          { ...warned, path: [...path, 'veto'] },
          tell,
        )
      )
        continue;
      flag.signals.forEach((signal, index) => {
        const at = [...path, 'signals', index, 'when'];
        const found = solve([...gate, ...veto, ...goals(signal.when, 'yes')], world);
        tellNever(
          found,
          `the signal ${signal.type} of ${name} can never raise the flag`,
          { ...warned, path: at },
          tell,
        );
      });
    }
  }),

  rule('caps_can_come_true', [...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    parts.scorecard.caps.forEach((cap, index) => {
      const path = ['caps', index, 'when'];
      const when = conditionOrNull(cap.when);
      if (when === null) return;
      const warned = { file: 'scorecard', path, at: 'key', warning: 'W_CAP_NEVER_HOLDS' } as const;
      if (
        tellNever(
          solve([{ condition: when, wish: 'yes' }], world),
          `the cap ${cap.name} can never hold`,
          { ...warned, fix: 'Correct its condition, or remove the cap.' },
          tell,
        )
      )
        return;
      tellBranches(cap.when, { file: 'scorecard', path }, world, tell);
      tellAlways(when, `the cap ${cap.name} holds for every account`, { ...warned, warning: 'W_ALWAYS' }, world, tell);
    });
  }),

  rule('models_can_be_taken', [...factParts], (parts, tell) => {
    tellOrdered(
      parts.scorecard.models.map((model, index) => ({
        name: model.id,
        when: model.when,
        file: 'scorecard',
        path: ['models', index],
      })),
      { list: 'model', warning: 'W_MODEL_NEVER_TAKEN', says: 'is matched by nobody', rest: 'not yes' },
      accountWorld(parts),
      tell,
    );
  }),

  rule('values_can_be_given', [...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    for (const [name, segment] of Object.entries(parts.segments.segments)) {
      tellOrdered(
        segment.values.map((value, index) => ({
          name: value.value,
          when: value.when,
          file: 'segments',
          path: ['segments', name, 'values', index],
        })),
        { list: `value of ${name}`, warning: 'W_VALUE_NEVER_GIVEN', says: 'is given to nobody', rest: 'no' },
        world,
        tell,
      );
    }
  }),

  rule('cuts_leave_no_gap', [...factParts], (parts, tell) => {
    const world = accountWorld(parts);
    for (const [name, matrix] of Object.entries(parts.scorecard.matrices)) {
      for (const side of ['rows', 'columns'] as const) {
        const { cuts, fact } = matrix[side];
        const path = ['matrices', name, side, 'cuts'];
        tellOrdered(
          cuts.map((cut, index) => ({ name: cut.name, when: cut.when, file: 'scorecard', path: [...path, index] })),
          { list: `${side} of ${name}`, warning: 'W_CUT_NEVER_TAKEN', says: 'is taken by nobody', rest: 'not yes' },
          world,
          tell,
        );
        const isKnown: Goal = { condition: { fact, operator: 'missing', value: false }, wish: 'yes' };
        const between = solve([isKnown, ...cuts.flatMap((cut) => goals(cut.when, 'not yes'))], world);
        const text = between.is === 'possible' ? exampleText(between.example) : '';
        if (between.is !== 'possible' || text === '') continue;
        tell({
          file: 'scorecard',
          path,
          at: 'key',
          warning: 'W_GAP',
          what: `the ${side} of ${name} leave a gap: nothing says where an account with ${text} belongs`,
          why: 'such an account would have no place in the table',
          fix: 'Let one cut begin where the other ends, for example at_least: 7 beside below: 7.',
        });
      }
    }
  }),
];

function goals(given: unknown, wish: Goal['wish']): Goal[] {
  const condition = conditionOrNull(given);
  return condition === null ? [] : [{ condition, wish }];
}

/** Tells why something can never be; true when it did. */
function tellNever(found: Found, what: string, warned: Warned, tell: Tell): boolean {
  if (found.is !== 'never') return false;
  tell({ ...warned, what, why: whyNever(found) });
  return true;
}
function whyNever({ fact, asked }: Extract<Found, { is: 'never' }>): string {
  if (fact === '') return 'its parts contradict each other';
  if (asked.length < 2) return `no account can have ${fact} ${asked[0] ?? ''}`.trimEnd();
  return `no account can have ${fact} ${asked.slice(0, -1).join(', ')} and ${asked.at(-1)} at once`;
}

/** Branches of `any` that can never be the reason: the rest of the condition contradicts them. */
function tellBranches(
  given: unknown,
  at: Pick<Finding, 'file'> & { readonly path: Path },
  world: World,
  tell: Tell,
): void {
  for (const { path, chosen } of branchesOf(given, at.path)) {
    const condition = conditionOrNull(chosen);
    if (condition === null) continue;
    const found = solve([{ condition, wish: 'yes' }], world);
    tellNever(
      found,
      'this branch can never come true',
      { file: at.file, path, warning: 'W_BRANCH_NEVER', fix: 'Correct it, or remove it.' },
      tell,
    );
  }
}
interface Branch {
  readonly path: Path;
  readonly chosen: unknown;
}
/** Each branch of each `any`, with the condition in which only this branch is left. */
function branchesOf(given: unknown, path: Path): Branch[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, value]): Branch[] => {
    if (key === 'any' && Array.isArray(value))
      return value.flatMap((one, index) => {
        const here = [...path, key, index];
        const chosen = { ...given, any: [one] };
        const deeper = branchesOf(one, here).map((inner) => ({ ...inner, chosen: { ...given, any: [inner.chosen] } }));
        return [{ path: here, chosen }, ...deeper];
      });
    if (key === 'all' && Array.isArray(value))
      return value.flatMap((one, index) =>
        branchesOf(one, [...path, key, index]).map((inner) => ({
          path: inner.path,
          chosen: { ...given, all: value.map((other, position) => (position === index ? inner.chosen : other)) },
        })),
      );
    return [];
  });
}

/** Tells of a condition that holds for everybody whose facts are known. */
function tellAlways(condition: Condition, what: string, warned: Omit<Warned, 'fix'>, world: World, tell: Tell): void {
  if (solve([{ condition, wish: 'no' }], world).is !== 'never') return;
  tell({
    ...warned,
    what: `${what} whose facts are known`,
    why: 'a condition that always holds tells nobody apart',
    fix: 'Correct its limits, or leave one of its branches out.',
  });
}

/** The first entry under `suppress` that holds whenever the trigger does; null where there is none. */
function silencedBy(
  name: string,
  play: Parts['plays']['plays'][string],
  when: Condition,
  plays: Parts['plays'],
  world: World,
): string | null {
  const named = [name, play.kind, play.task.priority];
  const silent = plays.suppress.find((one) => {
    const isMeant = one.plays === 'all' || one.plays.some((other) => named.includes(other));
    if (!isMeant || one.except.some((other) => named.includes(other))) return false;
    if (solve([{ condition: when, wish: 'yes' }], world).is !== 'possible') return false;
    return solve([{ condition: when, wish: 'yes' }, ...goals(one.when, 'not yes')], world).is === 'never';
  });
  return silent?.name ?? null;
}

interface Entry {
  readonly name: string;
  readonly when?: unknown;
  readonly file: string;
  readonly path: Path;
}
/**
 * A list of which the first that fits is taken: entries that can never be the first, and entries about one fact that overlap
 * without one being inside of the other.
 */
function tellOrdered(
  entries: readonly Entry[],
  { list, warning, says, rest }: { list: string; warning: string; says: string; rest: 'no' | 'not yes' },
  world: World,
  tell: Tell,
): void {
  entries.forEach((entry, index) => {
    const above = entries.slice(0, index);
    const isRest = entry.when === undefined || entry.when === null;
    const path = isRest ? entry.path : [...entry.path, 'when'];
    const warned = { file: entry.file, path, at: 'key', warning } as const;
    const own = goals(entry.when, 'yes');
    const what = `the ${list} ${entry.name} ${says}`;
    if (!isRest && tellNever(solve(own, world), what, { ...warned, fix: 'Correct its condition, or remove it.' }, tell))
      return;
    const before = above.flatMap((one) => goals(one.when, isRest ? rest : 'not yes'));
    const left = solve([...own, ...before], world);
    if (left.is === 'never' && above.length > 0) {
      tell({
        ...warned,
        what,
        why: `the first that fits is taken, and one of ${above.map((one) => one.name).join(', ')} always fits before it`,
        fix: 'Move it up, make those above it narrower, or remove it.',
      });
      return;
    }
    if (isRest) return;
    for (const other of above) if (overlaps(other, entry, world)) tellOverlap(other, entry, list, world, tell);
  });
}
function overlaps(a: Entry, b: Entry, world: World): boolean {
  const facts = new Set([...mentions(a.when), ...mentions(b.when)].map((mention) => mention.fact));
  if (facts.size !== 1) return false;
  const possible = (first: Entry, wish: Goal['wish'], second: Entry) =>
    solve([...goals(first.when, 'yes'), ...goals(second.when, wish)], world).is === 'possible';
  return possible(a, 'yes', b) && possible(a, 'not yes', b) && possible(b, 'not yes', a);
}
function tellOverlap(a: Entry, b: Entry, list: string, world: World, tell: Tell): void {
  const shared = solve([...goals(a.when, 'yes'), ...goals(b.when, 'yes')], world);
  tell({
    file: b.file,
    path: [...b.path, 'when'],
    at: 'key',
    warning: 'W_OVERLAP',
    what: `${a.name} and ${b.name} overlap (${list}): both fit an account with ${shared.is === 'possible' ? exampleText(shared.example) : 'the same value'}`,
    why: `the first that fits is taken, so such an account is ${a.name}`,
    fix: 'Let one begin where the other ends: at_least and below share no value, between includes both of its ends.',
  });
}
