// Rules about plays: triggers and texts name what exists, every risk has its place, and no cell of band × touch model is
// left without anything to do.

import { nearest, type Path } from '../problem.ts';
import { type Mention, mentions } from '../schema/condition.ts';
import { accountFacts, checkCondition, factParts } from './facts.ts';
import { type Parts, type Rule, rule, type Tell } from './rule.ts';
import { checkText } from './texts.ts';

const file = 'plays';
const kinds = ['risk', 'growth', 'value', 'data'];
const priorities = ['high', 'medium', 'low'];
type Play = Parts['plays']['plays'][string];

export const playRules: readonly Rule[] = [
  rule('play_conditions_are_known', ['plays', ...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, play] of Object.entries(parts.plays.plays)) {
      const path = ['plays', name];
      for (const key of ['when', 'closes_when', 'task_for_tech_when'] as const)
        checkCondition(play[key], { file, path: [...path, key] }, facts, tell);
      checkCondition(play.success?.when, { file, path: [...path, 'success', 'when'] }, facts, tell);
      if (play.stage !== undefined && !facts.has(play.stage))
        unknown(play.stage, 'fact', [...path, 'stage'], [...facts.keys()], tell);
    }
    parts.plays.suppress.forEach((one, index) => {
      checkCondition(one.when, { file, path: ['suppress', index, 'when'] }, facts, tell);
    });
    checkCondition(parts.plays.parked?.unless, { file, path: ['parked', 'unless'] }, facts, tell);
  }),

  rule('play_texts_can_be_filled_in', ['plays', ...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, play] of Object.entries(parts.plays.plays)) {
      checkText(play.task.subject, { file, path: ['plays', name, 'task', 'subject'] }, facts, tell);
      checkText(play.task.body, { file, path: ['plays', name, 'task', 'body'] }, facts, tell);
    }
    if (parts.plays.situation !== undefined)
      checkText(parts.plays.situation, { file, path: ['situation'] }, facts, tell);
  }),

  rule('play_ids_are_unique', ['plays'], ({ plays }, tell) => {
    const seen = new Map<string, string>();
    for (const [name, play] of Object.entries(plays.plays)) {
      if (play.id === '') continue;
      const other = seen.get(play.id);
      if (other === undefined) {
        seen.set(play.id, name);
        continue;
      }
      tell({
        file,
        path: ['plays', name, 'id'],
        what: `${other} and ${name} are both ${play.id}`,
        why: 'the number of the catalogue names one play',
        fix: 'Remove it from the play that is your own.',
      });
    }
  }),

  rule('merge_order_names_every_risk', ['plays'], ({ plays }, tell) => {
    const { merge_order: order } = plays;
    if (order.length === 0) return;
    const risks = Object.entries(plays.plays)
      .filter(([, play]) => play.kind === 'risk')
      .map(([name]) => name);
    order.forEach((name, index) => {
      const path = ['merge_order', index];
      if (plays.plays[name] === undefined) unknown(name, 'play', path, risks, tell);
      else if (!risks.includes(name)) {
        tell({
          file,
          path,
          what: `${name} is no risk play`,
          why: 'only risks are merged into one task',
          fix: 'Remove it from the order.',
        });
      }
      if (order.indexOf(name) < index) {
        tell({
          file,
          path,
          what: `${name} stands twice in the order`,
          why: 'its place would not be clear',
          fix: 'Keep one.',
        });
      }
    });
    const lacking = risks.filter((name) => !order.includes(name));
    if (lacking.length === 0) return;
    tell({
      file,
      path: ['merge_order'],
      at: 'key',
      what: `merge_order does not name ${lacking.join(', ')}`,
      why: 'with several risks at once it would not be clear whose text leads',
      fix: `Add ${lacking.length === 1 ? 'it' : 'them'} where ${lacking.length === 1 ? 'it belongs' : 'they belong'} in the order.`,
    });
  }),

  rule('suppressed_plays_exist', ['plays'], ({ plays }, tell) => {
    const known = Object.keys(plays.plays);
    plays.suppress.forEach((one, index) => {
      const check = (name: string, path: Path) => {
        if (![...known, ...kinds, ...priorities].includes(name)) unknown(name, 'play', path, known, tell);
      };
      if (one.plays !== 'all') {
        one.plays.forEach((name, at) => {
          check(name, ['suppress', index, 'plays', at]);
        });
      }
      one.except.forEach((name, at) => {
        check(name, ['suppress', index, 'except', at]);
      });
    });
  }),

  rule('touch_models_exist', ['plays', 'segments'], ({ plays, segments }, tell) => {
    const known = touchModels(segments);
    if (known.length === 0) return;
    for (const [name, play] of Object.entries(plays.plays)) {
      for (const touch of Object.keys(play.touch))
        if (!known.includes(touch)) unknown(touch, 'touch model', ['plays', name, 'touch', touch], known, tell, 'key');
    }
  }),

  rule('nurture_says_where_to', ['plays'], ({ plays }, tell) => {
    for (const [name, play] of Object.entries(plays.plays)) {
      if (!Object.values(play.touch).includes('nurture')) continue;
      if (play.nurture_track !== undefined || play.guide_url !== undefined) continue;
      tell({
        file,
        path: ['plays', name, 'touch'],
        at: 'key',
        what: `${name} nurtures, but names no track and no guide`,
        why: 'nothing would be written for those accounts',
        fix: 'Add:   nurture_track: name_of_the_track',
      });
    }
  }),

  rule('caps_of_plays_fit_together', ['plays'], ({ plays }, tell) => {
    const { caps } = plays;
    if (caps.open_per_account_high < caps.open_per_account) {
      tell({
        file,
        path: ['caps', 'open_per_account_high'],
        what: `open_per_account_high (${caps.open_per_account_high}) is below open_per_account (${caps.open_per_account})`,
        why: 'urgent tasks would have less room than others',
        fix: `Write at least ${caps.open_per_account}.`,
      });
    }
    if (caps.new_per_owner_per_day > caps.open_per_owner) {
      tell({
        file,
        path: ['caps', 'new_per_owner_per_day'],
        what: `new_per_owner_per_day (${caps.new_per_owner_per_day}) is above open_per_owner (${caps.open_per_owner})`,
        why: 'the smaller one would always hold first',
        fix: `Write at most ${caps.open_per_owner}.`,
      });
    }
  }),

  rule('roles_of_plays_are_people', ['plays', 'mappings'], ({ plays, mappings }, tell) => {
    const withTasks = Object.entries(mappings).filter(([, mapping]) => mapping.task !== undefined);
    for (const [name, play] of Object.entries(plays.plays)) {
      const role = play.task.owner;
      if (!play.on || role === 'account_owner') continue;
      const lacking = withTasks.filter(([, mapping]) => mapping.task?.owners[role] === undefined).map(([crm]) => crm);
      if (lacking.length === 0) continue;
      tell({
        file,
        path: ['plays', name, 'task', 'owner'],
        warning: 'W_ROLE_WITHOUT_PERSON',
        what: `nobody is ${role} in mappings/${lacking.join('.yaml, mappings/')}.yaml`,
        why: 'the task goes to the owner of the account instead',
        fix: `Add under task.owners there:   ${role}: person@example.test`,
      });
    }
  }),

  rule('routed_plays_have_a_pool', ['plays', 'mappings'], ({ plays, mappings }, tell) => {
    const withTasks = Object.entries(mappings).filter(([, mapping]) => mapping.task !== undefined);
    for (const [name, play] of Object.entries(plays.plays)) {
      const { routing, pool } = play.task;
      if (routing === 'owner') continue;
      const lacking =
        pool === undefined
          ? []
          : withTasks.filter(([, mapping]) => mapping.task?.pools[pool] === undefined).map(([crm]) => crm);
      if (pool !== undefined && lacking.length === 0) continue;
      tell({
        file,
        path: ['plays', name, 'task', pool === undefined ? 'routing' : 'pool'],
        ...(pool === undefined ? {} : { warning: 'W_POOL_WITHOUT_PEOPLE' }),
        what:
          pool === undefined
            ? `${name} is routed by ${routing}, but names no pool`
            : `nobody is in the pool ${pool} in mappings/${lacking.join('.yaml, mappings/')}.yaml`,
        why:
          pool === undefined ? 'there is nobody to choose from' : 'the task goes to the owner of the account instead',
        fix:
          pool === undefined
            ? 'Add:   pool: name_of_the_pool'
            : `Add under task.pools there:   ${pool}: [person@example.test]`,
      });
    }
  }),

  rule('success_is_declared_beforehand', ['plays'], ({ plays }, tell) => {
    if (!plays.strict) return;
    for (const [name, play] of Object.entries(plays.plays)) {
      if (!play.on || play.success !== undefined) continue;
      tell({
        file,
        path: ['plays', name],
        at: 'key',
        what: `${name} is on, and does not say how its success is measured`,
        why: 'strict: true asks for it before a play is switched on; afterwards everything looks like a success',
        fix: 'Add:   success: {when: {score: {at_least: 40}}, within: 90d, hold_out: 10}',
      });
    }
  }),

  rule('something_to_do_in_every_cell', ['plays', 'segments', 'scorecard'], ({ plays, segments, scorecard }, tell) => {
    const on = Object.values(plays.plays).filter((play) => play.on);
    if (on.length === 0) return;
    const { yellow, green } = scorecard.bands;
    const bands = [
      { name: 'green', from: green, to: 100 },
      { name: 'yellow', from: yellow, to: green },
      { name: 'red', from: 0, to: yellow },
    ];
    for (const touch of touchModels(segments)) {
      for (const band of bands) {
        if (on.some((play) => (play.touch[touch] ?? 'task') !== 'none' && mayHold(play, band, touch))) continue;
        tell({
          file,
          path: ['plays'],
          at: 'key',
          warning: 'W_NO_PLAY',
          what: `W_NO_PLAY(${band.name},${touch}): no play can start for ${band.name} accounts in touch model ${touch}`,
          why: 'a colour that nobody acts on is only a colour',
          fix: `Switch on a play for them, or give one touch: {${touch}: task}.`,
        });
      }
    }
  }),
];

