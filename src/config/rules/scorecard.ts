// Rules about the scorecard: weights add up, models and edges are in order, caps and matrices name what exists.

import { weightsOf } from '../complete/weights.ts';
import { nearest, type Path } from '../problem.ts';
import { accountFacts, checkCondition, factParts } from './facts.ts';
import { type Parts, type Rule, rule, type Tell } from './rule.ts';
import { checkText } from './texts.ts';

const file = 'scorecard';
const mostMetrics = 15;
const smallestWeight = 2;
const heavyWeight = 30;
const heavyPair = 50;

type Model = Parts['scorecard']['models'][number];
function eachModel(parts: Pick<Parts, 'scorecard'>, visit: (model: Model, path: Path) => void): void {
  parts.scorecard.models.forEach((model, index) => {
    visit(model, ['models', index]);
  });
}

export const scorecardRules: readonly Rule[] = [
  rule('weights_name_what_exists', ['scorecard', 'metrics'], (parts, tell) => {
    const metrics = parts.metrics.metrics;
    eachModel(parts, (model, path) => {
      const seen = new Map<string, string>();
      for (const dimension of Object.keys(model.weights)) {
        if (!(dimension in parts.scorecard.dimensions))
          unknown(
            dimension,
            'dimension',
            [...path, 'weights', dimension],
            Object.keys(parts.scorecard.dimensions),
            tell,
          );
      }
      for (const { metric, dimension, groups, path: below } of weightsOf(model)) {
        const at = [...path, ...below];
        for (const group of groups) {
          if (!(group in metrics)) continue;
          tell({
            file,
            path: at.slice(0, at.lastIndexOf(group) + 1),
            at: 'key',
            what: `${group} is the name of a metric, and of a group of weights`,
            why: 'it would not be clear which of them counts',
            fix: 'Give the group another name.',
          });
        }
        if (!(metric in metrics)) unknown(metric, 'metric', at, Object.keys(metrics), tell);
        else if (metrics[metric]?.normalise === undefined) {
          tell({
            file,
            path: at,
            at: 'key',
            what: `${metric} has a weight, but nothing says how it becomes points`,
            why: 'it has no normalise in config/metrics.yaml',
            fix: 'Add normalise there, or remove the weight.',
          });
        }
        const other = seen.get(metric);
        if (other !== undefined) {
          tell({
            file,
            path: at,
            at: 'key',
            what: `${metric} counts twice in the model ${model.id}`,
            why: `it stands under ${other} and under ${dimension}`,
            fix: 'Keep one of them.',
          });
        }
        seen.set(metric, dimension);
      }
    });
  }),

  rule('weights_add_up', ['scorecard'], (parts, tell) => {
    eachModel(parts, (model, path) => {
      if (model.normalise || (model.frozen && weightsOf(model).length === 0)) return;
      const sum = Number(
        weightsOf(model)
          .reduce((total, { weight }) => total + weight, 0)
          .toFixed(6),
      );
      if (sum === 100) return;
      tell({
        file,
        path: [...path, 'weights'],
        at: 'key',
        what: `weights sum to ${sum}, expected 100`,
        why: `in the model ${model.id} the best of everything must give exactly 100`,
        fix:
          sum < 100
            ? `Add ${Number((100 - sum).toFixed(6))} somewhere.`
            : `Take ${Number((sum - 100).toFixed(6))} away.`,
      });
    });
  }),

  rule('last_model_is_for_the_rest', ['scorecard'], ({ scorecard }, tell) => {
    const last = scorecard.models.length - 1;
    const seen = new Set<string>();
    scorecard.models.forEach((model, index) => {
      const path = ['models', index];
      if (seen.has(model.id)) {
        tell({
          file,
          path: [...path, 'id'],
          what: `there are two models called ${model.id}`,
          why: 'records show the name of the model',
          fix: 'Give one of them another name.',
        });
      }
      seen.add(model.id);
      if (index === last && model.when !== undefined) {
        tell({
          file,
          path: [...path, 'when'],
          at: 'key',
          what: `the last model ${model.id} has a condition`,
          why: 'accounts that fit no model would have no score',
          fix: 'Remove its when, or add a last model without one.',
        });
      }
      if (index < last && model.when === undefined) {
        tell({
          file,
          path: [...path, 'id'],
          what: `the model ${model.id} has no condition, so the models below it are never used`,
          why: 'the first model that fits is taken',
          fix: 'Add a when, or move it to the end.',
        });
      }
    });
  }),

  rule('not_too_many_metrics', ['scorecard'], (parts, tell) => {
    eachModel(parts, (model, path) => {
      const count = weightsOf(model).length;
      if (count <= mostMetrics) return;
      tell({
        file,
        path: [...path, 'weights'],
        at: 'key',
        warning: 'W_TOO_MANY_METRICS',
        what: `the model ${model.id} counts ${count} metrics`,
        why: `above ${mostMetrics} nobody can keep them measured, or explain a score`,
        fix: 'Drop those that move least; kenko explain shows what each one costs.',
      });
    });
  }),

  rule('weights_are_balanced', ['scorecard'], (parts, tell) => {
    eachModel(parts, (model, path) => {
      const weights = weightsOf(model).sort((a, b) => b.weight - a.weight);
      for (const { metric, weight: exact, path: below } of weights) {
        const at = [...path, ...below];
        const weight = Number(exact.toFixed(2));
        if (weight < smallestWeight) {
          tell({
            file,
            path: at,
            warning: 'W_SMALL_WEIGHT',
            what: `${metric} weighs only ${weight}`,
            why: 'it costs work and moves nothing',
            fix: `Give it ${smallestWeight} or more, or drop it.`,
          });
        }
        if (weight > heavyWeight) {
          tell({
            file,
            path: at,
            warning: 'W_HEAVY_METRIC',
            what: `${metric} weighs ${weight} of 100 in the model ${model.id}`,
            why: 'one wrong number would decide the colour',
            fix: `Spread it over several metrics, ${heavyWeight} at most.`,
          });
        }
      }
      const [first, second] = weights;
      if (first === undefined || second === undefined || Number((first.weight + second.weight).toFixed(6)) <= heavyPair)
        return;
      tell({
        file,
        path: [...path, 'weights'],
        at: 'key',
        warning: 'W_TOP_TWO',
        what: `${first.metric} and ${second.metric} carry ${Number((first.weight + second.weight).toFixed(2))} of 100 in the model ${model.id}`,
        why: `above ${heavyPair} the other metrics hardly count`,
        fix: 'Acceptable as a start; look at it again after the first quarter.',
      });
    });
  }),

  rule('edges_are_in_order', ['scorecard'], ({ scorecard }, tell) => {
    const { bands, coverage } = scorecard;
    if (bands.yellow >= bands.green) {
      tell({
        file,
        path: ['bands', 'green'],
        what: `green begins at ${bands.green}, not above yellow at ${bands.yellow}`,
        why: 'there would be no yellow',
        fix: 'Write for example:   yellow: 40 and green: 70',
      });
    } else if (bands.hysteresis * 2 >= bands.green - bands.yellow) {
      tell({
        file,
        path: ['bands', 'hysteresis'],
        what: `the hysteresis of ${bands.hysteresis} leaves no room between yellow and green`,
        why: 'an account could be past both edges at once',
        fix: 'Write a smaller one, 3 for example.',
      });
    }
    if (bands.alert_at_or_below >= bands.yellow) {
      tell({
        file,
        path: ['bands', 'alert_at_or_below'],
        what: `the alert at ${bands.alert_at_or_below} is not inside of red`,
        why: `red ends at ${bands.yellow}`,
        fix: `Write less than ${bands.yellow}.`,
      });
    }
    if (!(coverage.none <= coverage.low && coverage.low <= coverage.medium)) {
      tell({
        file,
        path: ['coverage'],
        at: 'key',
        what: 'the three shares of coverage are not in order',
        why: `none ${coverage.none}, low ${coverage.low}, medium ${coverage.medium} should go up`,
        fix: 'Write for example:   coverage: {none: 0.4, low: 0.6, medium: 0.8}',
      });
    }
  }),

  rule('scorecard_conditions_are_known', [...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    const { scorecard } = parts;
    eachModel(parts, (model, path) => {
      checkCondition(model.when, { file, path: [...path, 'when'] }, facts, tell);
    });
    const seen = new Set<string>();
    scorecard.caps.forEach((cap, index) => {
      const path = ['caps', index];
      checkCondition(cap.when, { file, path: [...path, 'when'] }, facts, tell);
      checkText(cap.text, { file, path: [...path, 'text'] }, facts, tell);
      if (seen.has(cap.name)) {
        tell({
          file,
          path: [...path, 'name'],
          what: `there are two caps called ${cap.name}`,
          why: 'conditions name caps (cap_names)',
          fix: 'Give one of them another name.',
        });
      }
      seen.add(cap.name);
    });
    checkCondition(scorecard.active_when, { file, path: ['active_when'] }, facts, tell);
  }),

  rule('caps_can_hold', ['scorecard'], ({ scorecard }, tell) => {
    scorecard.caps.forEach((cap, index) => {
      if (cap.limit < 100) return;
      tell({
        file,
        path: ['caps', index, 'limit'],
        what: `the cap ${cap.name} at ${cap.limit} never holds anything back`,
        why: 'no score is above 100',
        fix: 'Write the highest score that may be shown while it holds, 59 for "not green", 10 for "call today".',
      });
    });
  }),

  rule('override_facts_exist', [...factParts], (parts, tell) => {
    const { override } = parts.scorecard;
    if (override === undefined) return;
    const facts = accountFacts(parts);
    const wanted = { value: 'number', reason: 'text', until: 'day' } as const;
    for (const key of ['value', 'reason', 'until'] as const) {
      const fact = facts.get(override[key]);
      if (fact !== undefined && (fact.type === wanted[key] || fact.type === 'any')) continue;
      tell({
        file,
        path: ['override', key],
        what:
          fact === undefined
            ? `nobody knows the fact ${override[key]}`
            : `${override[key]} is ${fact.type}, and ${key} of an override must be ${wanted[key]}`,
        why: 'a correction by hand could never take effect',
        fix: `Read it from a roster in config/sources.yaml:   ${override[key]}: ${wanted[key]}`,
      });
    }
  }),

  rule('families_are_weighed_by_what_exists', [...factParts], (parts, tell) => {
    const { families } = parts.scorecard;
    if (families === undefined) return;
    const facts = accountFacts(parts);
    if (!facts.has(families.weight)) unknown(families.weight, 'fact', ['families', 'weight'], [...facts.keys()], tell);
    checkCondition(families.own_when, { file, path: ['families', 'own_when'] }, facts, tell);
  }),

  rule('required_dimension_exists', ['scorecard'], ({ scorecard }, tell) => {
    const name = scorecard.required_dimension;
    if (name !== undefined && !(name in scorecard.dimensions))
      unknown(name, 'dimension', ['required_dimension'], Object.keys(scorecard.dimensions), tell);
  }),

  rule('matrices_are_complete', [...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, matrix] of Object.entries(parts.scorecard.matrices)) {
      const path = ['matrices', name];
      for (const side of ['rows', 'columns'] as const) {
        const axis = matrix[side];
        if (!facts.has(axis.fact)) unknown(axis.fact, 'fact', [...path, side, 'fact'], [...facts.keys()], tell);
        axis.cuts.forEach((cut, index) => {
          checkCondition(cut.when, { file, path: [...path, side, 'cuts', index, 'when'] }, facts, tell);
        });
      }
      const wanted = matrix.rows.cuts.flatMap((row) =>
        matrix.columns.cuts.map((column) => `${row.name}/${column.name}`),
      );
      const lacking = wanted.filter((cell) => matrix.cells[cell] === undefined);
      if (lacking.length > 0) {
        tell({
          file,
          path: [...path, 'cells'],
          at: 'key',
          what: `the matrix ${name} has no cell ${lacking.join(', ')}`,
          why: 'accounts in it would show nothing',
          fix: `Add:   ${lacking[0]}: {value: …, label: …}`,
        });
      }
      for (const cell of Object.keys(matrix.cells)) {
        if (!wanted.includes(cell)) unknown(cell, 'cell', [...path, 'cells', cell], wanted, tell);
      }
    }
  }),
];

function unknown(name: string, kind: string, path: Path, known: readonly string[], tell: Tell): void {
  const near = nearest(name, known);
  tell({
    file,
    path,
    at: 'key',
    what: `there is no ${kind} called ${name}`,
    why: known.length <= 24 ? `known are ${known.join(', ') || 'none'}` : 'it is defined nowhere',
    fix: near === null ? 'Correct the name, or define it first.' : `Did you mean ${near}?`,
  });
}
