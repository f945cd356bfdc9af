// What a person at a terminal sees while sources are read side by side.

import { expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { createProgress } from '../../src/cli/progress.ts';

/** A terminal, and a clock that stands until it is pushed. */
function terminal(given: { readonly color: boolean; readonly interactive: boolean }) {
  const told: string[] = [];
  let at = 0;
  const output = { ...given, json: false, out: () => undefined, err: (text: string) => void told.push(text) };
  const progress = createProgress({ output } as unknown as CommandContext, () => at);
  const push = (ms: number) => {
    at += ms;
  };
  return { told, progress, push };
}
const rows = (what: string, done: number) => ({ kind: 'progress', stage: 'extract', what, done, of: null }) as const;
const end = (source: string, count: number, ms: number, more: { rejected?: number; failed?: boolean } = {}) =>
  ({ kind: 'source', source, rows: count, rejected: 0, ms, failed: false, ...more }) as const;

it('tells rows and rate of every source that is being read, in one line drawn over itself', () => {
  const { told, progress, push } = terminal({ color: true, interactive: true });

  progress.show(rows('usage', 1_000));
  progress.show(rows('tickets', 10));
  push(2_000);
  progress.show(rows('usage', 500_000));

  expect(told).toHaveLength(1);
  expect(told[0]).toContain('\r\u001b[2K');
  expect(told[0]).toContain('extract: usage 500,000 (250,000/s) · tickets 10 (5/s)');
});

it('leaves a line for a source that ended, and goes on with the others', () => {
  const { told, progress, push } = terminal({ color: true, interactive: true });
  progress.show(rows('usage', 1_000));
  progress.show(rows('tickets', 10));
  push(4_000);

  progress.show(end('tickets', 4_000, 4_000, { rejected: 3 }));
  progress.show(rows('usage', 8_000));

  expect(told[0]).toContain('extract: tickets 4,000 rows in 4.0 s (1,000/s), 3 refused');
  expect(told[0]).toMatch(/\n$/);
  expect(told.at(-1)).toContain('usage 8,000 (2,000/s)');
  expect(told.at(-1)).not.toContain('tickets');
});

it('writes whole lines without control characters on a terminal without colours, and seldom', () => {
  const { told, progress, push } = terminal({ color: false, interactive: true });

  for (let second = 0; second < 25; second++) {
    progress.show(rows('usage', second * 100));
    push(1_000);
  }
  progress.show(end('usage', 2_500, 25_000, { failed: true }));

  expect(told).toEqual([
    'extract: usage 100 (100/s)\n',
    'extract: usage 1,100 (100/s)\n',
    'extract: usage 2,100 (100/s)\n',
    'extract: usage 2,500 rows in 25.0 s (100/s), not read whole\n',
  ]);
});

it('says nothing in the first second, and nothing at all where nobody looks', () => {
  const quick = terminal({ color: true, interactive: true });
  const piped = terminal({ color: true, interactive: false });
  piped.push(60_000);

  for (const { progress } of [quick, piped]) {
    progress.show(rows('usage', 1_000));
    progress.show(end('usage', 1_000, 500));
    progress.end();
  }

  expect([...quick.told, ...piped.told]).toEqual([]);
});
