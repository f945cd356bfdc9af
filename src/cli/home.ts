// Opens the home of a command and closes it again, with progress on a terminal.

import { userInfo } from 'node:os';
import { type App, type AppNeeds, type AppOptions, machine, openApp } from '../app.ts';
import type { PipelineEvent } from '../pipeline/events.ts';
import type { CommandContext } from './command.ts';
import { paint, problemText } from './output.ts';
import { createProgress } from './progress.ts';

/** Opens the app for a command, runs `work` and closes everything, whatever happens. */
export async function withApp<T>(context: CommandContext, needs: AppNeeds, work: (app: App) => Promise<T>): Promise<T> {
  const progress = createProgress(context);
  const app = await openApp(openOptions(context, needs, (event) => progress.show(event)));
  try {
    for (const warning of app.warnings)
      if (context.logLevel === 'debug') context.output.err(`${problemText(context.output, warning)}\n`);
    return await work(app);
  } finally {
    progress.end();
    await app.close();
  }
}

/** The same for a command that may begin or end a trouble: whoever is to be told of it is told before the home is closed. */
export async function withTellingApp<T>(
  context: CommandContext,
  needs: AppNeeds,
  work: (app: App) => Promise<T>,
): Promise<T> {
  return await withApp(context, needs, async (app) => {
    try {
      return await work(app);
    } finally {
      // Who interrupts does not want to wait for an address; the next command tells.
      if (!context.signal.aborted) await app.notify();
    }
  });
}

/** How a command opens a home. */
export function openOptions(
  context: CommandContext,
  needs: AppNeeds,
  emit: (event: PipelineEvent) => void = () => undefined,
): AppOptions {
  return {
    home: context.home,
    needs,
    logLevel: context.logLevel,
    stderr: context.stderr,
    actor: `cli:${personHere()}`,
    machine: machine(),
    emit,
  };
}

/** Who typed the command, as the machine knows them: for the audit. A container may know nobody by name. */
function personHere(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

/** One dimmed line for hints below a result. */
export function hint(context: CommandContext, text: string): string {
  return paint(context.output, 'dim', text);
}
