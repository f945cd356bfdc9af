// The peak memory of this process itself. What getrusage calls maxRSS counts the process that started this one as well, as it
// was when it did.

import { readFileSync } from 'node:fs';

/** Megabytes. */
export function peakMb(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Math.round(Number(kilobytes) / 1_024);
  } catch {
    // Only Linux tells it so.
  }
  return Math.round(process.resourceUsage().maxRSS / 1_024);
}
