// Rules about metrics: what they are made of exists and fits, and every one of them says why.

import { builtInFacts } from '../../domain/decisions.ts';
import { weightsOf } from '../complete/weights.ts';
import { nearest, type Path } from '../problem.ts';
import { mentions } from '../schema/condition.ts';
import type { MeasureGiven } from '../schema/measure.ts';
import { accountFacts, attributeFacts, checkCondition, columnFact, type Facts, factParts, rowFacts } from './facts.ts';
import { type Parts, type Rule, rule, type Tell } from './rule.ts';
import { goalColumns, milestoneColumns } from './sources.ts';

const file = 'metrics';

export const metricRules: readonly Rule[] = [
  rule('metrics_are_made_of_what_exists', ['sources', 'metrics'], (parts, tell) => {
    const attributes = attributeFacts(parts);
    for (const [name, metric] of Object.entries(parts.metrics.metrics)) {
      checkMeasure(metric.measure, ['metrics', name, 'measure'], { parts, attributes, tell });
      const source = metric.non_respondent?.source;
      if (source !== undefined) checkSource(source, ['metrics', name, 'non_respondent', 'source'], parts, tell);
    }
  }),

  rule('metrics_are_no_circle', ['metrics'], ({ metrics }, tell) => {
    const asks = new Map(
      Object.entries(metrics.metrics).map(([name, metric]) => [name, metricsAsked(metric.measure)] as const),
    );
    const state = new Map<string, 'open' | 'done'>();
    const visit = (name: string, trail: readonly string[]): void => {
      if (state.get(name) === 'done') return;
      if (state.get(name) === 'open') {
        const circle = [...trail.slice(trail.indexOf(name)), name];
        tell({
          file,
          path: ['metrics', name, 'measure'],
          at: 'key',
          what: `the metric ${name} is made of itself: ${circle.join(' → ')}`,
          why: 'a number cannot be known before itself',
          fix: 'Break the circle at one of them.',
        });
        return;
      }
      state.set(name, 'open');
      for (const asked of asks.get(name) ?? []) if (asks.has(asked)) visit(asked, [...trail, name]);
      state.set(name, 'done');
    };
    for (const name of asks.keys()) visit(name, []);
  }),

  rule('names_are_told_apart', [...factParts], (parts, tell) => {
    const attributes = attributeFacts(parts);
    const segments = new Set(Object.keys(parts.segments.segments));
    const own: ReadonlySet<string> = new Set(builtInFacts);
    for (const name of Object.keys(parts.metrics.metrics)) {
      const other = attributes.has(name)
        ? 'an attribute of a roster'
        : segments.has(name)
          ? 'a segment'
          : own.has(name) || name.startsWith('dimension_')
            ? 'a built-in fact'
            : null;
      if (other === null) continue;
      tell({
        file,
        path: ['metrics', name],
        at: 'key',
        what: `${name} is also ${other}`,
        why: 'a condition that names it could mean either',
        fix: 'Give the metric another name.',
      });
    }
  }),

  rule('silence_can_be_seen', ['metrics'], ({ metrics }, tell) => {
    for (const [name, metric] of Object.entries(metrics.metrics)) {
      if (metric.non_respondent === undefined) continue;
      eachMeasure(metric.measure, ['metrics', name, 'measure'], (measure, path) => {
        if (!('where' in measure) || !('field' in measure)) return;
        const hiding = mentions(measure.where, [...path, 'where']).find((mention) => mention.fact === measure.field);
        if (hiding === undefined) return;
        tell({
          file,
          path: hiding.path,
          what: `where looks at ${hiding.fact}, so invitations without an answer are not seen`,
          why: 'silence is recognised by rows that have no answer',
          fix: 'Remove it; rows without an answer give no number anyway.',
        });
      });
    }
  }),

  rule('windows_need_days', ['sources', 'metrics'], ({ sources, metrics }, tell) => {
    for (const [name, metric] of Object.entries(metrics.metrics)) {
      eachMeasure(metric.measure, ['metrics', name, 'measure'], (measure, path) => {
        if (!('source' in measure) || sources.sources[measure.source]?.at !== null) return;
        const needsDay =
          measure.kind === 'own_baseline' ||
          measure.kind === 'distinct_days' ||
          measure.kind === 'distinct_business_days' ||
          (isDaysSince(measure) && measure.field === undefined) ||
          ('days' in measure && measure.days !== undefined);
        if (!needsDay) return;
        tell({
          file,
          path,
          what: `${measure.kind} needs to know when the rows of ${measure.source} happened`,
          why: 'that source has no column `at`, so every row is of today',
          fix: `Add the column with the day to ${measure.source} in config/sources.yaml:   at: day`,
        });
      });
    }
  }),

  rule('every_metric_says_why', ['metrics', 'scorecard'], ({ metrics, scorecard }, tell) => {
    const scored = new Set(scorecard.models.flatMap((model) => weightsOf(model).map(({ metric }) => metric)));
    for (const [name, metric] of Object.entries(metrics.metrics)) {
      if (!scored.has(name) || metric.why.trim() !== '') continue;
      tell({
        file,
        path: ['metrics', name],
        at: 'key',
        warning: 'W_NO_WHY',
        what: `${name} does not say why it is measured`,
        why: 'a number that nobody can explain is a number that nobody trusts',
        fix: 'Add one sentence:   why: …',
      });
    }
  }),

  rule('purpose_is_agreed', ['kenko'], ({ kenko }, tell) => {
    if (kenko.purpose.trim() !== '') return;
    tell({
      file: 'kenko',
      path: ['purpose'],
      at: 'key',
      warning: 'W_NO_PURPOSE',
      what: 'the purpose is empty',
      why: 'a score without an agreed purpose is argued about instead of used',
      fix: 'Write one or two sentences your team agrees on:   purpose: …',
    });
  }),

  rule('metric_conditions_are_known', [...factParts], (parts, tell) => {
    const facts = accountFacts(parts);
    for (const [name, metric] of Object.entries(parts.metrics.metrics)) {
      eachMeasure(metric.measure, ['metrics', name, 'measure'], (measure, path) => {
        if (measure.kind !== 'points') return;
        measure.rules.forEach((one, index) => {
          checkCondition(one.when, { file, path: [...path, 'rules', index, 'when'] }, facts, tell);
        });
        checkCondition(measure.veto, { file, path: [...path, 'veto'] }, facts, tell);
      });
    }
  }),
];

