// kenko audit: who did what, when and why. verify walks the chain of hashes; export hands rows on, as CSV that no spreadsheet
// runs or as JSON lines.

import { csvLine } from '../lib/csv-text.ts';
import { StoreError } from '../lib/errors.ts';
import { writeWhole } from '../lib/safe-file.ts';
import type { Hall } from '../pipeline/hall.ts';
import { type CommandContext, dayOption, oneOf, textOption } from './command.ts';
import { withApp } from './home.ts';
import { paint, say, sayJson } from './output.ts';

const columns = ['id', 'at', 'actor', 'action', 'run', 'effect', 'account', 'why', 'before', 'after', 'hash'] as const;
const pageSize = 1_000;
type Audit = Hall['store']['audit'];
type AuditFilter = Parameters<Audit['find']>[0];
type FoundAuditRow = Awaited<ReturnType<Audit['find']>>[number];

export async function audit(context: CommandContext): Promise<number> {
  const what = oneOf('what', context.args['what'] ?? '', ['verify', 'export']);
  return what === 'verify' ? await verify(context) : await exportRows(context);
}

async function verify(context: CommandContext): Promise<number> {
  return await withApp(context, 'state', async ({ hall }) => {
    const { rows, brokenAt } = await hall.store.audit.verify();
    const { path } = await hall.store.about();
    if (brokenAt !== null) {
      throw new StoreError(`the audit does not hold from row ${brokenAt} on`, {
        where: path,
        why: `${rows} rows before it are as they were written. Row ${brokenAt} was changed, taken out or put in from outside.`,
        fix: 'Keep this file as evidence and compare it with the newest backup:\n  kenko audit export',
      });
    }
    say(context.output, paint(context.output, 'green', `The audit holds: ${rows} rows, each as it was written.`));
    sayJson(context.output, { rows, brokenAt });
    return 0;
  });
}

async function exportRows(context: CommandContext): Promise<number> {
  const format = oneOf('format', textOption(context, 'format') ?? 'csv', ['csv', 'jsonl']);
  const filter: AuditFilter = {
    account: textOption(context, 'account'),
    run: textOption(context, 'run'),
    since: dayOption(context, 'since', '--since'),
  };
  const out = textOption(context, 'out');
  return await withApp(context, 'state', async ({ hall }) => {
    const rows = found(hall.store.audit, filter);
    if (out === null && context.output.json) {
      const all: FoundAuditRow[] = [];
      for await (const row of rows) all.push(row);
      sayJson(context.output, { rows: all });
      return 0;
    }
    const lines: string[] = [];
    const take = (line: string) => (out === null ? context.output.out(line) : void lines.push(line));
    let count = 0;
    if (format === 'csv') take(csvLine(columns));
    for await (const row of rows) {
      count += 1;
      take(format === 'csv' ? csvLine(columns.map((column) => cellOf(row, column))) : `${JSON.stringify(row)}\n`);
    }
    if (out !== null) {
      await writeWhole(out, lines.join(''), { replace: false });
      say(context.output, `${count} rows → ${out}`);
      sayJson(context.output, { rows: count, file: out });
    }
    return 0;
  });
}

async function* found(rows: Audit, filter: AuditFilter): AsyncIterable<FoundAuditRow> {
  for (let after = 0; ; ) {
    const page = await rows.find(filter, after, pageSize);
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.id ?? after;
  }
}
function cellOf(row: FoundAuditRow, column: (typeof columns)[number]): string | number | null {
  if (column === 'run') return row.runId;
  if (column === 'effect') return row.effectId;
  if (column === 'before' || column === 'after') return row[column] === null ? null : JSON.stringify(row[column]);
  return row[column];
}
