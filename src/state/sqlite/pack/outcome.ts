// An outcome as bytes. Names, weights and sources are the same for all accounts of a configuration and stand once in the
// table of shapes; a body holds numbers, and words only where something was decided. It is short enough to stand there as it
// is: deflating it would take four times as long as making it, and half of all the time that a run needs to remember.

import { inflateRawSync } from 'node:zlib';
import { dayNumber } from '../../../domain/calendar.ts';
import type { Memory, Metric, Outcome, Score } from '../../../domain/nouns.ts';
import type { Sqlite } from '../database.ts';
import { fromJson, toJson } from '../rows.ts';
import { decidedFrom, memoryOf, type PackedDecided, packedDecided } from './decided.ts';
import {
  knownFrom,
  metricsFrom,
  type PackedDay,
  type PackedMetrics,
  type PackedParts,
  type PackedScore,
  packedMetrics,
  packedParts,
  packedScore,
  scoreFrom,
} from './measured.ts';
import { type Shape, shapeOf, shapeWith } from './shapes.ts';

/** Parts are 0, and the score is whole, where it is not made of the metrics in the usual way. */
type Packed = readonly [
  format: 3,
  shape: string,
  account: string,
  asOf: string,
  metrics: PackedMetrics,
  parts: PackedParts | 0,
  score: PackedScore | Score,
  decided: PackedDecided,
];
/** As it was written before: deflated, what was decided with all its names. */
type PackedOnce = readonly [
  format: 2,
  shape: string,
  metrics: readonly [PackedMetrics[0], PackedMetrics[1], ages: readonly PackedDay[], details: PackedMetrics[4]],
  parts: PackedParts | 0,
  score: Omit<Score, 'account' | 'asOf' | 'model' | 'dimensions' | 'parts'> | Score,
  rest: Omit<Outcome, 'metrics' | 'score'>,
];

/** No deflated text begins with this byte: it would ask for a kind of block that does not exist. */
const plainMark = 0x07;
const plainMarkText = String.fromCharCode(plainMark);
/** A body of before fits in here at once; zlib's own size takes 268 kB a call. */
const unpackedChunk = 8_192;

/** Packs the outcomes of one transaction: a shape that they share is written with the first of them. */
export class Packer {
  readonly #db: Sqlite;
  readonly #written = new Set<string>();

  constructor(db: Sqlite) {
    this.#db = db;
  }
  pack(outcome: Outcome): Uint8Array {
    const { account, asOf, metrics, score, ...decided } = outcome;
    const { key, text, shape } = shapeOf(metrics, score);
    if (!this.#written.has(key)) {
      this.#db.run('INSERT INTO shapes (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', key, text);
      this.#written.add(key);
    }
    const today = dayNumber(asOf);
    const isOwn = score.account === account && score.asOf === asOf;
    const parts = isOwn ? packedParts(score, metrics, shape) : null;
    const packed: Packed = [
      3,
      key,
      account,
      asOf,
      packedMetrics(metrics, today),
      parts ?? 0,
      parts === null ? score : packedScore(score),
      packedDecided(decided, today),
    ];
    return Buffer.from(plainMarkText + toJson(packed));
  }
}

/** The outcome again, equal to what was packed. */
export function unpack(db: Sqlite, body: Uint8Array): Outcome {
  const packed = read(body);
  if (!isPacked(packed)) return outcomeOfBefore(db, packed);
  const shape = shapeWith(db, packed[1]);
  const today = dayNumber(packed[3]);
  return {
    account: packed[2],
    asOf: packed[3],
    metrics: metricsFrom(packed[4], shape, today),
    score: scoreOf(packed, shape, today),
    ...decidedFrom(packed[7], today),
  };
}

/** What the next day needs of an outcome. Metrics are made when they are asked for: most days nothing is carried forward. */
export interface Remembered {
  readonly asOf: string;
  readonly memory: Memory;
  readonly score: Score;
  /** The metrics that were known, by name. */
  known(): Record<string, Metric>;
}
/** What later days need of it, and nothing else of it is made. */
export function unpackRemembered(db: Sqlite, body: Uint8Array): Remembered {
  const packed = read(body);
  if (!isPacked(packed)) {
    const { asOf, memory, score, metrics } = outcomeOfBefore(db, packed);
    const known = () => Object.fromEntries(metrics.filter(({ state }) => state === 'known').map((m) => [m.name, m]));
    return { asOf, memory, score, known };
  }
  const shape = shapeWith(db, packed[1]);
  const today = dayNumber(packed[3]);
  return {
    asOf: packed[3],
    memory: memoryOf(packed[7], today),
    score: scoreOf(packed, shape, today),
    known: () => knownFrom(packed[4], shape, today),
  };
}
/** The score of an outcome and its day; nothing else of it is made. */
export function unpackScore(db: Sqlite, body: Uint8Array): Score {
  const packed = read(body);
  if (!isPacked(packed)) return outcomeOfBefore(db, packed).score;
  return scoreOf(packed, shapeWith(db, packed[1]), dayNumber(packed[3]));
}

type Read = Packed | PackedOnce | Outcome;
function read(body: Uint8Array): Read {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes[0] === plainMark) return fromJson<Packed>(bytes.toString('utf8', 1));
  return fromJson<Read>(inflateRawSync(bytes, { chunkSize: unpackedChunk }).toString('utf8'));
}
function isPacked(read: Read): read is Packed {
  return Array.isArray(read) && read[0] === 3;
}
function scoreOf([, , account, asOf, metrics, parts, score]: Packed, shape: Shape, today: number): Score {
  return parts === 0
    ? (score as Score)
    : scoreFrom(score as PackedScore, parts, metrics, shape, { account, asOf, today });
}

/** Bodies of earlier versions: a deflated list, and before that a whole outcome. */
function outcomeOfBefore(db: Sqlite, read: PackedOnce | Outcome): Outcome {
  if (!isList(read)) return read;
  const [, id, [values, states, ages, details], parts, score, rest] = read;
  const shape = shapeWith(db, id);
  const metrics: PackedMetrics = [values, states, ' '.repeat(ages.length), Object.fromEntries(ages.entries()), details];
  const today = dayNumber(rest.asOf);
  const whose = { account: rest.account, asOf: rest.asOf, today };
  return {
    ...rest,
    metrics: metricsFrom(metrics, shape, today),
    score: parts === 0 ? (score as Score) : scoreFrom(packedScore(score as Score), parts, metrics, shape, whose),
  };
}
function isList(read: PackedOnce | Outcome): read is PackedOnce {
  return Array.isArray(read);
}
