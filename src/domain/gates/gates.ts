// The gates in one list: which is asked at which stage, what a held or stopped one ends a run with, and which of many
// verdicts counts. A hold waits for a person; a stop cannot be talked round.

import type { GateSettings } from '../decisions.ts';
import type { GateId, Tally, Verdict } from '../nouns.ts';
import { type BudgetFacts, budgetGate } from './budget.ts';
import { coverageGate } from './coverage.ts';
import { destructionGate } from './destruction.ts';
import { type FreshnessFacts, freshnessGate } from './freshness.ts';
import { type MatchingFacts, matchingGate } from './matching.ts';
import { type NoveltyFacts, noveltyGate } from './novelty.ts';
import { outcomeGate } from './outcome.ts';
import { type ShapeFacts, shapeGate } from './shape.ts';
import { tasksGate } from './tasks.ts';
import { type VolumeFacts, volumeGate } from './volume.ts';

export type GateStage = 'start' | 'extract' | 'evaluate' | 'plan' | 'apply';

/** Every gate: its name in gates.yaml and where it is asked first. */
export const gates: readonly { readonly id: GateId; readonly name: keyof GateSettings; readonly stage: GateStage }[] = [
  { id: 'G1', name: 'freshness', stage: 'extract' },
  { id: 'G2', name: 'volume', stage: 'extract' },
  { id: 'G3', name: 'coverage', stage: 'evaluate' },
  { id: 'G4', name: 'shape', stage: 'evaluate' },
  { id: 'G5', name: 'outcome', stage: 'plan' },
  { id: 'G6', name: 'tasks', stage: 'plan' },
  { id: 'G7', name: 'destruction', stage: 'plan' },
  { id: 'G8', name: 'matching', stage: 'evaluate' },
  { id: 'G9', name: 'breaker', stage: 'apply' },
  { id: 'G10', name: 'budget', stage: 'plan' },
  { id: 'G11', name: 'novelty', stage: 'plan' },
  { id: 'G12', name: 'canary', stage: 'apply' },
  { id: 'G13', name: 'clock', stage: 'start' },
];

/** The limits where gates.yaml says nothing (reliability: chosen so that an ordinary day passes). */
export const defaultGates: GateSettings = {
  freshness: { on: true },
  volume: { holdBelowShare: 0.5 },
  coverage: { holdBelowShare: 0.9 },
  shape: { nullShareRise: 0.2, maxJump: 10 },
  outcome: { bandChangeShare: 0.2, smallBase: 100, smallCount: 20, meanShift: 15, psi: 0.25 },
  tasks: { newShare: 0.05, newMin: 25, perOwnerPerDay: 10 },
  destruction: { share: 0.01, count: 20 },
  matching: { orphanShare: 0.1 },
  breaker: { rejectedShare: 0.05, unclearBatches: 3 },
  budget: { ofDay: 0.8, ofRun: 0.25 },
  novelty: { on: true },
  canary: { records: 20 },
  clock: { maxSkewSeconds: 120 },
};

/** After the facts have come: G1, G2. */
export function extractGates(facts: FreshnessFacts & VolumeFacts, settings: GateSettings): readonly Verdict[] {
  return [freshnessGate(facts, settings), volumeGate(facts, settings)];
}
/** After the accounts are scored: G3, G4, G8. */
export function evaluateGates(
  facts: { readonly tally: Tally } & ShapeFacts & MatchingFacts,
  settings: GateSettings,
): readonly Verdict[] {
  return [coverageGate(facts.tally, settings), shapeGate(facts, settings), matchingGate(facts, settings)];
}
/** Before the plan is sealed: G5, G6, G7, G10, G11. */
export function planGates(
  facts: {
    readonly tally: Tally;
    /** Values and open tasks of ours that stand in the CRMs, for the share of G7; 0 where nobody counted them. */
    readonly standing: number;
    /** Tasks that owners got earlier on this day. */
    readonly openedToday: Readonly<Record<string, number>>;
  } & BudgetFacts &
    NoveltyFacts,
  settings: GateSettings,
): readonly Verdict[] {
  return [
    outcomeGate(facts.tally, settings),
    tasksGate(facts.tally, settings, facts.openedToday),
    destructionGate(facts.tally, settings, facts.standing),
    budgetGate(facts, settings),
    noveltyGate(facts, settings),
  ];
}

/** The strictest answer: stop before hold before pass; pass where nothing was asked. */
export function worst(verdicts: readonly Verdict[]): Verdict['answer'] {
  if (verdicts.some(({ answer }) => answer === 'stop')) return 'stop';
  return verdicts.some(({ answer }) => answer === 'hold') ? 'hold' : 'pass';
}

/** Exit code of a run that this gate held or stopped: source (8), budget (7), partial (4), approval needed (3). */
export function exitOfGate(gate: GateId): number {
  if (gate === 'G1' || gate === 'G2') return 8;
  if (gate === 'G10') return 7;
  return gate === 'G9' || gate === 'G12' ? 4 : 3;
}
