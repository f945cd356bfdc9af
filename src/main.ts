// argv → command → exit code. The only place that ends the process.

import { runCommandLine } from './cli/commands.ts';
import { InterruptedError } from './lib/errors.ts';

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
// A reader that closes early (`kenko plan | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
});
process.exit(exitCode);
