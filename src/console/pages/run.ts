// One run: the report that was stored with it, on a page. Query → view; the report is its own JSON twin.

import { html } from 'hono/html';
import type { RunReport } from '../../pipeline/report.ts';
import type { RunRow, Store } from '../../state/store.ts';
import type { Page } from '../layout.ts';

export interface RunPage {
  readonly run: Omit<RunRow, 'report'>;
  /** Null while it goes on, and after its report was forgotten. */
  readonly report: RunReport | null;
}

export async function runQuery(store: Store, id: string): Promise<RunPage | null> {
  const found = await store.runs.get(id);
  if (found === null) return null;
  const { report, ...run } = found;
  return { run, report: report === null ? null : (JSON.parse(report) as RunReport) };
}

export function runView({ run, report }: RunPage): Page {
  return html`
    <p>${run.kind} as of ${run.asOf}: <strong class="${run.state === 'done' ? 'green' : run.state === 'failed' ? 'red' : 'yellow'}">${run.state}</strong>${run.exitCode === null ? '' : html`, exit ${run.exitCode}`}. Began ${run.startedAt.slice(0, 19)}${run.endedAt === null ? html`, is in ${run.stage}` : html`, ended ${run.endedAt.slice(0, 19)}`}.</p>
    ${report === null ? html`<p class="dim">There is no report of it.</p>` : reportView(report)}`;
}

function reportView(report: RunReport): Page {
  const { accounts, effects } = report;
  return html`
    ${report.problems.map((problem) => html`<p class="${problem.severity === 'error' ? 'red' : 'yellow'}">${problem.code} ${problem.where}: ${problem.what}. ${problem.why} <span class="dim">${problem.fix}</span></p>`)}
    <p>${accounts.seen} accounts seen, ${accounts.scored} scored, ${accounts.unknown} unknown; ${report.bandChanges} show another band than before.
    ${report.plan === null ? 'No plan was made.' : html`<a href="/plan/${report.plan.id}">Plan ${report.plan.id}</a>: ${effects.applied} applied, ${effects.rejected} rejected, ${effects.skipped} skipped, ${effects.unknown} unknown, ${effects.waiting} waiting; ${effects.conflicts} values left to people.`}</p>
    <h2>Gates</h2>
    <table>
      <tr><th>gate</th><th></th><th>says</th></tr>
      ${report.gates.map((gate) => html`<tr><td>${gate.id}</td><td class="${gate.stopped ? 'red' : gate.held ? 'yellow' : 'green'}">${gate.stopped ? 'stop' : gate.held ? 'hold' : 'pass'}</td><td>${gate.says}</td></tr>`)}
    </table>
    <h2>Sources</h2>
    <table>
      <tr><th>source</th><th class="number">rows</th><th class="number">refused</th><th>newest</th><th></th></tr>
      ${report.sources.map((source) => html`<tr><td>${source.name}</td><td class="number">${source.rows}</td><td class="number">${source.rejectedRows}</td><td>${source.newestAt?.slice(0, 10) ?? '–'}</td><td class="yellow">${source.fresh ? '' : 'not fresh'}</td></tr>`)}
    </table>
    <h2>API calls</h2>
    <table>
      <tr><th>CRM</th><th class="number">sign-in</th><th class="number">read</th><th class="number">write</th><th class="number">of the day used</th></tr>
      ${Object.entries(report.apiCalls).map(([crm, usage]) => html`<tr><td>${crm}</td><td class="number">${usage.auth}</td><td class="number">${usage.read}</td><td class="number">${usage.write}</td><td class="number">${usage.quotaUsed === null ? '–' : `${(usage.quotaUsed * 100).toFixed(2)} %`}</td></tr>`)}
    </table>`;
}
