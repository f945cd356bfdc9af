// What a monitoring system is given, in the text format of Prometheus: what the store knows now, and what happened since this
// process began. Labels are words of the configuration and of this program, never an account or a person.

import type { ApiUsage } from '../crm/crm.ts';
import type { RunRow, Store } from '../state/store.ts';
import type { PipelineEvent } from './events.ts';
import { job } from './hall.ts';
import { troubleNow } from './notify.ts';
import type { RunReport } from './report.ts';

export type Labels = Readonly<Record<string, string>>;
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
}

/** Counters of this process: they begin at zero with it, as Prometheus expects. */
export interface Counters {
  take(event: PipelineEvent): void;
  /** A run that ended, with its report. */
  ended(report: RunReport): void;
  families(): readonly Family[];
}

const helps = {
  kenko_runs_total: 'Runs that ended, by how they ended.',
  kenko_lease_lost_total: 'Runs that lost their lease to another.',
  kenko_source_rows_total: 'Rows read from a source.',
  kenko_effects_total: 'Effects that were sent, by what became of them.',
  kenko_gate_holds_total: 'Times that a gate held or stopped a run.',
  kenko_conflicts_total: 'Values left to people who had changed them.',
  kenko_http_requests_total: 'Calls to a CRM, by what they were for.',
} as const;
type CounterName = keyof typeof helps;

export function createCounters(): Counters {
  const sums = new Map<CounterName, Map<string, { readonly labels: Labels; value: number }>>();
  const add = (name: CounterName, labels: Labels, count: number) => {
    const family = sums.get(name) ?? new Map<string, { readonly labels: Labels; value: number }>();
    sums.set(name, family);
    const key = JSON.stringify(labels);
    const known = family.get(key);
    if (known === undefined) family.set(key, { labels, value: count });
    else known.value += count;
  };
  return {
    take: (event) => {
      if (event.kind === 'lease') add('kenko_lease_lost_total', {}, 1);
      else if (event.kind === 'source') add('kenko_source_rows_total', { source: event.source }, event.rows);
      else if (event.kind === 'batch') {
        const { crm, object, op } = event;
        for (const outcome of ['applied', 'rejected', 'unknown'] as const)
          add('kenko_effects_total', { crm, object, op, outcome }, event[outcome]);
      }
    },
    ended: (report) => {
      add('kenko_runs_total', { job, outcome: report.state }, 1);
      add('kenko_conflicts_total', {}, report.effects.conflicts);
      for (const gate of report.gates)
        if (gate.held || gate.stopped) add('kenko_gate_holds_total', { gate: gate.id }, 1);
      for (const [crm, usage] of Object.entries(report.apiCalls))
        for (const kind of ['auth', 'read', 'write'] as const)
          add('kenko_http_requests_total', { crm, kind }, usage[kind]);
    },
    families: () =>
      (Object.keys(helps) as CounterName[]).map((name) => ({
        name,
        type: 'counter',
        help: helps[name],
        samples: [...(sums.get(name)?.values() ?? [])],
      })),
  };
}

export interface MetricFacts {
  readonly store: Store;
  readonly now: () => string;
  readonly version: string;
  /** Seconds from one slot of the schedule to the next; null where there is none. */
  readonly intervalSeconds: number | null;
}

