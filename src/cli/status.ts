// kenko status: what happened last, what waits, what is wrong, what comes next.

import { addDays, dayOf } from '../domain/calendar.ts';
import { beganSays } from '../domain/notice.ts';
import { writeWhole } from '../lib/safe-file.ts';
import type { Hall } from '../pipeline/hall.ts';
import { insightDocument } from '../pipeline/insight.ts';
import { keepMonth, kpiDocument, monthsAsCsv } from '../pipeline/kpi.ts';
import { gauges, metricsText } from '../pipeline/metrics.ts';
import { troubleNow } from '../pipeline/notify.ts';
import type { RunReport } from '../pipeline/report.ts';
import { type Unmatched, unmatchedAsCsv, unmatchedReport } from '../pipeline/unmatched.ts';
import { verifyEverything } from '../pipeline/verify.ts';
import { intervalSeconds, nextSlot } from '../scheduler/slots.ts';
import { version } from './about.ts';
import { type CommandContext, given, localTime, textOption } from './command.ts';
import { withApp } from './home.ts';
import { paint, problemText, say, sayJson, table } from './output.ts';

export async function status(context: CommandContext): Promise<number> {
  const verify = given(context, 'verify');
  return await withApp(context, verify ? 'crms' : 'state', async ({ hall }) => {
    const { decisions } = hall;
    const facts = await collect(hall);
    const next =
      decisions.home.schedule === null
        ? null
        : nextSlot({ cron: decisions.home.schedule, zone: decisions.home.zone }, hall.clock.now());
    const broken = verify ? await verifyEverything(hall, context.signal) : [];
    const today = dayOf(hall.clock.now(), decisions.home.zone);
    if (given(context, 'restate')) await keepMonth(hall, today, true);
    const kpi = given(context, 'kpi') ? await kpiDocument(hall, today) : null;
    const insight = given(context, 'reasons') ? await insightDocument(hall) : null;
    const out = textOption(context, 'out');
    if (out !== null && kpi !== null) await writeWhole(out, monthsAsCsv(kpi.months), { replace: false });
    const unmatchedFile = textOption(context, 'unmatched');
    if (unmatchedFile !== null)
      await writeWhole(unmatchedFile, unmatchedAsCsv(await unmatchedReport(hall, mostUnmatched)), { replace: false });
    if (given(context, 'metrics')) {
      const interval =
        decisions.home.schedule === null
          ? null
          : intervalSeconds({ cron: decisions.home.schedule, zone: decisions.home.zone }, hall.clock.now());
      const text = metricsText(
        await gauges({ store: hall.store, now: hall.clock.now, version, intervalSeconds: interval }),
      );
      if (context.output.json) sayJson(context.output, { metrics: text });
      else context.output.out(text);
      return 0;
    }
    say(context.output, ...lines(context, facts, next, decisions.home.zone));
    if (verify)
      say(
        context.output,
        '',
        broken.length === 0
          ? paint(context.output, 'green', 'All invariants hold.')
          : broken.map((problem) => problemText(context.output, problem)).join('\n'),
      );
    if (kpi !== null)
      say(
        context.output,
        '',
        table(
          [`kpi ${kpi.months.at(-1)?.month ?? 'today'}`, 'actual', 'target', 'by', ''],
          kpi.rows.map((row) => [row.name, row.actual ?? '–', row.target ?? '–', row.deadline ?? '–', row.says]),
        ),
      );
    if (insight !== null) say(context.output, '', ...insight.reasons.map(({ says }) => says), insight.leadTime.says);
    sayJson(context.output, {
      ...facts,
      nextRun: next,
      ...(verify ? { broken } : {}),
      ...(kpi === null ? {} : { kpi: kpi.rows, kpiMonths: kpi.months }),
      ...(insight === null ? {} : { insight }),
    });
    return broken.some((problem) => problem.severity === 'error') ? 74 : 0;
  });
}

/** More lines than this nobody fills in by hand. */
const mostUnmatched = 10_000;

/** A hint for a person; nothing is matched by it. */
function likelyText({ likely }: Unmatched): string {
  return likely === null
    ? ''
    : `  perhaps ${likely.account} ${likely.name} (${Math.round(likely.likeness * 100)} % alike)`;
}

async function collect({ store, decisions, clock }: Hall) {
  const runs = (await store.runs.last(10)).map(({ report, ...run }) => ({
    ...run,
    report: report === null ? null : (JSON.parse(report) as RunReport),
  }));
  const plans = await store.plans.last(5);
  const rejected = (await store.outbox.rejected(50)).map((effect) => ({
    id: effect.id,
    at: effect.at,
    crm: effect.crm,
    account: effect.account,
    op: effect.op,
    problem: effect.problem,
  }));
  const unmatched = await unmatchedReport({ store }, 50);
  const rejectedRows = await store.facts.rejected(null, 50);
  const refused = await store.accounts.refused(50);
  const sources = await store.facts.health();
  const about = await store.about();
  const known = new Map((await store.notices.all()).map((notice) => [notice.key, notice]));
  const trouble = (await troubleNow({ store, clock })).map((one) => ({
    kind: one.kind,
    about: one.about,
    count: one.count,
    since: known.get(one.key)?.since ?? null,
    toldAt: known.get(one.key)?.toldAt ?? null,
    says: beganSays(one, decisions.home.locale),
  }));
  const backlog = [];
  const tooOld = addDays(dayOf(clock.now(), decisions.home.zone), -decisions.plays.caps.backlogDays);
  for (const { crm } of decisions.crms)
    for (const { account, play, subject, priority, since } of await store.tasks.backlog(crm, 500))
      if (since >= tooOld) backlog.push({ crm, account, play, subject, priority, since });
  return {
    runs,
    plans,
    rejected,
    unmatched,
    rejectedRows,
    refusedAccounts: refused,
    sources,
    backlog,
    trouble,
    state: about,
  };
}

