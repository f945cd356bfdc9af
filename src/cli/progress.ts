// Progress on a terminal for anything that takes longer than a second; silence everywhere else. Sources are read side by side,
// so each tells its own rows and rate. A terminal without colours gets whole lines, because what is drawn over itself needs
// the same control characters.

import type { PipelineEvent } from '../pipeline/events.ts';
import type { CommandContext } from './command.ts';
import { paint } from './output.ts';

export interface Progress {
  show(event: PipelineEvent): void;
  end(): void;
}
/** What is under way: how far, and since when. */
interface Under {
  done: number;
  of: number | null;
  readonly since: number;
}

const firstAfterMs = 1_000;
/** A drawn line is renewed so often; whole lines come much more rarely. */
const drawEveryMs = 100;
const sayEveryMs = 10_000;

/** Nothing is shown before the first second is over. `now` is milliseconds on any scale. */
export function createProgress(context: CommandContext, now: () => number = () => performance.now()): Progress {
  const { output } = context;
  if (!output.interactive) return { show: () => undefined, end: () => undefined };
  const started = now();
  const everyMs = output.color ? drawEveryMs : sayEveryMs;
  const under = new Map<string, Under>();
  let stage = '';
  let last = started + firstAfterMs - everyMs;
  let drawn = false;

  const clear = () => {
    if (drawn) output.err('\r\u001b[2K');
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    output.err(`${text}\n`);
  };
  const draw = (text: string) => {
    if (now() - started < firstAfterMs || now() - last < everyMs) return;
    last = now();
    if (!output.color) return line(text);
    drawn = true;
    output.err(`\r\u001b[2K${paint(output, 'dim', text)}`);
  };
  const enter = (name: string) => {
    if (name === stage) return;
    stage = name;
    under.clear();
  };
  return {
    show: (event) => {
      if (event.kind === 'progress') {
        enter(event.stage);
        // Only sources run side by side; anywhere else the next thing takes the place of the last.
        if (event.stage !== 'extract' && !under.has(event.what)) under.clear();
        const one: Under = under.get(event.what) ?? { done: 0, of: null, since: now() };
        under.set(event.what, Object.assign(one, { done: event.done, of: event.of }));
        draw(`${event.stage}: ${[...under].map(([what, how]) => told(what, how, now())).join(' · ')}`);
      } else if (event.kind === 'source') {
        enter('extract');
        under.delete(event.source);
        if (now() - started >= firstAfterMs) line(paint(output, 'dim', `extract: ${ended(event)}`));
      } else if (event.kind === 'batch') draw(`apply: ${event.crm} ${event.op} ${event.applied} of ${event.sent}`);
      else if (event.kind === 'lease') line(event.says);
    },
    end: clear,
  };
}

function told(what: string, { done, of, since }: Under, now: number): string {
  const rate = rateOf(done, now - since);
  return `${what} ${counted(done)}${of === null ? '' : ` of ${counted(of)}`}${rate === '' ? '' : ` ${rate}`}`;
}
function ended({ source, rows, rejected, ms, failed }: Extract<PipelineEvent, { kind: 'source' }>): string {
  const parts = [`${source} ${counted(rows)} rows`, `in ${(ms / 1_000).toFixed(1)} s`, rateOf(rows, ms)];
  const refused = rejected === 0 ? [] : [`${counted(rejected)} refused`];
  return [parts.filter((part) => part !== '').join(' '), ...refused, ...(failed ? ['not read whole'] : [])].join(', ');
}
/** `12,000/s`; empty where too little time has passed to say. */
function rateOf(done: number, ms: number): string {
  return ms < firstAfterMs ? '' : `(${counted(Math.round((done * 1_000) / ms))}/s)`;
}
function counted(count: number): string {
  return count.toLocaleString('en-US');
}
