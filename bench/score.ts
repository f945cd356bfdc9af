// npm run bench:score: how many accounts a core decides about in a second. Two figures: 15 metrics and 30 conditions against
// two rule engines that only say which conditions hold, and the shipped model with all that a run keeps of an account that
// has a history. Everything runs in turns in one process; a figure is the median of five rounds. It checks first that all
// three agree on what fired.
//
// node bench/score.ts [--accounts N] [--million N] [--json]

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ZenEngine } from '@gorules/zen-engine';
import { Engine } from 'json-rules-engine';
import type { Condition, Decisions, Operator, PlayDefinition } from '../src/domain/decisions.ts';
import type { Outcome } from '../src/domain/nouns.ts';
import { decideOutcome, type PastOfAccount, type Prepared, prepare } from '../src/domain/outcome.ts';
import { reasonTexts } from '../src/domain/tell.ts';
import { customer, metricsOf } from './customers.ts';
import { machine } from './machine.ts';
import { peakMb } from './peak.ts';
import { shippedDecisions } from './shipped.ts';

const { values: options } = parseArgs({
  options: {
    accounts: { type: 'string', default: '2000' },
    million: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const many = Number(options.accounts);
const rounds = 5;
/** As many accounts as a run decides about at once. */
const page = 100;
const asOf = '2026-11-20';

const shipped = await shippedDecisions();

// ── 15 metrics and 30 conditions ─────────────────────────────────────────────────────────────────────────────────

const model = shipped.scorecard.models.find(({ id }) => id === 'adoption');
if (model === undefined) throw new Error('the shipped home has no model named adoption');
const weighed = new Set(model.weights.map(({ metric }) => metric));
const metrics = shipped.metrics.filter(({ name }) => weighed.has(name));

interface Rule {
  readonly name: string;
  readonly all: readonly { readonly fact: string; readonly operator: Operator; readonly value: number }[];
}
/** For each metric one rule about itself and one together with its neighbour. Few customers are so badly off. */
const rules: readonly Rule[] = metrics.flatMap(({ name, normalise }, index): Rule[] => {
  const neighbour = metrics[(index + 1) % metrics.length];
  const bad = badSide(normalise);
  const other = badSide(neighbour?.normalise ?? null);
  return [
    { name: `${name}_is_bad`, all: [{ fact: name, ...bad }] },
    {
      name: `${name}_and_next_are_poor`,
      all: [
        { fact: name, operator: bad.operator, value: bad.poor },
        { fact: neighbour?.name ?? name, operator: other.operator, value: other.poor },
      ],
    },
  ];
});
function badSide(normalise: Decisions['metrics'][number]['normalise']) {
  if (normalise?.kind === 'linear') {
    const at = (share: number) => normalise.zero + (normalise.full - normalise.zero) * share;
    return { operator: 'below' as const, value: at(0.02), poor: at(0.1) };
  }
  if (normalise?.kind === 'tiers') return { operator: 'below' as const, value: 1, poor: 2 };
  const points = normalise?.kind === 'piecewise' ? normalise.points : [];
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the bench knows no bad side of this metric');
  const rises = last.value > first.value;
  const at = (share: number) => first.at + (last.at - first.at) * share;
  return rises
    ? { operator: 'below' as const, value: at(0.32), poor: at(0.4) }
    : { operator: 'above' as const, value: at(0.79), poor: at(0.7) };
}

const small = prepare({
  ...shipped,
  metrics,
  scorecard: {
    ...shipped.scorecard,
    models: [{ ...model, when: null }],
    caps: [],
    matrices: [],
    requiredDimension: null,
  },
  segments: [],
  flags: [],
  plays: { ...shipped.plays, plays: rules.map(playOf), suppress: [], mergeOrder: [], parked: null, situation: null },
});
function playOf(rule: Rule): PlayDefinition {
  const [pattern] = shipped.plays.plays;
  if (pattern === undefined) throw new Error('the shipped home has no plays');
  const when: Condition = { all: rule.all.map(({ fact, operator, value }) => ({ fact, operator, value })) };
  const text = { en: `Look at ${rule.name}`, ja: `Look at ${rule.name}` };
  // Routed to a guide and not to a person: no task is written, as no other engine here writes one.
  return {
    ...pattern,
    name: rule.name,
    id: '',
    on: true,
    when,
    runs: 1,
    stage: null,
    touch: { tech: 'nurture' },
    taskForTechWhen: null,
    nurtureTrack: rule.name,
    subject: text,
    body: text,
    closesWhen: null,
    alert: false,
    routing: null,
  };
}

const customers = Array.from({ length: many }, (_, index) => {
  const measured = metricsOf(small.definitions, index, asOf);
  const facts = Object.fromEntries(measured.map(({ name, value }) => [name, value]));
  const account = customer(index);
  const attributes = { ...account.attributes, touch_model: 'tech' };
  return { account: { ...account, attributes }, metrics: measured, facts };
});

function kenkoOf({ account, metrics: measured }: (typeof customers)[number]): Outcome {
  return decideOutcome({
    account,
    metrics: measured,
    before: null,
    asOf,
    isFirstRun: false,
    prepared: small,
    depth: 'brief',
  });
}

const symbols: Readonly<Record<string, readonly [string, string]>> = {
  below: ['lessThan', '<'],
  above: ['greaterThan', '>'],
};
const jsonRules = new Engine(
  rules.map((rule) => ({
    name: rule.name,
    event: { type: rule.name },
    conditions: {
      all: rule.all.map(({ fact, operator, value }) => ({ fact, operator: symbols[operator]?.[0] ?? '', value })),
    },
  })),
);
async function jsonRulesOf({ facts }: (typeof customers)[number]): Promise<readonly string[]> {
  return (await jsonRules.run(facts)).events.map(({ type }) => type);
}

const zen = new ZenEngine().createDecision({
  nodes: [
    { id: 'in', name: 'in', type: 'inputNode', content: { schema: '' } },
    {
      id: 'table',
      name: 'table',
      type: 'decisionTableNode',
      content: {
        hitPolicy: 'collect',
        inputs: metrics.map(({ name }) => ({ id: name, name, field: name })),
        outputs: [{ id: 'fired', name: 'fired', field: 'fired' }],
        rules: rules.map((rule) => ({
          _id: rule.name,
          // A cell that asks nothing is an empty one.
          ...Object.fromEntries(metrics.map(({ name }) => [name, ''])),
          ...Object.fromEntries(
            rule.all.map(({ fact, operator, value }) => [fact, `${symbols[operator]?.[1]} ${value}`]),
          ),
          fired: `"${rule.name}"`,
        })),
      },
    },
    { id: 'out', name: 'out', type: 'outputNode', content: { schema: '' } },
  ],
  edges: [
    { id: 'a', sourceId: 'in', targetId: 'table' },
    { id: 'b', sourceId: 'table', targetId: 'out' },
  ],
});
async function zenOf({ facts }: (typeof customers)[number]): Promise<readonly string[]> {
  const { result } = (await zen.evaluate(facts)) as { result: readonly { readonly fired: string }[] };
  return result.map(({ fired }) => fired);
}

let firedInAll = 0;
for (const one of customers.slice(0, 500)) {
  const ours = kenkoOf(one)
    .plays.filter(({ outcome }) => outcome === 'fired')
    .map(({ play }) => play)
    .sort();
  const theirs = { 'json-rules-engine': await jsonRulesOf(one), 'zen-engine': await zenOf(one) };
  for (const [name, fired] of Object.entries(theirs))
    if ([...fired].sort().join() !== ours.join())
      throw new Error(
        `${name} says ${[...fired].sort().join()}, Kenko says ${ours.join()}: ${JSON.stringify(one.facts)}`,
      );
  firedInAll += ours.length;
}
if (firedInAll === 0) throw new Error('nothing fired, so nothing was compared');

// ── The shipped model ────────────────────────────────────────────────────────────────────────────────────────────

const whole = prepare(shipped);
const lives = Array.from({ length: many }, (_, index) => livedUntilToday(whole, index));

/** An account that was looked at a month, a week and a day ago, as a run of today finds it. */
function livedUntilToday(prepared: Prepared, index: number) {
  const account = customer(index);
  const days: PastOfAccount[] = [];
  for (const [place, day] of ['2026-10-21', '2026-11-13', '2026-11-19'].entries()) {
    const outcome = asStored(
      decideOutcome({
        account,
        metrics: metricsOf(prepared.definitions, index, day),
        before: days.at(-1) ?? null,
        asOf: day,
        isFirstRun: place === 0,
        prepared,
        depth: 'brief',
      }),
    );
    const stored = { asOf: day, value: outcome.score.value, score: outcome.score };
    days.push({
      memory: outcome.memory,
      last: stored,
      days7: place === 0 ? null : (days[1]?.last ?? stored),
      days30: days[0]?.last ?? stored,
      metrics: {},
    });
  }
  return { account, metrics: metricsOf(prepared.definitions, index, asOf), past: days.at(-1) ?? null };
}
function asStored(outcome: Outcome): Outcome {
  return JSON.parse(JSON.stringify(outcome)) as Outcome;
}

// ── In turns ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Accounts per second of one core: by the processor time of all threads, so that engines with threads of their own compare. */
function speed(accounts: number, since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (accounts * 1e6) / (user + system);
}
/** Works through all accounts page by page, each page some times over. */
function perSecond<T>(items: readonly T[], work: (item: T) => void): number {
  const times = 5;
  const started = process.cpuUsage();
  for (let from = 0; from < items.length; from += page)
    for (let time = 0; time < times; time++)
      for (let index = from; index < Math.min(from + page, items.length); index++) work(items[index] as T);
  return speed(items.length * times, started);
}
async function perSecondAsync<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number> {
  const started = process.cpuUsage();
  // Hundreds at once is how an asynchronous engine is fastest.
  for (let from = 0; from < items.length; from += 500) await Promise.all(items.slice(from, from + 500).map(work));
  return speed(items.length, started);
}

let kept = 0;
const few = customers.slice(0, Math.min(many, 1_000));
const turns: Readonly<Record<string, () => number | Promise<number>>> = {
  kenko: () =>
    perSecond(customers, (one) => {
      const outcome = kenkoOf(one);
      kept += outcome.plays.length + reasonTexts(outcome.score, small.wording).length;
    }),
  'json-rules-engine': () => perSecondAsync(few, jsonRulesOf),
  'zen-engine': () => perSecondAsync(few, zenOf),
  shipped: () =>
    perSecond(lives, ({ account, metrics: measured, past }) => {
      const given = { account, metrics: measured, before: past, asOf, isFirstRun: false, prepared: whole };
      kept += decideOutcome({ ...given, depth: 'brief' }).plays.length;
    }),
  'shipped, with reasons': () =>
    perSecond(lives, ({ account, metrics: measured, past }) => {
      const given = { account, metrics: measured, before: past, asOf, isFirstRun: false, prepared: whole };
      kept += reasonTexts(decideOutcome({ ...given, depth: 'brief' }).score, whole.wording).length;
    }),
};
const found: Record<string, number[]> = {};
for (let round = -1; round < rounds; round++) {
  for (const [name, turn] of Object.entries(turns)) {
    const speed = await turn();
    // The first round warms up.
    if (round >= 0) found[name] = [...(found[name] ?? []), speed];
  }
}
const speedOf = (name: string): number => median(found[name] ?? []);
function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

// ── A million from the state file ────────────────────────────────────────────────────────────────────────────────

const million = Number(options.million);
interface Million {
  readonly accounts: number;
  readonly wallMs: number;
  readonly peakMb: number;
  readonly fired: number;
  readonly scored: number;
}
if (million > 0) inProcess('make', million);
const fromFile = million === 0 ? null : (JSON.parse(inProcess('evaluate', million)) as Million);
function inProcess(what: string, accounts: number): string {
  const done = spawnSync(
    process.execPath,
    ['--max-semi-space-size=4', join(import.meta.dirname, 'million.ts'), what, String(accounts)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 20,
    },
  );
  if (done.status !== 0) throw new Error(`the million ended with ${done.status}`);
  return done.stdout;
}

const ratio = (name: string): number => Math.round((speedOf('kenko') / speedOf(name)) * 10) / 10;
const result = {
  machine,
  accounts: many,
  metrics: metrics.length,
  conditions: rules.length,
  accountsPerSecond: Math.round(speedOf('kenko')),
  ratios: { 'json-rules-engine': ratio('json-rules-engine'), 'zen-engine': ratio('zen-engine') },
  shipped: {
    metrics: whole.definitions.length,
    plays: whole.plays.list.length,
    accountsPerSecond: Math.round(speedOf('shipped')),
    withReasons: Math.round(speedOf('shipped, with reasons')),
  },
  million: fromFile,
  peakMb: fromFile?.peakMb ?? peakMb(),
};
if (kept === 0) throw new Error('nothing was decided');
if (options.json) console.log(JSON.stringify(result, null, 2));
else {
  console.log(`${result.machine}; medians of ${rounds} rounds, in turns\n`);
  const row = (what: string, seen: string, target: string, ok: boolean) => ({ what, seen, target, ok });
  const perSecondText = (speed: number) => `${Math.round(speed).toLocaleString('en')} accounts/s`;
  console.table([
    row(`${metrics.length} metrics, ${rules.length} conditions: Kenko`, perSecondText(speedOf('kenko')), '', true),
    ...(['json-rules-engine', 'zen-engine'] as const).map((name) =>
      row(`the same: ${name} ${perSecondText(speedOf(name))}`, `${ratio(name)} ×`, '50 ×', ratio(name) >= 50),
    ),
    row(
      'the shipped model, all that a run keeps',
      perSecondText(speedOf('shipped')),
      '100,000',
      speedOf('shipped') >= 100_000,
    ),
    row('the same, with the reason lines of the record', perSecondText(speedOf('shipped, with reasons')), '', true),
    ...(fromFile === null
      ? []
      : [
          row(
            `${fromFile.accounts.toLocaleString('en')} accounts from the state file`,
            `${(fromFile.wallMs / 1_000).toFixed(1)} s`,
            '60 s',
            fromFile.wallMs < 60_000,
          ),
          row('peak memory of that', `${fromFile.peakMb} MB`, '512 MB', fromFile.peakMb < 512),
        ]),
  ]);
}
