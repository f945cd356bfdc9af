// A run report for people: what was read, what came out, what was written, what waits, and what to do next.

import type { RunReport } from '../pipeline/report.ts';
import type { CommandContext } from './command.ts';
import { paint, problemText, table } from './output.ts';

const bandStyles = { green: 'green', yellow: 'yellow', red: 'red' } as const;

export function reportText(context: CommandContext, report: RunReport): string {
  const { output } = context;
  const parts: string[] = [];
  const stateStyle = report.state === 'done' ? 'green' : report.state === 'failed' ? 'red' : 'yellow';
  parts.push(
    `${paint(output, 'bold', `Run ${report.runId}`)}  as of ${report.asOf}  ${paint(output, stateStyle, report.state)}`,
  );
  if (report.sources.length > 0) {
    parts.push(
      table(
        ['source', 'rows', 'refused', 'newest', ''],
        report.sources.map((source) => [
          source.name,
          source.rows,
          source.rejectedRows,
          source.newestAt?.slice(0, 10) ?? '–',
          source.fresh ? '' : paint(output, 'yellow', 'not fresh'),
        ]),
        ['left', 'right', 'right', 'left', 'left'],
      ),
    );
  }
  const { accounts } = report;
  const bands = Object.entries(report.bands).map(([band, count]) => {
    const style = band in bandStyles ? bandStyles[band as keyof typeof bandStyles] : 'dim';
    return `${paint(output, style, band)} ${count}`;
  });
  // An undo looks at no account.
  if (accounts.seen > 0)
    parts.push(
      `Accounts: ${accounts.seen} seen, ${accounts.scored} scored, ${accounts.unknown} unknown, ${accounts.unmatched} in no CRM; ${accounts.unmatchedReferences} references in the data belong to nobody\nBands: ${bands.join(' · ')}${report.bandChanges > 0 ? `; ${report.bandChanges} show another than before` : ''}`,
    );
  if (report.plan !== null) {
    const { effects } = report;
    parts.push(
      `Plan ${report.plan.id}: ${effectsText(report.plan.effects)}${costText(report)}\nEffects: ${effects.applied} applied, ${effects.rejected} rejected, ${effects.skipped} skipped, ${effects.unknown} unknown, ${effects.superseded} superseded, ${effects.waiting} waiting; ${effects.conflicts} values left to people`,
    );
  }
  const asking = report.gates.filter((gate) => gate.held || gate.stopped);
  if (asking.length > 0)
    parts.push(
      asking
        .map(
          (gate) =>
            `${paint(output, gate.stopped ? 'red' : 'yellow', gate.stopped ? 'stop' : 'hold')} ${gate.id}  ${gate.says}`,
        )
        .join('\n'),
    );
  const calls = Object.entries(report.apiCalls).map(
    ([crm, usage]) =>
      `${crm} ${usage.total} (${usage.auth > 0 ? `${usage.auth} sign-in, ` : ''}${usage.read} read, ${usage.write} write${usage.quotaUsed === null ? '' : `, ${(usage.quotaUsed * 100).toFixed(2)} % of the day used`})`,
  );
  if (calls.length > 0) parts.push(`API calls: ${calls.join(' · ')}`);
  if (report.problems.length > 0) parts.push(report.problems.map((problem) => problemText(output, problem)).join('\n'));
  if (report.state === 'held' && report.plan !== null && asking.every((gate) => !gate.stopped)) {
    parts.push(
      `Nothing was written. Look at the plan, then say yes or no:\n  kenko apply ${report.plan.id}\n  kenko cancel ${report.plan.id}`,
    );
  }
  return parts.join('\n\n');
}

export function effectsText(effects: Readonly<Record<string, number>>): string {
  const names: readonly (readonly [string, string])[] = [
    ['set', 'records to set'],
    ['clear', 'records to clear'],
    ['ensure_task', 'tasks to open'],
    ['close_task', 'tasks to close'],
  ];
  const told = names.filter(([op]) => (effects[op] ?? 0) > 0).map(([op, name]) => `${effects[op]} ${name}`);
  return told.length === 0 ? 'nothing to do' : told.join(', ');
}

/** What the plan costs: write calls by CRM, and their share of the day where the vendor says how many a day has. */
function costText(report: RunReport): string {
  const costs = Object.entries(report.plan?.calls ?? {}).filter(([, calls]) => calls > 0);
  if (costs.length === 0) return '';
  const told = costs.map(([crm, calls]) => {
    const limit = report.apiCalls[crm]?.quotaLimit ?? null;
    return `${crm} ${calls}${limit === null ? '' : ` (${((calls / limit) * 100).toFixed(3)} % of a day)`}`;
  });
  return `\nWrite calls it costs: ${told.join(' · ')}`;
}
