// npm run trust: the proof by faults, as a table. Every violation is printed with the command that shows it again.
//
//   npm run trust                        what CI asks
//   npm run trust -- --random 1000000    a long run of random plans; --seconds ends it early
//   npm run trust -- --only random --seed 4711

import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { machine } from '../../bench/machine.ts';
import { allowedMoves } from '../../src/domain/effect.ts';
import { type Amounts, emptyShare, type Level, levels, liveShare, replay, type Share } from './share.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    random: { type: 'string', default: '20000' },
    pairs: { type: 'string', default: '500' },
    two: { type: 'string', default: '300' },
    model: { type: 'string', default: '300' },
    kills: { type: 'string', default: '10' },
    days: { type: 'string', default: '365' },
    runs: { type: 'string', default: '100' },
    seconds: { type: 'string' },
    workers: { type: 'string', default: String(Math.max(1, cpus().length)) },
    worker: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** A share as it travels between processes. */
interface Wire extends Omit<Share, 'moves' | 'rows'> {
  readonly moves: readonly string[];
  readonly rows: readonly (readonly [string, boolean])[];
}
const toWire = (share: Share): Wire => ({ ...share, moves: [...share.moves], rows: [...share.rows] });

function amounts(): Amounts {
  const all: Amounts = {
    singles: 1,
    pairs: Number(values.pairs),
    random: Number(values.random),
    two: Number(values.two),
    kills: Number(values.kills),
    year: Number(values.days),
    model: Number(values.model),
    classifier: 1,
  };
  if (values.only === undefined) return all;
  return Object.fromEntries(
    levels.map((level) => [level, level === values.only ? all[level] : 0]),
  ) as unknown as Amounts;
}

if (values.worker !== undefined) {
  const tell = (share: Share) => process.send?.(toWire(share));
  const share = await liveShare({
    amounts: amounts(),
    from: Number(values.from),
    worker: Number(values.worker),
    workers: Number(values.workers),
    seconds: values.seconds === undefined ? null : Number(values.seconds),
    onProgress: tell,
  });
  tell(share);
  process.disconnect?.();
} else if (values.seed !== undefined) {
  const violations = await replay((values.only ?? 'random') as Level, values.seed, Number(values.runs));
  for (const { id, what } of violations) console.log(`${id}  ${what}`);
  console.log(violations.length === 0 ? 'Nothing is broken.' : `${violations.length} broken.`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const started = performance.now();
  const shares = await Promise.all(Array.from({ length: Number(values.workers) }, (_, worker) => shareOf(worker)));
  const whole = shares.reduce(joined, emptyShare());
  const seconds = (performance.now() - started) / 1_000;
  if (values.json) console.log(JSON.stringify({ ...toWire(whole), seconds, machine }, null, 2));
  else print(whole, seconds);
  process.exitCode = whole.violations.length === 0 ? 0 : 1;
}

/** Starts a process for one share, and waits for what it found. A process that dies has broken something. */
function shareOf(worker: number): Promise<Share> {
  return new Promise((resolve) => {
    const child = fork(import.meta.filename, [...process.argv.slice(2), '--worker', String(worker)]);
    let last = emptyShare();
    child.on('message', (wire: Wire) => {
      last = { ...wire, moves: new Set(wire.moves), rows: new Map(wire.rows) };
    });
    child.on('exit', (code, signal) => {
      const what = `the process of share ${worker} ended with ${code ?? signal}`;
      if (code !== 0)
        last.violations.push({ level: 'random', id: 'bug', what, replay: `npm run trust -- --worker ${worker}` });
      resolve(last);
    });
  });
}
function joined(a: Share, b: Share): Share {
  const sum = (of: (share: Share) => Record<Level, number>) =>
    Object.fromEntries(levels.map((level) => [level, of(a)[level] + of(b)[level]])) as Record<Level, number>;
  return {
    trials: sum(({ trials }) => trials),
    ms: sum(({ ms }) => ms),
    violations: [...a.violations, ...b.violations],
    moves: new Set([...a.moves, ...b.moves]),
    rows: new Map([...a.rows, ...b.rows]),
  };
}

function print({ trials, ms, violations, moves, rows }: Share, seconds: number): void {
  const names: Readonly<Record<Level, string>> = {
    singles: 'L1  every crash point × every fault on every call, 5 stories',
    pairs: 'L2  two crashes and a fault, by chance',
    random: 'L3  random plans: crashes, faults, people, clocks, sources',
    two: 'L4  two or three processes on one home',
    kills: 'L5  SIGKILL of the real program',
    year: 'L7  days of virtual time, both clock changes',
    model: 'MB  model-based command sequences',
    classifier: 'CL  rows of both error classifiers',
  };
  console.log(`${machine}\n`);
  console.log(['level'.padEnd(64), 'trials'.padStart(9), 'per s'.padStart(8), 'violations'.padStart(11)].join(''));
  for (const level of levels) {
    if (trials[level] === 0) continue;
    const rate = ms[level] === 0 ? 0 : trials[level] / (ms[level] / 1_000);
    const broken = violations.filter((one) => one.level === level).length;
    console.log(
      [
        names[level].padEnd(64),
        String(trials[level]).padStart(9),
        rate.toFixed(1).padStart(8),
        String(broken).padStart(11),
      ].join(''),
    );
  }
  const possible = Object.entries(allowedMoves).flatMap(([from, tos]) => tos.map((to) => `${from} → ${to}`));
  const missing = possible.filter((move) => !moves.has(move));
  const strange = [...moves].filter((move) => !possible.includes(move));
  console.log(
    `\nmoves of effects seen: ${possible.length - missing.length} of ${possible.length}${missing.length > 0 ? `; not seen: ${missing.join(', ')}` : ''}`,
  );
  if (strange.length > 0) console.log(`moves that the table forbids: ${strange.join(', ')}`);
  const seen = [...rows.values()].filter(Boolean).length;
  if (rows.size > 0) console.log(`classifier rows that decide: ${seen} of ${rows.size}`);
  console.log(`${Math.round(seconds)} s in ${values.workers} processes`);
  const alike = Map.groupBy(
    violations,
    ({ level, id, what }) => `${level} ${id} ${what.replace(/\d+/g, '#').slice(0, 80)}`,
  );
  // What reads alike at its beginning may have several causes, so each of them can be seen again.
  for (const [first, ...others] of alike.values()) {
    if (first === undefined) continue;
    const replays = new Set([first, ...others].map((one) => one.replay));
    console.log(`\n${first.id} × ${1 + others.length}: ${first.what.slice(0, 2_000)}\n  ${[...replays].join('\n  ')}`);
  }
}
