// What makes an effect the same effect again, on every retry, restart and machine. Task keys are readable at home and
// hashed at the door; no person, no wall clock and no random number is in any key. Changing the recipe while tasks are
// open would make them strangers, hence the version in front.

import { hashOf, hashOfText } from './hash.ts';
import type { CrmObject, EffectOp, Fields } from './nouns.ts';

export interface TaskIdentity {
  /** Org or portal, so that a sandbox and production never share a key. */
  readonly org: string;
  readonly crm: string;
  readonly object: CrmObject;
  readonly account: string;
  readonly play: string;
  readonly episode: string;
  readonly ordinal: number;
}

/**
 * The key that a CRM's unique field holds: `kenko1` and 32 hex digits, 38 characters of at most 40. Lower case, because
 * unique fields of Salesforce do not tell cases apart unless asked to.
 */
export function taskKey(task: TaskIdentity): string {
  const { org, crm, object, account, play, episode, ordinal } = task;
  const values = [crm, org, object, account, play, episode, String(ordinal)];
  return `kenko1${hashOfText(values.join('\0')).slice(0, 32)}`;
}

/** The same for people: `acme/renewal_risk/2026-09-14`. */
export function readableKey(account: string, play: string, episode: string): string {
  return `${account}/${play}/${episode}`;
}

/**
 * The key of a write to a record: the same values to the same record are the same effect, so that what a CRM refused once
 * is recognised when it is planned again unchanged.
 */
export function setKey(effect: {
  readonly crm: string;
  readonly object: CrmObject;
  readonly target: string;
  readonly op: EffectOp;
  readonly payload: Fields;
}): string {
  const { crm, object, target, op, payload } = effect;
  return `${crm}/${object}/${target}/${op}/${hashOf(payload).slice(0, 16)}`;
}
