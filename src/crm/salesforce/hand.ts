// What every file of this hand is given, and the small questions they all ask of the mapping.

import type { SalesforceClient } from '../../clients/salesforce/connect.ts';
import type { Fault } from '../../clients/salesforce/errors.ts';
import type { Looked } from '../../clients/salesforce/look.ts';
import type { CrmMapping, FieldMapping, ObjectMapping, TaskMapping } from '../../domain/decisions.ts';
import type { CrmObject, Effect, Problem, Receipt } from '../../domain/nouns.ts';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { BugError, KenkoError } from '../../lib/errors.ts';

/** What signing in saw of the org, kept for the check that follows it. */
export interface Seen {
  looked: Looked | null;
}
export interface Hand {
  readonly client: SalesforceClient;
  readonly mapping: CrmMapping;
  readonly clock: Clock;
  readonly chance: Chance;
  /** What makes more of the same pointless for the rest of a run, by way: `PATCH Account`. `check` forgets it. */
  readonly stops: Map<string, Fault>;
  readonly seen: Seen;
  /** Records of one batch from which on a bulk job carries them. */
  readonly bulkFrom: number;
}
export type RecordKind = Exclude<CrmObject, 'task'>;

/** @throws BugError when the mapping has no such object; whoever asks has read the mapping. */
export function objectOf(hand: Hand, kind: RecordKind): ObjectMapping {
  const found = hand.mapping.objects[kind];
  if (found === undefined) throw new BugError(`mappings/salesforce.yaml maps no ${kind}`);
  return found;
}
export function taskOf(hand: Hand): TaskMapping {
  if (hand.mapping.task === null) throw new BugError('mappings/salesforce.yaml maps no task');
  return hand.mapping.task;
}
/** The mapped fields among `words`, by word. */
export function fieldsOf(object: ObjectMapping, words: readonly string[]): Map<string, FieldMapping> {
  const wanted = new Set(words);
  return new Map(object.fields.filter((field) => wanted.has(field.word)).map((field) => [field.word, field]));
}

export const applied = (effect: Effect, crmId: string | null): Receipt => ({
  effectId: effect.id,
  state: 'applied',
  crmId,
  problem: null,
});
export const answered = (effect: Effect, state: Receipt['state'], problem: Problem): Receipt => ({
  effectId: effect.id,
  state,
  crmId: null,
  problem,
});
/** An error as the problem it tells. */
export function problemOfError(error: unknown, where: string): Problem {
  if (!(error instanceof KenkoError)) throw error;
  return {
    code: error.code,
    severity: 'error',
    where: error.where || where,
    what: error.message,
    why: error.why,
    fix: error.fix,
  };
}

/** Something of the org that is not as the mapping needs it. */
export function drift(severity: Problem['severity'], where: string, what: string, why: string, fix: string): Problem {
  return { code: 'E_DRIFT', severity, where: `salesforce ${where}`, what, why, fix };
}
