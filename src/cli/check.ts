// kenko check: all problems at once, what each metric really counts, the examples, and with --online what every source and CRM
// says. It speaks the language of the home.

import { resolve } from 'node:path';
import { checkFiles, kindSchemas, machine } from '../app.ts';
import { type ExampleResult, runExamples } from '../config/examples.ts';
import { excerpts } from '../config/excerpt.ts';
import { loadDecisions } from '../config/load.ts';
import type { WeightRow } from '../config/weights.ts';
import type { Problem } from '../domain/nouns.ts';
import { exampleOutcome } from '../domain/outcome.ts';
import { checkOnline } from '../pipeline/online.ts';
import { type CommandContext, given } from './command.ts';
import { withApp } from './home.ts';
import { paint, problemText, say, sayJson, table } from './output.ts';

export async function check(context: CommandContext): Promise<number> {
  const online = given(context, 'online');
  const loaded = await loadDecisions({
    home: resolve(context.home),
    env: machine().env,
    kinds: await kindSchemas(),
    allowMissingSecrets: !online,
  });
  const { speaker } = loaded;
  const problems: Problem[] = [...loaded.warnings, ...(loaded.ok ? [] : loaded.problems)];
  const also = (found: readonly Problem[]) => problems.push(...found.map((problem) => speaker.problem(problem)));
  let examples: readonly ExampleResult[] = [];
  const weights = loaded.ok ? loaded.weights : [];
  if (loaded.ok) {
    examples = runExamples(loaded.decisions, exampleOutcome);
    also(examples.filter((example) => !example.ok).map(exampleProblem));
    if (!online) also(await checkFiles(context.home, loaded.decisions, context.signal));
    if (online) also(await withApp(context, 'crms', async ({ hall }) => await checkOnline(hall, context.signal)));
  }
  const errors = problems.filter((problem) => problem.severity === 'error');
  const excerptOf = excerpts(resolve(context.home));
  for (const alike of together(problems)) {
    const [first, ...others] = alike as [Problem, ...Problem[]];
    const [head = '', ...text] = problemText(context.output, first).split('\n');
    const heads = others.map((problem) => problemText(context.output, problem).split('\n', 1)[0] as string);
    const lines = alike.length === 1 ? await excerptOf(first) : [];
    say(context.output, head, ...heads, ...lines.map((line) => paint(context.output, 'dim', line)), ...text, '');
  }
  const says = (english: string) => speaker.sentence(english);
  if (loaded.ok) {
    const { decisions } = loaded;
    const passed = examples.filter((example) => example.ok).length;
    say(
      context.output,
      paint(context.output, 'bold', says('Weights: what each metric counts, in percent of the score')),
      weightTable(weights),
      '',
      says(
        `${many(decisions.sources.length, 'source')}, ${many(decisions.metrics.length, 'metric')}, ${many(decisions.scorecard.models.length, 'model')}, ${many(decisions.plays.plays.filter((play) => play.on).length, 'play')} on, ${many(decisions.crms.length, 'CRM')} mapped`,
      ),
      says(`examples: ${passed} of ${examples.length} give what they say`),
    );
  }
  const warnings = problems.length - errors.length;
  say(
    context.output,
    errors.length === 0
      ? paint(context.output, 'green', says(`no errors${warnings > 0 ? `, ${many(warnings, 'warning')}` : ''}`))
      : paint(context.output, 'red', says(`${many(errors.length, 'error')}, ${many(warnings, 'warning')}`)),
  );
  const exitCode = errors.length === 0 ? 0 : onlineExit(errors);
  sayJson(context.output, {
    ok: errors.length === 0,
    exitCode,
    problems,
    examples: examples.map(({ name, ok, place, differences }) => ({ name, ok, place, differences })),
    weights,
  });
  return exitCode;
}

/** Neighbours that say the same of several places: their text is told once, below all the places. */
function together(problems: readonly Problem[]): Problem[][] {
  const groups: Problem[][] = [];
  for (const problem of problems) {
    const before = groups.at(-1)?.[0];
    const isAlike =
      before !== undefined &&
      (['code', 'severity', 'what', 'why', 'fix'] as const).every((key) => before[key] === problem[key]);
    if (isAlike) groups.at(-1)?.push(problem);
    else groups.push([problem]);
  }
  return groups;
}
/** One line per metric, one column per model; metrics stand below their dimension and their groups. */
function weightTable(rows: readonly WeightRow[]): string {
  const models = Object.keys(rows[0]?.percent ?? {});
  const shown = (percent: number | null | undefined) =>
    percent === null || percent === undefined ? '–' : percent.toFixed(1);
  return table(
    ['', '', ...models],
    rows.map(({ metric, groups, dimension, label, percent }) => [
      `${'  '.repeat(groups.length + (metric === null ? 0 : 1))}${metric ?? groups.at(-1) ?? dimension}`,
      label,
      ...models.map((model) => shown(percent[model])),
    ]),
    ['left', 'left', ...models.map(() => 'right' as const)],
  );
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Config problems are 2; what only the outside can say keeps its own code. */
function onlineExit(errors: readonly Problem[]): number {
  const codes: Readonly<Record<string, number>> = { E_AUTH: 6, E_DRIFT: 5, E_SOURCE: 8, E_LIMIT: 7, E_UNAVAILABLE: 4 };
  const found = errors.map((problem) => codes[problem.code] ?? 2);
  return [2, 6, 5, 8, 7, 4].find((code) => found.includes(code)) ?? 2;
}

function exampleProblem(example: ExampleResult): Problem {
  return {
    code: 'E_EXAMPLE',
    severity: 'error',
    where: example.place,
    what: `example "${example.name}": ${example.differences.join('; ')}`,
    why: 'The rules no longer give what this example says they should.',
    fix: 'If the rules are right, correct the example; if the example is right, correct the rules.',
  };
}
