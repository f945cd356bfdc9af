// Gathers what the gates ask about and asks them. The answers are domain's; this file only knows where the numbers lie.

import type { ApiUsage } from '../crm/crm.ts';
import { isFresh } from '../domain/gates/freshness.ts';
import { evaluateGates, extractGates, planGates } from '../domain/gates/gates.ts';
import type { ShapeFacts } from '../domain/gates/shape.ts';
import type { Tally, Verdict } from '../domain/nouns.ts';
import type { Facts, Lease } from '../state/store.ts';
import { type Extracted, hasFailed } from './extract.ts';
import type { Hall } from './hall.ts';
import type { MadePlan } from './plan.ts';
import type { RunReport } from './report.ts';

/**
 * Freshness and volume of every source, read now or earlier, and which of them may be believed today. `about`: only these are
 * asked about, because nothing is made of the others; null: all.
 */
export async function extractVerdicts(
  hall: Hall,
  extracted: readonly Extracted[],
  asOf: string,
  about: readonly string[] | null,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly sources: RunReport['sources'] }> {
  const sourcesAsked = hall.decisions.sources.filter(({ name }) => about === null || about.includes(name));
  const decisions = { ...hall.decisions, sources: sourcesAsked };
  const health = new Map((await hall.store.facts.health()).map((one) => [one.source, one]));
  const { zone } = decisions.home;
  const promised = decisions.sources.map((settings) => ({
    source: settings.name,
    newestAt: health.get(settings.name)?.newestAt ?? null,
    freshWithinDays: settings.freshWithinDays,
  }));
  const volumes = extracted
    .filter((one) => !hasFailed(one))
    .map((one) => {
      // A source that gives only what is new is judged by all that is there, not by today's few rows.
      if (!one.complete)
        return {
          source: one.source,
          rows: health.get(one.source)?.rows ?? 0,
          earlierRows: one.before === null ? [] : [one.before.rows],
        };
      return {
        source: one.source,
        rows: one.rows,
        earlierRows:
          one.expected?.rows ??
          (one.before === null || one.before.readAt === null
            ? []
            : [one.before.lastRows, ...one.before.earlierRows].slice(0, 7)),
      };
    });
  const verdicts = [
    ...extractGates(
      {
        asOf,
        zone,
        sources: promised.map((one) => ({
          ...one,
          ...volumes.find((volume) => volume.source === one.source),
          rows: volumes.find((volume) => volume.source === one.source)?.rows ?? 0,
          earlierRows: volumes.find((volume) => volume.source === one.source)?.earlierRows ?? [],
        })),
      },
      decisions.gates,
    ),
  ];
  // Also what an earlier run left half read and this one did not read again.
  const readNow = new Set(extracted.map(({ source }) => source));
  const half = decisions.sources.map(({ name }) => name).filter((name) => health.get(name)?.whole === false);
  const failed = [
    ...extracted.filter(hasFailed).map(({ source }) => source),
    ...half.filter((name) => !readNow.has(name)),
  ];
  if (failed.length > 0) {
    verdicts.push({
      gate: 'G2',
      answer: 'stop',
      value: failed.length,
      limit: 0,
      says: `${failed.map((name) => `${name} could not be read whole`).join('; ')}. Nothing is written from half an answer; mend the source and run again.`,
    });
  }
  const byName = new Map(extracted.map((one) => [one.source, one]));
  const sources = decisions.sources.map((settings) => {
    const now = health.get(settings.name);
    const read = byName.get(settings.name);
    const fresh = isFresh(
      { source: settings.name, newestAt: now?.newestAt ?? null, freshWithinDays: settings.freshWithinDays },
      asOf,
      zone,
    );
    return {
      name: settings.name,
      rows: read?.rows ?? now?.rows ?? 0,
      rejectedRows: now?.rejectedRows ?? 0,
      newestAt: now?.newestAt ?? null,
      fresh: fresh && !failed.includes(settings.name) && now !== undefined,
    };
  });
  return { verdicts, sources };
}

/** With fewer new rows than this, the share of empty cells says nothing. */
const fewestOfPart = 100;

/** Coverage, shape and matching, once the accounts are scored. */
export async function evaluateVerdicts(
  hall: Hall,
  extracted: readonly Extracted[],
  tally: Tally,
  orphans: Awaited<ReturnType<Facts['orphans']>>,
): Promise<readonly Verdict[]> {
  const columns: ShapeFacts['columns'][number][] = [];
  for (const one of extracted) {
    if (hasFailed(one) || one.before === null || (!one.complete && one.rows < fewestOfPart)) continue;
    const now = await hall.store.facts.shape(one.source);
    const believed = one.expected?.shapes ?? [one.shapeBefore];
    for (const [column, shape] of Object.entries(now))
      columns.push({
        source: one.source,
        column,
        earlier: believed.flatMap((shapes) => shapes[column] ?? []),
        now: shape,
        isPart: !one.complete,
      });
  }
  return evaluateGates(
    { tally, columns, orphanRecords: orphans.records, allRecords: orphans.allRecords },
    hall.decisions.gates,
  );
}

/**
 * What passed is the measure of the next read. What a gate holds is not, or the next run, after a crash as much as after a
 * day, would compare the odd read with itself and pass it without anybody's yes.
 */
export async function believeReads(
  hall: Hall,
  lease: Lease,
  extracted: readonly Extracted[],
  verdicts: readonly Verdict[],
): Promise<void> {
  if (!areReadsUsual(verdicts)) return;
  const read = extracted.filter((one) => !hasFailed(one)).map(({ source }) => source);
  if (read.length > 0) await hall.store.facts.believe(lease, read, 'gates');
}
/** Whether the gates found what the sources gave to be as it usually is. */
export function areReadsUsual(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ gate, answer }) => answer === 'pass' || (gate !== 'G2' && gate !== 'G4'));
}

/** Outcome, tasks, destruction, budget and novelty, before the plan is sealed. */
export async function planVerdicts(
  hall: Hall,
  tally: Tally,
  made: MadePlan,
  asOf: string,
  usageBefore: ReadonlyMap<string, ApiUsage>,
): Promise<readonly Verdict[]> {
  const openedToday: Record<string, number> = {};
  let standing = 0;
  const crms = [];
  for (const { crm, mapping } of hall.crms) {
    for (const [owner, count] of Object.entries(await hall.store.tasks.openedOn(crm.name, asOf)))
      openedToday[owner] = (openedToday[owner] ?? 0) + count;
    const open = Object.values(await hall.store.tasks.openByOwner(crm.name)).reduce((sum, count) => sum + count, 0);
    standing +=
      tally.accounts.matched *
        (mapping.objects.account?.fields.filter((field) => field.write !== 'never').length ?? 0) +
      open;
    const usage = crm.usage();
    const calls = made.calls[crm.name] ?? 0;
    const limits = hall.decisions.home.budgets[crm.name];
    crms.push({
      crm: crm.name,
      usedOfDay:
        usage.quotaUsed === null ? null : usage.quotaUsed + (usage.quotaLimit === null ? 0 : calls / usage.quotaLimit),
      ofRun:
        usage.quotaLimit === null
          ? null
          : (usage.total - (usageBefore.get(crm.name)?.total ?? 0) + calls) / usage.quotaLimit,
      ...(limits === undefined ? {} : { limits }),
    });
  }
  return planGates(
    {
      tally,
      standing,
      openedToday,
      crms,
      configHash: hall.decisions.hash,
      appliedConfig: await hall.store.plans.appliedConfig(),
      restoredAt: (await hall.store.about()).restoredAt,
    },
    hall.decisions.gates,
  );
}
