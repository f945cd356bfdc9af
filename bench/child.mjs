// Runs one command line of the built program (npm run build) in this process and prints its peak memory on stderr, for the
// benches: what is shipped is measured, not the stripping of types.

import { runCommandLine } from '../dist/cli/commands.js';
import { peakMb } from './peak.ts';

const never = new AbortController().signal;
const started = performance.now();
const exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: never,
});
const usage = process.resourceUsage();
const cpuMs = Math.round((usage.userCPUTime + usage.systemCPUTime) / 1000);
process.stderr.write(
  `\nBENCH ${JSON.stringify({ exitCode, peakMb: peakMb(), cpuMs, wallMs: Math.round(performance.now() - started) })}\n`,
);
process.exitCode = exitCode;
