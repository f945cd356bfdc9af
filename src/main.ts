// argv → command → exit code. The only place that ends the process, and the last resort for an error that nobody caught.

import { bugOf, runCommandLine } from './cli/commands.ts';
import { errorText } from './cli/output.ts';
import { type BugError, InterruptedError } from './lib/errors.ts';

const interrupt = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    signals += 1;
    // The first asks politely: the batch in flight is finished and written down. The second does not wait.
    if (signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
    interrupt.abort(new InterruptedError(signal));
  });
}
/** How long a run may take to finish the batch in flight and write down that it failed. */
const lastWordsMs = 10_000;
let bug: BugError | null = null;
// What nobody caught may have left anything half done: nothing new is begun, the run is closed as failed, and the process
// ends with 70. Node's own way would print the error as it is, with whatever secret stands in it.
const lastResort = (thrown: unknown): void => {
  if (bug !== null) return;
  bug = bugOf(thrown, process.argv[2] ?? '');
  process.stderr.write(`${errorText({ color: false }, bug)}\n`);
  interrupt.abort(bug);
  setTimeout(() => process.exit(70), lastWordsMs);
};
process.on('uncaughtException', lastResort);
process.on('unhandledRejection', lastResort);
// A reader that closes early (`kenko plan | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  lastResort(error);
});

const exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
});
process.exit(bug === null ? exitCode : 70);