function lines(
  context: CommandContext,
  facts: Awaited<ReturnType<typeof collect>>,
  next: string | null,
  zone: string,
): string[] {
  const { output } = context;
  const out: string[] = [];
  for (const one of facts.trouble)
    out.push(
      `${paint(output, 'red', 'trouble')}  ${one.says}${one.since === null ? '' : paint(output, 'dim', `  since ${localTime(one.since, zone)}`)}`,
    );
  if (facts.trouble.length > 0) out.push('');
  out.push(paint(output, 'bold', 'Last runs'));
  out.push(
    facts.runs.length === 0
      ? '  none yet: kenko plan'
      : table(
          ['run', 'kind', 'as of', 'state', 'exit', 'started', 'applied', 'rejected'],
          facts.runs.map((run) => [
            run.id,
            run.kind,
            run.asOf,
            run.state,
            run.exitCode ?? '–',
            run.startedAt.slice(0, 19),
            run.report?.effects.applied ?? '–',
            run.report?.effects.rejected ?? '–',
          ]),
        ),
  );
  const held = facts.plans.filter((plan) => plan.state === 'held');
  for (const plan of facts.plans.slice(0, 1).filter((one) => one.expired))
    out.push(
      '',
      `${paint(output, 'yellow', 'expired')}  nobody answered plan ${plan.id} of ${plan.asOf} within 24 hours; nothing was written. See anew what waits:\n  kenko plan`,
    );
  for (const plan of held)
    out.push(
      '',
      `${paint(output, 'yellow', 'held')}  plan ${plan.id} of ${plan.asOf}: ${plan.verdicts
        .filter((verdict) => verdict.answer === 'hold')
        .map((verdict) => verdict.says)
        .join(' ')}\n  kenko apply ${plan.id}   or   kenko cancel ${plan.id}`,
    );
  out.push(
    '',
    paint(output, 'bold', 'Sources'),
    table(
      ['source', 'rows', 'refused', 'newest', 'read'],
      facts.sources.map((source) => [
        source.source,
        source.rows,
        source.rejectedRows,
        source.newestAt?.slice(0, 10) ?? '–',
        source.readAt?.slice(0, 19) ?? '–',
      ]),
    ),
  );
  const refusedInAll = facts.sources.reduce((sum, source) => sum + source.rejectedRows, 0);
  for (const row of facts.rejectedRows.slice(0, 10))
    out.push(`  ${paint(output, 'yellow', 'refused row')}  ${row.place}  ${row.why}  ${paint(output, 'dim', row.fix)}`);
  if (refusedInAll > 10)
    out.push(
      paint(
        output,
        'dim',
        `  … and ${refusedInAll - Math.min(10, facts.rejectedRows.length)} more refused rows: kenko status --json`,
      ),
    );
  for (const source of facts.sources)
    for (const value of source.unmapped.slice(0, 5))
      out.push(`  ${paint(output, 'yellow', 'not mapped')}  ${source.source}: ${value}`);
  if (facts.unmatched.total > 0) {
    out.push(
      '',
      `${paint(output, 'bold', 'Unmatched')}: ${facts.unmatched.total} references in ${facts.unmatched.records} records belong to no account`,
    );
    for (const orphan of facts.unmatched.rows.slice(0, 10))
      out.push(
        `  ${orphan.source}  ${orphan.kind} ${orphan.value}  ${orphan.records} records  ${paint(output, 'dim', orphan.why)}${likelyText(orphan)}`,
      );
    out.push(
      paint(output, 'dim', '  Fill in who they are, and save it as mappings/identity.csv:'),
      '  kenko status --unmatched unmatched.csv',
    );
  }
  for (const refused of facts.refusedAccounts.slice(0, 10))
    out.push(
      `  ${paint(output, 'yellow', 'refused account')}  ${refused.source} ${refused.kind} ${refused.value}  ${refused.why}`,
    );
  if (facts.backlog.length > 0) {
    out.push(
      '',
      `${paint(output, 'bold', 'Waiting for their turn')}: ${facts.backlog.length} next actions above a cap`,
    );
    for (const one of facts.backlog.slice(0, 10))
      out.push(`  since ${one.since}  ${one.crm} ${one.account}  ${one.subject}`);
  }
  if (facts.rejected.length > 0) {
    out.push('', paint(output, 'bold', 'Rejected by the CRM'));
    for (const effect of facts.rejected.slice(0, 10))
      out.push(
        `  ${effect.crm} ${effect.account} ${effect.op}  ${effect.problem?.code ?? ''}  ${effect.problem?.what ?? ''}  ${paint(output, 'dim', effect.problem?.fix ?? '')}`,
      );
    out.push('  Mend the cause, then: kenko retry --rejected');
  }
  out.push(
    '',
    `Next run: ${localTime(next, zone)}   State: ${facts.state.path} (${(facts.state.bytes / 1_048_576).toFixed(1)} MB)`,
  );
  return out;
}
