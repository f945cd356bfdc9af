// Rules about plays: triggers and texts name what exists, every risk has its place, and no cell of band × touch model is
// left without anything to do.

import type { Condition } from '../../domain/decisions.ts';
import { conditionOrNull } from '../complete/condition.ts';
import { nearest, type Path } from '../problem.ts';
import { solve } from '../reach/solve.ts';
import { accountWorld } from '../reach/world.ts';
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

  rule('something_to_do_in_every_cell', ['plays', ...factParts], (parts, tell) => {
    const on = Object.values(parts.plays.plays).filter((play) => play.on);
    if (on.length === 0) return;
    const { yellow, green } = parts.scorecard.bands;
    const bands: readonly { readonly name: string; readonly scores: Condition }[] = [
      { name: 'green', scores: { fact: 'score', operator: 'at_least', value: green } },
      { name: 'yellow', scores: { all: [scoreIs('at_least', yellow), scoreIs('below', green)] } },
      { name: 'red', scores: scoreIs('below', yellow) },
    ];
    const world = accountWorld(parts);
    // What a trigger does not mention may always be so; what it says of colour, score and touch model must fit the cell.
    const mayFire = (play: Play, band: (typeof bands)[number], touch: string) => {
      const cell: Condition = {
        all: [
          { fact: 'band', operator: 'is', value: band.name },
          { fact: 'touch_model', operator: 'is', value: touch },
          band.scores,
          conditionOrNull(play.when) ?? { all: [] },
        ],
      };
      return solve([{ condition: cell, wish: 'yes' }], world).is !== 'never';
    };
    for (const touch of touchModels(parts.segments)) {
      for (const band of bands) {
        if (on.some((play) => (play.touch[touch] ?? 'task') !== 'none' && mayFire(play, band, touch))) continue;
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

function scoreIs(operator: 'at_least' | 'below', value: number): Condition {
  return { fact: 'score', operator, value };
}