interface Sight {
  readonly parts: Pick<Parts, 'sources' | 'metrics'>;
  readonly attributes: Facts;
  readonly tell: Tell;
}

function checkSource(name: string, path: Path, parts: Pick<Parts, 'sources'>, tell: Tell): boolean {
  if (parts.sources.sources[name] !== undefined) return true;
  const known = Object.keys(parts.sources.sources);
  const near = nearest(name, known);
  tell({
    file,
    path,
    what: `there is no source ${name}`,
    why: `the sources are ${known.join(', ')}`,
    fix: near === null ? 'Correct the name, or add the source to config/sources.yaml.' : `Did you mean ${near}?`,
  });
  return false;
}

function checkMeasure(whole: MeasureGiven, at: Path, { parts, attributes, tell }: Sight): void {
  eachMeasure(whole, at, (measure, path) => {
    if ('source' in measure) {
      if (checkSource(measure.source, [...path, 'source'], parts, tell)) checkColumns(measure, path, parts, tell);
      return;
    }
    if (measure.kind === 'metric') {
      checkName(measure.name, [...path, 'name'], new Set(Object.keys(parts.metrics.metrics)), 'metric', tell);
    } else if (measure.kind === 'rank') {
      checkName(measure.metric, [...path, 'metric'], new Set(Object.keys(parts.metrics.metrics)), 'metric', tell);
    } else if (measure.kind === 'attribute') {
      checkName(measure.field, [...path, 'field'], new Set(attributes.keys()), 'attribute of a roster', tell);
    } else if (measure.kind === 'days_until' || measure.kind === 'days_since_date' || measure.kind === 'months_since') {
      const unit = parts.metrics.metrics[measure.field]?.unit;
      const type = unit === undefined ? attributes.get(measure.field)?.type : unit === 'date' ? 'day' : 'number';
      const known = new Set([...attributes.keys(), ...Object.keys(parts.metrics.metrics)]);
      checkName(measure.field, [...path, 'field'], known, 'attribute or metric', tell);
      if (type !== undefined && type !== 'day' && type !== 'any') {
        tell({
          file,
          path: [...path, 'field'],
          what: `${measure.kind} needs a day; ${measure.field} is none`,
          why: 'there is nothing to count from',
          fix: 'Name an attribute of type day, or a metric with unit: date.',
        });
      }
    } else if (measure.kind === 'peak' && !('days' in measure.of && measure.of.days !== undefined)) {
      tell({
        file,
        path: [...path, 'of'],
        what: 'peak needs a count over a window',
        why: 'it compares windows of equal length',
        fix: 'Give the inner measure its days:   days: 28',
      });
    }
  });
}

