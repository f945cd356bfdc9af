// A customer of the shipped home, lived through day by day with the memory carried along. The score is given by hand, so that
// a test says only what it is about; everything else is what config/*.yaml says, or the lines a test changes in it.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Loaded, loadDecisions } from '../../src/config/load.ts';
import { connectionSchemas } from '../../src/crm/kinds.ts';
import { addDays } from '../../src/domain/calendar.ts';
import type { Decisions, Example } from '../../src/domain/decisions.ts';
import { exampleFacts } from '../../src/domain/example.ts';
import type { Fields, Outcome } from '../../src/domain/nouns.ts';
import { decideOutcome, type OutcomeInput, type PastOfAccount, prepare } from '../../src/domain/outcome.ts';
import { settingsSchemas } from '../../src/sources/kinds.ts';

const root = join(import.meta.dirname, '../..');

/** File → texts to replace, each with what stands in its place. */
export type Edits = Readonly<Record<string, readonly (readonly [from: string | RegExp, to: string])[]>>;

/** Loads the shipped home with some lines changed; the copy is gone afterwards. */
export async function shipped(edits: Edits = {}, model = '.'): Promise<Loaded> {
  const home = await mkdtemp(join(tmpdir(), 'kenko-shipped-'));
  try {
    for (const name of ['config', 'mappings']) await cp(join(root, model, name), join(home, name), { recursive: true });
    for (const [name, changes] of Object.entries(edits)) {
      let text = await readFile(join(home, name), 'utf8').catch(() => '');
      for (const [from, to] of changes) {
        if (from !== '' && text.search(from instanceof RegExp ? from : escaped(from)) < 0)
          throw new Error(`${name} has no ${String(from)}`);
        text = from === '' ? `${text}\n${to}` : text.replace(from, () => to);
      }
      await writeFile(join(home, name), text);
    }
    const kinds = { sources: settingsSchemas, crms: connectionSchemas };
    return await loadDecisions({ home, env: {}, kinds, allowMissingSecrets: true });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
/** The decisions of a home that is right. */
export function decisionsOf(loaded: Loaded): Decisions {
  if (loaded.ok) return loaded.decisions;
  throw new Error(loaded.problems.map((problem) => `${problem.where} ${problem.what}`).join('\n'));
}

/** Lets a test say the score: one metric of one model, an attribute of the contract. */
export const scoreByHand: Edits = {
  'config/examples.yaml': [[/[\s\S]*/, 'examples: []\n']],
  'config/sources.yaml': [['      products: text\n', '      products: text\n      given_score: number\n']],
  'config/metrics.yaml': [
    [
      '',
      `
  score_by_hand:
    label: Score
    why: A test says it.
    unit: score
    measure: {kind: attribute, field: given_score}
    normalise: {kind: linear, zero: 0, full: 100}
    missing: no_score
`,
    ],
  ],
  'config/scorecard.yaml': [
    [
      /models:[\s\S]*# Colours\./,
      `models:
  - id: adoption
    weights:
      usage: {score_by_hand: 100}
# Colours.`,
    ],
  ],
};
/** Edits of several sources, one after the other. */
export function both(...all: readonly Edits[]): Edits {
  const joined: Record<string, (readonly [string | RegExp, string])[]> = {};
  for (const edits of all)
    for (const [file, changes] of Object.entries(edits)) joined[file] = [...(joined[file] ?? []), ...changes];
  return joined;
}

export interface Day {
  readonly score?: number | null;
  readonly attributes?: Fields;
  readonly metrics?: Example['given']['metrics'];
  readonly isFirstRun?: boolean;
  readonly closedByPerson?: NonNullable<OutcomeInput['closedByPerson']>;
}

/** A customer who lives day after day; touch model high unless a day says otherwise (`ltv`). */
export class ShippedLife {
  readonly #prepared: ReturnType<typeof prepare>;
  readonly #common: Day;
  #past: PastOfAccount | null = null;
  #asOf: string;

  constructor(decisions: Decisions, common: Day = {}, firstDay = '2026-03-02') {
    this.#prepared = prepare(decisions);
    this.#common = common;
    this.#asOf = firstDay;
  }

  get asOf(): string {
    return this.#asOf;
  }

  live(day: Day = {}): Outcome {
    const score = day.score === undefined ? (this.#common.score ?? 55) : day.score;
    const { account, metrics } = exampleFacts(
      {
        name: 'Acme',
        place: '',
        asOf: this.#asOf,
        given: {
          attributes: {
            name: 'Acme',
            status: 'active',
            owner: 'u1',
            started_on: '2024-01-10',
            renewal_on: '2027-01-10',
            seats: 100,
            ...this.#common.attributes,
            ...day.attributes,
            given_score: score,
          },
          metrics: { ltv: 12_000_000, goal_attainment: 60, ...this.#common.metrics, ...day.metrics },
          before: null,
        },
        expect: {},
      },
      this.#prepared,
    );
    const outcome = decideOutcome({
      account,
      metrics,
      before: this.#past,
      asOf: this.#asOf,
      isFirstRun: day.isFirstRun ?? false,
      prepared: this.#prepared,
      ...(day.closedByPerson === undefined ? {} : { closedByPerson: day.closedByPerson }),
    });
    this.#past = { memory: outcome.memory, last: null, days7: null, days30: null, metrics: {} };
    this.#asOf = addDays(this.#asOf, 1);
    return outcome;
  }

  /** Days on which nothing is asked. */
  skip(days: number): this {
    this.#asOf = addDays(this.#asOf, days);
    return this;
  }
}

/** Names of the plays that have a task today. */
export function tasksOf(outcome: Outcome): readonly string[] {
  return outcome.actions.map(({ play }) => play);
}
/** `play:outcome` of one play. */
export function verdictOf(outcome: Outcome, play: string): string {
  return outcome.plays.find((one) => one.play === play)?.outcome ?? 'off';
}
