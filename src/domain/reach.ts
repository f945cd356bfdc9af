// Which sources a metric reads, and how many days back: so that no run reads what no metric looks at, and so that a metric can
// be told from a source that is away.

import type { Measure, MetricDefinition } from './decisions.ts';

const sources = new WeakMap<Measure, readonly string[]>();
/** Names of the sources a measure reads, each once. What is made of other metrics names none itself. */
export function sourcesOf(measure: Measure): readonly string[] {
  let found = sources.get(measure);
  if (found === undefined) {
    found = [...new Set(reaches(measure).map((reach) => reach.source))];
    sources.set(measure, found);
  }
  return found;
}

interface Reach {
  readonly source: string;
  /** Days back from the as-of day; null: everything. */
  readonly days: number | null;
}
function reaches(measure: Measure): Reach[] {
  switch (measure.kind) {
    case 'aggregate':
      return [{ source: measure.source, days: measure.windowDays }];
    case 'own_baseline':
      return [{ source: measure.source, days: measure.windowDays * (measure.baselines + 1) }];
    case 'goal_attainment':
    case 'milestones':
      return [{ source: measure.source, days: null }];
    case 'ratio':
      return [measure.numerator, ...measure.denominators].flatMap(reaches);
    case 'arithmetic':
      return measure.of.flatMap(reaches);
    case 'peak':
      return reaches(measure.of).map((reach) => ({
        ...reach,
        days: reach.days === null ? null : reach.days * measure.windows,
      }));
    default:
      return [];
  }
}
/** How many days back each source is needed, so that nothing is read that no metric looks at; null is everything. */
export function reachOf(definitions: readonly MetricDefinition[]): Readonly<Record<string, number | null>> {
  const found: Record<string, number | null> = {};
  const add = ({ source, days }: Reach): void => {
    const before = found[source];
    found[source] = before === undefined ? days : before === null || days === null ? null : Math.max(before, days);
  };
  for (const { measure, nonRespondent } of definitions) {
    const needed = reaches(measure);
    needed.forEach(add);
    if (nonRespondent === null) continue;
    const source = nonRespondent.source ?? needed[0]?.source;
    if (source !== undefined) add({ source, days: nonRespondent.withinDays });
  }
  return found;
}
