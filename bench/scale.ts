// npm run bench:scale: the size of a real company. Every figure is a ratio inside one run, and everything that is measured
// is checked first: a fast wrong answer is no answer.

import { machine } from './machine.ts';
import { benchFiles } from './scale-files.ts';

console.log(`${machine}\n`);

const files = await benchFiles();
const [kenko, engine, loop] = [files.kenko.ms, files.engine.ms, files.loop.ms];
const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
const checks: readonly (readonly [what: string, figure: string, wanted: string, reached: boolean])[] = [
  [
    `${files.rows} rows (${files.fileMb} MB) come to the independent count`,
    files.right ? 'yes' : 'no',
    'yes',
    files.right,
  ],
  ['time against the engine alone', `${(kenko / engine).toFixed(2)} ×`, '1.20 ×', kenko / engine <= 1.2],
  ['speed against a streaming csv-parse loop', `${(loop / kenko).toFixed(1)} ×`, '5.0 ×', loop / kenko >= 5],
];
const told = (who: string, took: { readonly ms: number; readonly cpuMs: number; readonly peakMb: number }) =>
  `${who} ${seconds(took.ms)} (cpu ${seconds(took.cpuMs)}, ${took.peakMb} MB)`;
console.log(
  `one row per account: ${told('kenko', files.kenko)} · ${told('the engine alone', files.engine)} · ${told('csv-parse loop', files.loop)}\n`,
);
for (const [what, figure, wanted, reached] of checks)
  console.log(`${reached ? 'reached' : 'MISSED '}  ${what.padEnd(64)} ${figure.padStart(8)}  (${wanted})`);
if (checks.some(([, , , reached]) => !reached)) process.exitCode = 1;