function checkName(name: string, path: Path, known: ReadonlySet<string>, kind: string, tell: Tell): void {
  if (known.has(name)) return;
  const near = nearest(name, known);
  tell({
    file,
    path,
    what: `there is no ${kind} called ${name}`,
    why: 'the metric could never be known',
    fix: near === null ? 'Correct the name, or define it first.' : `Did you mean ${near}?`,
  });
}

const numeric: ReadonlySet<string> = new Set(['sum', 'mean']);

function checkColumns(
  measure: MeasureGiven & { source: string },
  path: Path,
  parts: Pick<Parts, 'sources'>,
  tell: Tell,
): void {
  const source = parts.sources.sources[measure.source] as Parts['sources']['sources'][string];
  const columns = Object.keys(source.columns);
  const rows = rowFacts(parts, measure.source);
  if ('where' in measure) checkCondition(measure.where, { file, path: [...path, 'where'] }, rows, tell, measure.source);
  if (measure.kind === 'share') checkCondition(measure.of, { file, path: [...path, 'of'] }, rows, tell, measure.source);
  if (measure.kind === 'goal_attainment' || measure.kind === 'milestones') {
    const needed = measure.kind === 'milestones' ? milestoneColumns : goalColumns;
    for (const column of needed.filter((name) => !columns.includes(name))) {
      tell({
        file,
        path: [...path, 'source'],
        what: `${measure.kind} needs a column ${column} in the source ${measure.source}`,
        why: 'it cannot be computed without',
        fix: `Add it to ${measure.source} in config/sources.yaml:   ${column}: {from: <their column>, type: …}`,
      });
    }
    return;
  }
  const field = 'field' in measure ? measure.field : undefined;
  if (field === undefined) return;
  if (field === 'contact') {
    if (source.contact === null) {
      tell({
        file,
        path: [...path, 'field'],
        what: `the rows of ${measure.source} name no person`,
        why: 'contact counts people',
        fix: `Add the column to ${measure.source} in config/sources.yaml:   contact: user_id`,
      });
    }
    return;
  }
  const column = source.columns[field];
  if (column === undefined) {
    const near = nearest(field, columns);
    tell({
      file,
      path: [...path, 'field'],
      what: `the source ${measure.source} has no column ${field}`,
      why: `its columns are ${columns.join(', ') || 'none'}`,
      fix: near === null ? 'Correct the name, or add the column in config/sources.yaml.' : `Did you mean ${near}?`,
    });
    return;
  }
  const { type } = columnFact(column);
  const wanted =
    numeric.has(measure.kind) || measure.kind === 'own_baseline' ? 'number' : isDaysSince(measure) ? 'day' : null;
  if (wanted === null || type === wanted || type === 'any') return;
  tell({
    file,
    path: [...path, 'field'],
    what: `${measure.kind} needs a column of type ${wanted}; ${field} is ${type}`,
    why: 'the metric could never be known',
    fix: `Name another column, or correct its type in config/sources.yaml.`,
  });
}
function isDaysSince(measure: MeasureGiven): measure is MeasureGiven & { field?: string } {
  return measure.kind === 'days_since' || measure.kind === 'days_since_oldest';
}

/** Walks a measure and all measures inside of it. */
function eachMeasure(measure: MeasureGiven, path: Path, visit: (measure: MeasureGiven, path: Path) => void): void {
  visit(measure, path);
  if (measure.kind === 'ratio') {
    eachMeasure(measure.numerator, [...path, 'numerator'], visit);
    measure.denominators.forEach((one, index) => {
      eachMeasure(one, [...path, 'denominators', index], visit);
    });
  } else if (measure.kind === 'calculate') {
    measure.of.forEach((one, index) => {
      eachMeasure(one, [...path, 'of', index], visit);
    });
  } else if (measure.kind === 'peak') eachMeasure(measure.of, [...path, 'of'], visit);
}
function metricsAsked(measure: MeasureGiven): string[] {
  const asked: string[] = [];
  eachMeasure(measure, [], (one) => {
    if (one.kind === 'metric') asked.push(one.name);
    if (one.kind === 'rank') asked.push(one.metric);
    if (one.kind === 'days_until' || one.kind === 'days_since_date' || one.kind === 'months_since')
      asked.push(one.field);
  });
  return asked;
}