/** What the store knows now. Nothing is asked of a CRM. */
export async function gauges(facts: MetricFacts): Promise<readonly Family[]> {
  const { store, now } = facts;
  const runs = (await store.runs.last(200)).filter((run) => run.state !== 'active');
  const [last] = runs;
  const report = reportOf(runs.find((run) => run.kind === 'run' && run.report !== null));
  const success = runs.find(
    (run) => run.state === 'done' && (run.kind === 'run' || run.kind === 'apply') && run.report !== null,
  );
  const figures = await store.figures();
  const health = await store.facts.health();
  const [plan] = await store.plans.last(1);
  const trouble = await troubleNow({ store, clock: { now } });
  const skew = report?.gates.find((gate) => gate.id === 'G13')?.value ?? null;
  const usage = Object.entries(report?.apiCalls ?? {}) as [string, ApiUsage][];
  return [
    one('kenko_build_info', 'Which program this is.', 1, { version: facts.version, node: process.versions.node }),
    one('kenko_schedule_interval_seconds', 'From one slot of the schedule to the next.', facts.intervalSeconds),
    one(
      'kenko_run_last_success_timestamp_seconds',
      'When the last run that went through was over.',
      secondsOf(success?.endedAt),
      { job },
    ),
    one(
      'kenko_run_last_end_timestamp_seconds',
      'When the last run was over, however it ended.',
      secondsOf(last?.endedAt),
      { job },
    ),
    one('kenko_run_last_exit_code', 'Exit code of the last run.', last?.exitCode ?? null, { job }),
    one(
      'kenko_run_duration_seconds',
      'How long the last nightly run took.',
      report === null ? null : (report.durationMs['total'] ?? 0) / 1_000,
      { job },
    ),
    one('kenko_clock_skew_seconds', 'Our clock against the one of the CRM, at the last run.', skew),
    many(
      'kenko_source_last_record_timestamp_seconds',
      'The newest record of a source.',
      health,
      ({ source, newestAt }) => [{ source }, secondsOf(newestAt)],
    ),
    many('kenko_source_rows', 'Rows of a source that are remembered.', health, ({ source, rows }) => [
      { source },
      rows,
    ]),
    many(
      'kenko_source_fresh',
      '1 where a source kept its promise at the last run.',
      report?.sources ?? [],
      ({ name, fresh }) => [{ source: name }, fresh ? 1 : 0],
    ),
    many('kenko_effects_pending', 'Effects that wait for something.', figures.pending, ({ state, count }) => [
      { state },
      count,
    ]),
    one(
      'kenko_effects_unknown_oldest_age_seconds',
      'Age of the oldest write that may or may not have arrived; 0 for none.',
      figures.oldestUnclearAt === null
        ? 0
        : Math.max(0, (Date.parse(now()) - Date.parse(figures.oldestUnclearAt)) / 1_000),
    ),
    one(
      'kenko_dead_letters',
      'Effects that a CRM refused, with nothing newer sent to the same place.',
      figures.rejected,
    ),
    one('kenko_plan_held', '1 while a plan waits for a person.', plan?.state === 'held' ? 1 : 0),
    one(
      'kenko_plan_changed_ratio',
      'Share of the scored accounts that changed band at the last run.',
      report === null ? null : report.bandChanges / Math.max(1, report.accounts.scored),
    ),
    many(
      'kenko_api_quota_used_ratio',
      'Share of the day’s calls that everybody had used after the last run.',
      usage,
      ([crm, { quotaUsed }]) => [{ crm }, quotaUsed],
    ),
    many('kenko_trouble', 'What operators are told of.', trouble, ({ kind, count }) => [{ kind }, count]),
    one('kenko_db_size_bytes', 'The state file.', figures.bytes),
    one('kenko_db_wal_bytes', 'Its write-ahead log.', figures.walBytes),
    one('kenko_disk_free_ratio', 'Free share of the disk with the state file.', figures.diskFreeShare),
  ];
}

function reportOf(run: RunRow | undefined): RunReport | null {
  return run?.report === null || run?.report === undefined ? null : (JSON.parse(run.report) as RunReport);
}
function secondsOf(instant: string | null | undefined): number | null {
  return instant === null || instant === undefined ? null : Date.parse(instant) / 1_000;
}
/** A gauge without a value is left out: absent is not zero. */
function one(name: string, help: string, value: number | null, labels: Labels = {}): Family {
  return { name, type: 'gauge', help, samples: value === null ? [] : [{ labels, value }] };
}
/** Rows with the same labels are added up. */
function many<Row>(
  name: string,
  help: string,
  rows: readonly Row[],
  sample: (row: Row) => readonly [Labels, number | null],
): Family {
  const sums = new Map<string, { readonly labels: Labels; value: number }>();
  for (const row of rows) {
    const [labels, value] = sample(row);
    if (value === null) continue;
    const key = JSON.stringify(labels);
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + value });
  }
  return { name, type: 'gauge', help, samples: [...sums.values()] };
}

/** The text format, version 0.0.4. Families without samples keep their help, so that a dashboard finds them. */
export function metricsText(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
        '',
      ].join('\n'),
    )
    .join('');
}
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
