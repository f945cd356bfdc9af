// The overview: last runs, what waits for a person, how the sources are. Query → view; the same query is the JSON twin.

import { html } from 'hono/html';
import { beganSays } from '../../domain/notice.ts';
import type { Locale } from '../../domain/nouns.ts';
import { troubleNow } from '../../pipeline/notify.ts';
import type { RunReport } from '../../pipeline/report.ts';
import type { Store } from '../../state/store.ts';
import type { Page } from '../layout.ts';

export interface Overview {
  /** What operators are told of, in the language of the home. */
  readonly trouble: readonly { readonly kind: string; readonly says: string; readonly since: string | null }[];
  readonly next: string | null;
  readonly runs: readonly {
    readonly id: string;
    readonly kind: string;
    readonly asOf: string;
    readonly state: string;
    readonly exitCode: number | null;
    readonly startedAt: string;
    readonly applied: number | null;
    readonly rejected: number | null;
  }[];
  readonly held: readonly { readonly plan: number; readonly asOf: string; readonly says: readonly string[] }[];
  readonly sources: readonly {
    readonly source: string;
    readonly rows: number;
    readonly rejectedRows: number;
    readonly newestAt: string | null;
  }[];
  readonly bands: Readonly<Record<string, number>>;
}

/** What the overview is made from. */
export interface OverviewFacts {
  readonly store: Store;
  readonly now: () => string;
  readonly locale: Locale;
}

export async function overviewQuery({ store, now, locale }: OverviewFacts, next: string | null): Promise<Overview> {
  const known = new Map((await store.notices.all()).map((notice) => [notice.key, notice.since]));
  const runs = (await store.runs.last(10)).map((run) => {
    const report = run.report === null ? null : (JSON.parse(run.report) as RunReport);
    return {
      id: run.id,
      kind: run.kind,
      asOf: run.asOf,
      state: run.state,
      exitCode: run.exitCode,
      startedAt: run.startedAt,
      applied: report?.effects.applied ?? null,
      rejected: report?.effects.rejected ?? null,
      report,
    };
  });
  const plans = await store.plans.last(5);
  const trouble = await troubleNow({ store, clock: { now } });
  return {
    next,
    trouble: trouble.map((one) => ({
      kind: one.kind,
      says: beganSays(one, locale),
      since: known.get(one.key) ?? null,
    })),
    runs: runs.map(({ report: _report, ...run }) => run),
    held: plans
      .filter((plan) => plan.state === 'held')
      .map((plan) => ({
        plan: plan.id,
        asOf: plan.asOf,
        says: plan.verdicts.filter((verdict) => verdict.answer === 'hold').map((verdict) => verdict.says),
      })),
    sources: (await store.facts.health()).map(({ source, rows, rejectedRows, newestAt }) => ({
      source,
      rows,
      rejectedRows,
      newestAt,
    })),
    bands: runs.find((run) => Object.keys(run.report?.bands ?? {}).length > 0)?.report?.bands ?? {},
  };
}

export function overviewView(overview: Overview): Page {
  return html`
    <p>Next run: ${overview.next ?? 'not scheduled'}. ${Object.entries(overview.bands).map(([band, count]) => html`<span class="${band}">${band} ${count}</span> `)}</p>
    ${overview.trouble.map((one) => html`<p class="red">${one.says}${one.since === null ? '' : html` <span class="dim">since ${one.since.slice(0, 16)}</span>`}</p>`)}
    ${overview.held.map((held) => html`<p class="yellow"><a href="/plan/${held.plan}">Plan ${held.plan}</a> of ${held.asOf} waits for a person: ${held.says.join(' ')} Say yes with <code>kenko apply ${held.plan}</code> or no with <code>kenko cancel ${held.plan}</code>.</p>`)}
    <h2>Runs</h2>
    <table>
      <tr><th>run</th><th>kind</th><th>as of</th><th>state</th><th>started</th><th class="number">applied</th><th class="number">rejected</th></tr>
      ${overview.runs.map((run) => html`<tr><td><a href="/run/${encodeURIComponent(run.id)}">${run.id}</a></td><td>${run.kind}</td><td>${run.asOf}</td><td>${run.state}</td><td>${run.startedAt.slice(0, 19)}</td><td class="number">${run.applied ?? '–'}</td><td class="number">${run.rejected ?? '–'}</td></tr>`)}
    </table>
    <h2>Sources</h2>
    <table>
      <tr><th>source</th><th class="number">rows</th><th class="number">refused</th><th>newest</th></tr>
      ${overview.sources.map((source) => html`<tr><td>${source.source}</td><td class="number">${source.rows}</td><td class="number">${source.rejectedRows}</td><td>${source.newestAt?.slice(0, 10) ?? '–'}</td></tr>`)}
    </table>`;
}
