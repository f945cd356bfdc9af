// The admin's own unit tests: what an example gives, as an account and metrics that can be decided on like any other. No source
// is alive in an example, so nothing that is left out is taken for a true zero.

import { addDays } from './calendar.ts';
import type { Example, MetricDefinition } from './decisions.ts';
import { byName, measureAccount } from './measure.ts';
import { isStale } from './missing.ts';
import type { Account, Band, Memory, Metric, MetricState, Value } from './nouns.ts';
import type { Prepared } from './prepare.ts';

/** What an example says of its account. Metrics that are not given are made of the attributes, or missing. */
export function exampleFacts(
  example: Example,
  prepared: Prepared,
): { readonly account: Account; readonly metrics: readonly Metric[]; readonly memory: Memory | null } {
  const account = accountOf(example);
  const measured = measureAccount({
    ...prepared,
    account,
    records: [],
    asOf: example.asOf,
    freshSources: new Set(),
    before: {},
  });
  const metrics = measured.map((metric) => givenOr(metric, example, prepared.definitions));
  return { account, metrics, memory: memoryOf(example) };
}

function accountOf(example: Example): Account {
  const { attributes } = example.given;
  const text = (name: string): string | null => (typeof attributes[name] === 'string' ? attributes[name] : null);
  return {
    key: 'example',
    name: text('name') ?? example.name,
    ids: {},
    owners: { example: text('owner') },
    parent: null,
    attributes,
    contacts: [],
  };
}

const states: readonly MetricState[] = ['known', 'stale', 'missing', 'not_applicable', 'silent'];

function givenOr(metric: Metric, example: Example, definitions: readonly MetricDefinition[]): Metric {
  const given = Object.hasOwn(example.given.metrics, metric.name) ? example.given.metrics[metric.name] : undefined;
  if (given === undefined) return metric;
  const bare: Metric = { name: metric.name, value: null, state: 'missing', at: null, from: metric.from, detail: {} };
  if (given === null) return bare;
  if (typeof given !== 'object') return { ...bare, value: given, state: 'known', at: example.asOf };
  const value: Value = given.value ?? null;
  const at = value === null ? null : addDays(example.asOf, -(given.ageDays ?? 0));
  const state = states.find((one) => one === given.state) ?? (value === null ? 'missing' : 'known');
  const definition = byName(definitions).get(metric.name);
  const tooOld = state === 'known' && definition !== undefined && isStale(at, definition, example.asOf);
  return { ...bare, value, at, state: tooOld ? 'stale' : state };
}

function memoryOf(example: Example): Memory | null {
  const { before } = example.given;
  if (before === null) return null;
  const since = addDays(example.asOf, -30);
  const play = { on: true, runs: 2, episode: since, open: true, closingRuns: 0, closedOn: null };
  return {
    band: (before.band ?? 'unknown') as Band,
    bandSince: since,
    pendingBand: null,
    pendingRuns: 0,
    alert: false,
    segments: {},
    flags: {},
    plays: Object.fromEntries((before.plays ?? []).map((name) => [name, play])),
    parkedUntil: null,
  };
}
