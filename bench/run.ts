// npm run bench: the figures that the README stands for, in one run. Each part checks first that its work was done right.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { machine } from './machine.ts';

interface Case {
  readonly crm: string;
  readonly what: string;
  readonly accounts: number;
  readonly changed: number;
  readonly calls: number;
  readonly writeCalls: number;
  readonly wallMs: number;
  readonly peakMb: number;
}
interface Demo {
  readonly runs: readonly {
    readonly exitCode: number;
    readonly effects: Readonly<Record<string, number>>;
    readonly plan: { readonly effects: Readonly<Record<string, number>> };
  }[];
}

console.log(`${machine}\n`);

const started = performance.now();
const demo = JSON.parse(node('../src/kenko.js', 'demo', '--json')) as Demo;
const seconds = (performance.now() - started) / 1_000;
const [first, second] = demo.runs;
if (first === undefined || second === undefined) throw new Error('the demo tells of two runs');
const left =
  Object.values(second.effects).reduce((sum, count) => sum + count, 0) +
  Object.values(second.plan.effects).reduce((sum, count) => sum + count, 0);

const { cases } = JSON.parse(node('crm.ts', 'both', '--json')) as { cases: readonly Case[] };
const of = (crm: string, changed: boolean) => cases.find((one) => one.crm === crm && one.changed > 0 === changed);
const rows = [
  ['demo, from nothing to the empty second plan', `${seconds.toFixed(1)} s`, '20 s', seconds < 20],
  ['demo, effects written by the first run', String(first.effects['applied']), 'all', first.exitCode === 0],
  ['demo, planned or written by the second run', String(left), '0', left === 0 && second.exitCode === 0],
  ...(['salesforce', 'hubspot'] as const).flatMap((crm) => {
    const [some, none] = [of(crm, true), of(crm, false)];
    const most = crm === 'salesforce' ? 3 : 5;
    return [
      [
        `${crm}, write calls for ${some?.changed} of ${some?.accounts} accounts`,
        String(some?.writeCalls),
        String(most),
        (some?.writeCalls ?? 99) <= most,
      ],
      [`${crm}, write calls when nothing changed`, String(none?.writeCalls), '0', none?.writeCalls === 0],
      [`${crm}, calls in all, changed / unchanged`, `${some?.calls} / ${none?.calls}`, '', true],
      [
        `${crm}, peak memory`,
        `${Math.max(some?.peakMb ?? 0, none?.peakMb ?? 0)} MB`,
        '200 MB',
        Math.max(some?.peakMb ?? 999, none?.peakMb ?? 999) < 200,
      ],
      [
        `${crm}, wall time, changed / unchanged`,
        `${((some?.wallMs ?? 0) / 1_000).toFixed(1)} / ${((none?.wallMs ?? 0) / 1_000).toFixed(1)} s`,
        '',
        true,
      ],
    ] as const;
  }),
] as readonly (readonly [string, string, string, boolean])[];
for (const [what, seen, limit, good] of rows)
  console.log(`${good ? ' ' : '!'} ${what.padEnd(58)} ${seen.padStart(14)}   ${limit}`);
process.exitCode = rows.every(([, , , good]) => good) ? 0 : 1;

function node(file: string, ...args: readonly string[]): string {
  return execFileSync(
    process.execPath,
    ['--max-semi-space-size=4', '--heap-growing-percent=20', join(import.meta.dirname, file), ...args],
    { encoding: 'utf8', maxBuffer: 256 * 2 ** 20, stdio: ['ignore', 'pipe', 'inherit'] },
  );
}
