// Progress on a terminal for anything that takes longer than a second; silence everywhere else.

import type { PipelineEvent } from '../pipeline/events.ts';
import type { CommandContext } from './command.ts';
import { paint } from './output.ts';

export interface Progress {
  show(event: PipelineEvent): void;
  end(): void;
}

/** Lines come at most ten times a second, and the first only after a second. */
export function createProgress(context: CommandContext): Progress {
  const { output } = context;
  if (!output.interactive) return { show: () => undefined, end: () => undefined };
  const started = performance.now();
  let last = 0;
  let present = '';
  let since = started;
  let drawn = false;
  const draw = (text: string) => {
    const now = performance.now();
    if (now - started < 1_000 || now - last < 100) return;
    last = now;
    drawn = true;
    output.err(`\r\u001b[2K${paint(output, 'dim', text)}`);
  };
  const clear = () => {
    if (drawn) output.err('\r\u001b[2K');
    drawn = false;
  };
  return {
    show: (event) => {
      if (event.kind === 'progress') {
        const what = `${event.stage} ${event.what}`;
        if (what !== present) {
          present = what;
          since = performance.now();
        }
        const seconds = (performance.now() - since) / 1_000;
        const rate = seconds > 1 ? `, ${Math.round(event.done / seconds)}/s` : '';
        draw(`${event.stage}: ${event.what} ${event.done}${event.of === null ? '' : ` of ${event.of}`}${rate}`);
      } else if (event.kind === 'batch') draw(`apply: ${event.crm} ${event.op} ${event.applied} of ${event.sent}`);
      else if (event.kind === 'lease') {
        clear();
        output.err(`${event.says}\n`);
      }
    },
    end: clear,
  };
}
