// kenko check: all problems at once, the examples, and with --online what every source and CRM says.

import { resolve } from 'node:path';
import { checkFiles, kindSchemas, machine } from '../app.ts';
import { type ExampleResult, runExamples } from '../config/examples.ts';
import { loadDecisions } from '../config/load.ts';
import type { Problem } from '../domain/nouns.ts';
import { exampleOutcome } from '../domain/outcome.ts';
import { checkOnline } from '../pipeline/online.ts';
import { type CommandContext, given } from './command.ts';
import { withApp } from './home.ts';
import { paint, problemText, say, sayJson } from './output.ts';

export async function check(context: CommandContext): Promise<number> {
  const online = given(context, 'online');
  const loaded = await loadDecisions({
    home: resolve(context.home),
    env: machine().env,
    kinds: await kindSchemas(),
    allowMissingSecrets: !online,
  });
  const problems: Problem[] = [...loaded.warnings, ...(loaded.ok ? [] : loaded.problems)];
  let examples: readonly ExampleResult[] = [];
  if (loaded.ok) {
    examples = runExamples(loaded.decisions, exampleOutcome);
    for (const example of examples) if (!example.ok) problems.push(exampleProblem(example));
    if (!online) problems.push(...(await checkFiles(context.home, loaded.decisions, context.signal)));
    if (online)
      problems.push(...(await withApp(context, 'crms', async ({ hall }) => await checkOnline(hall, context.signal))));
  }
  const errors = problems.filter((problem) => problem.severity === 'error');
  for (const problem of problems) say(context.output, problemText(context.output, problem), '');
  if (loaded.ok) {
    const { decisions } = loaded;
    const passed = examples.filter((example) => example.ok).length;
    say(
      context.output,
      `${many(decisions.sources.length, 'source')}, ${many(decisions.metrics.length, 'metric')}, ${many(decisions.scorecard.models.length, 'model')}, ${many(decisions.plays.plays.filter((play) => play.on).length, 'play')} on, ${many(decisions.crms.length, 'CRM')} mapped`,
      `examples: ${passed} of ${examples.length} give what they say`,
    );
  }
  const warnings = problems.length - errors.length;
  say(
    context.output,
    errors.length === 0
      ? paint(context.output, 'green', `no errors${warnings > 0 ? `, ${many(warnings, 'warning')}` : ''}`)
      : paint(context.output, 'red', `${many(errors.length, 'error')}, ${many(warnings, 'warning')}`),
  );
  const exitCode = errors.length === 0 ? 0 : onlineExit(errors);
  sayJson(context.output, {
    ok: errors.length === 0,
    exitCode,
    problems,
    examples: examples.map(({ name, ok, place, differences }) => ({ name, ok, place, differences })),
  });
  return exitCode;
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