function unknown(
  name: string,
  kind: string,
  path: Path,
  known: readonly string[],
  tell: Tell,
  at: 'key' | 'value' = 'value',
): void {
  const near = nearest(name, known);
  tell({
    file,
    path,
    at,
    what: `there is no ${kind} called ${name}`,
    why: known.length <= 12 ? `known are ${known.join(', ') || 'none'}` : 'it is defined nowhere',
    fix: near === null ? 'Correct the name, or define it first.' : `Did you mean ${near}?`,
  });
}
function touchModels(segments: Parts['segments']): string[] {
  return segments.segments['touch_model']?.values.map((value) => value.value) ?? [];
}

interface Zone {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}
/** Whether a play's trigger leaves room for a band and a touch model: what it does not mention may always be so. */
function mayHold(play: Play, band: Zone, touch: string): boolean {
  return possible(play.when, (mention) => {
    if (mention.fact === 'band') return allows(mention, band.name);
    if (mention.fact === 'touch_model') return allows(mention, touch);
    return mention.fact === 'score' ? touches(mention, band) : null;
  });
}
/** Three-valued: false only where the condition is surely not so. `ask` answers null for what it does not know. */
function possible(given: unknown, ask: (mention: Mention) => boolean | null, isTurned = false): boolean {
  if (typeof given !== 'object' || given === null) return true;
  const answers = Object.entries(given).map(([key, value]) => {
    if (key === 'not') return possible(value, ask, !isTurned);
    if (key === 'all' || key === 'any') {
      const of = (value as unknown[]).map((item) => possible(item, ask, isTurned));
      return (key === 'all') !== isTurned ? of.every(Boolean) : of.some(Boolean);
    }
    const of = mentions({ [key]: value }).map((mention) => {
      const answer = ask(mention);
      return answer === null ? true : answer !== isTurned;
    });
    return isTurned ? of.some(Boolean) : of.every(Boolean);
  });
  return isTurned ? answers.some(Boolean) : answers.every(Boolean);
}
function allows({ operator, value }: Mention, name: string): boolean | null {
  if (operator === 'is') return value === name;
  if (operator === 'is_not') return value !== name;
  if (operator === 'one_of') return (value as unknown[]).includes(name);
  return null;
}
function touches({ operator, value }: Mention, { from, to }: Zone): boolean | null {
  const isTop = to === 100;
  const below = (edge: number) => (isTop ? to >= edge : to > edge);
  if (typeof value === 'number') {
    if (operator === 'at_most') return from <= value ? null : false;
    if (operator === 'below') return from < value ? null : false;
    if (operator === 'at_least') return below(value) ? null : false;
    if (operator === 'above') return to > value ? null : false;
  }
  return null;
}
