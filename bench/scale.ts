// npm run bench:scale: the size of a real company. A file of five million rows against two other tools, as ratios in one run;
// then whole nights of companies of several sizes. Everything that is measured is checked first: a fast wrong answer is no
// answer.
//
// node bench/scale.ts [files] [nights] [--accounts N]… [--million] [--json]      without a word: both parts

import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { benchFiles, type FilesBench } from './scale-files.ts';
import { benchNights, type NightCost } from './scale-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    accounts: { type: 'string', multiple: true, default: ['10000', '100000'] },
    million: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wants = (part: string) => positionals.length === 0 || positionals.includes(part);
const sizes = [...values.accounts.map(Number), ...(values.million ? [1_000_000] : [])];

type Check = readonly [what: string, figure: string, wanted: string, reached: boolean];
const say = (text: string) => void (values.json || console.log(text));
say(`${machine}\n`);

const files = wants('files') ? await benchFiles() : null;
const nights: NightCost[] = [];
if (wants('nights')) for (const accounts of sizes) nights.push(...(await benchNights(accounts)));

const checks = [...(files === null ? [] : checksOf(files)), ...nightChecks(nights)];
if (values.json) {
  const ratios =
    files === null ? {} : { duckdb: files.kenko.ms / files.engine.ms, 'csv-parse': files.loop.ms / files.kenko.ms };
  console.log(JSON.stringify({ machine, cases: nights, ratios }, null, 2));
} else {
  if (files !== null) {
    const told = (who: string, took: FilesBench['kenko']) =>
      `${who} ${seconds(took.ms)} (cpu ${seconds(took.cpuMs)}, ${took.peakMb} MB)`;
    say(
      `one row per account: ${told('kenko', files.kenko)} · ${told('the engine alone', files.engine)} · ${told('csv-parse loop', files.loop)}\n`,
    );
  }
  if (nights.length > 0) {
    console.table(
      nights.map(({ stagesMs, wallMs, cpuMs, ...rest }) => ({
        ...rest,
        'wall s': Math.round(wallMs / 100) / 10,
        'cpu s': Math.round(cpuMs / 100) / 10,
        'cpu ms/account': Math.round((1_000 * cpuMs) / rest.accounts) / 1_000,
        ...Object.fromEntries(
          ['extract', 'evaluate', 'plan', 'apply', 'reconcile'].map((stage) => [
            `${stage} s`,
            Math.round((stagesMs[stage] ?? 0) / 100) / 10,
          ]),
        ),
      })),
    );
  }
  for (const [what, figure, wanted, reached] of checks)
    say(`${reached ? 'reached' : 'MISSED '}  ${what.padEnd(66)} ${figure.padStart(9)}  (${wanted})`);
}
if (checks.some(([, , , reached]) => !reached)) process.exitCode = 1;

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
function checksOf({ rows, fileMb, right, kenko, engine, loop }: FilesBench): readonly Check[] {
  const [slower, faster] = [kenko.ms / engine.ms, loop.ms / kenko.ms];
  return [
    [`${rows} rows (${fileMb} MB) come to the independent count`, right ? 'yes' : 'no', 'yes', right],
    ['time against the engine alone', `${slower.toFixed(2)} ×`, '1.20 ×', slower <= 1.2],
    ['speed against a streaming csv-parse loop', `${faster.toFixed(1)} ×`, '5.0 ×', faster >= 5],
  ];
}

/** Processor time is what these nights cost on a machine that others use as well; wall time is told beside it. */
function nightChecks(cases: readonly NightCost[]): readonly Check[] {
  const of = (accounts: number, stage: NightCost['stage']) =>
    cases.find((one) => one.accounts === accounts && one.stage === stage);
  const checks: Check[] = [];
  const most = (what: string, figure: number, limit: number, unit: string) =>
    checks.push([what, `${Math.round(figure * 100) / 100} ${unit}`, `${limit} ${unit}`, figure <= limit]);
  for (const { accounts, events, stage, wallMs, cpuMs, peakMb } of cases) {
    const who = `${accounts} accounts, ${events} events, ${stage}`;
    if (accounts === 100_000 && stage === 'first load') {
      most(`${who}: wall time`, wallMs / 1_000, 60, 's');
      most(`${who}: processor time`, cpuMs / 1_000, 60, 's');
      most(`${who}: peak memory`, peakMb, 512, 'MB');
    }
    if (accounts === 1_000_000 && stage === '1 % changed') {
      most(`${who}: wall time`, wallMs / 1_000, 300, 's');
      most(`${who}: peak memory`, peakMb, 768, 'MB');
    }
  }
  for (const accounts of new Set(cases.map((one) => one.accounts))) {
    const [first, later] = [of(accounts, 'first load'), of(accounts, '1 % changed')];
    if (first !== undefined && later !== undefined)
      most(`${accounts} accounts: 1 % changed costs, of a first load`, later.cpuMs / first.cpuMs, 0.1, '×');
  }
  for (const stage of ['first load', '1 % changed'] as const) {
    const per = cases.filter((one) => one.stage === stage).map((one) => one.cpuMs / one.accounts);
    if (per.length > 1)
      most(`cost per account, the size that costs most, ${stage}`, Math.max(...per) / (per[0] ?? 1), 1.3, '×');
  }
  return checks;
}
