// A plan for people: what would change, record by record and field by field, old → new; tasks opened and closed; what was
// left alone and why; what it costs. Prints a page of it; --out has it whole.

import type { Effect, Remark } from '../domain/nouns.ts';
import type { Hall } from '../pipeline/hall.ts';
import type { CommandContext } from './command.ts';
import { paint, shown } from './output.ts';

/** Records printed before "… and n more". */
const shownRecords = 6;
const shownRemarks = 10;

/** The first records of a plan, with every field, then the tasks, then the remarks. */
export async function planText(context: CommandContext, store: Hall['store'], plan: number): Promise<string> {
  const { output } = context;
  const lines: string[] = [];
  const names = new Map<string, string>();
  const nameOf = async (key: string) => {
    if (!names.has(key)) names.set(key, (await store.accounts.get(key))?.name ?? key);
    return names.get(key) ?? key;
  };
  const header = await store.plans.get(plan);
  const total = Object.values(header?.tally.effects ?? {}).reduce((sum, count) => sum + count, 0);
  const page = await store.plans.effects(plan, 0, 5_000);
  const fields = page.filter((effect) => effect.op === 'set' || effect.op === 'clear');
  const tasks = page.filter((effect) => effect.op === 'ensure_task' || effect.op === 'close_task');
  for (const effect of fields.slice(0, shownRecords)) {
    lines.push(
      `${paint(output, 'yellow', effect.op === 'clear' ? '-' : '~')} ${paint(output, 'bold', await nameOf(effect.account))}  ${paint(output, 'dim', `${effect.crm} ${effect.object} ${effect.target}`)}`,
    );
    lines.push(...fieldLines(context, effect));
  }
  const fieldEffects = (header?.tally.effects.set ?? 0) + (header?.tally.effects.clear ?? 0);
  if (fieldEffects > shownRecords)
    lines.push(paint(output, 'dim', `  … and ${fieldEffects - Math.min(shownRecords, fields.length)} more records`));
  for (const effect of tasks.slice(0, shownRecords)) {
    const open = effect.op === 'ensure_task';
    lines.push(
      `${paint(output, open ? 'green' : 'cyan', open ? '+ task' : '✓ task')} ${paint(output, 'bold', await nameOf(effect.account))}  ${paint(output, 'dim', `${effect.crm} ${effect.play} ${effect.episode}`)}`,
    );
    if (open)
      lines.push(
        `    ${shown(effect.payload['subject'])}  ${paint(output, 'dim', `due ${shown(effect.payload['due_on'])}, owner ${shown(effect.payload['owner'])}`)}`,
      );
    for (const reason of effect.because.slice(0, 2)) lines.push(paint(output, 'dim', `    because ${reason}`));
  }
  const taskEffects = (header?.tally.effects.ensure_task ?? 0) + (header?.tally.effects.close_task ?? 0);
  if (taskEffects > shownRecords)
    lines.push(paint(output, 'dim', `  … and ${taskEffects - Math.min(shownRecords, tasks.length)} more tasks`));
  const remarks = await store.plans.remarks(plan, shownRemarks + 1);
  for (const remark of remarks.slice(0, shownRemarks)) lines.push(await remarkLine(context, remark, nameOf));
  if (remarks.length > shownRemarks) lines.push(paint(output, 'dim', '  … and more remarks'));
  if (total === 0 && lines.length === 0) return 'Nothing to change: every CRM shows what it should.';
  return lines.join('\n');
}

function fieldLines(context: CommandContext, effect: Effect): string[] {
  const width = Math.max(...Object.keys(effect.payload).map((word) => word.length));
  return Object.entries(effect.payload).map(
    ([word, value]) =>
      `    ${word.padEnd(width)}  ${paint(context.output, 'dim', shown(effect.expect?.[word]))} → ${shown(value)}`,
  );
}

async function remarkLine(
  context: CommandContext,
  remark: Remark,
  nameOf: (key: string) => Promise<string>,
): Promise<string> {
  return `${paint(context.output, 'dim', '·')} ${await nameOf(remark.account)}  ${paint(context.output, 'dim', `${remark.crm} ${remark.word}`.trim())}  ${remark.says}`;
}

/** A plan as lines of JSON, one effect a line, for --out. */
export async function* planLines(store: Hall['store'], plan: number): AsyncGenerator<string> {
  let after = 0;
  for (;;) {
    const page = await store.plans.effects(plan, after, 1_000);
    if (page.length === 0) return;
    for (const effect of page) yield `${JSON.stringify(effect)}\n`;
    after = page.at(-1)?.id ?? after;
  }
}
