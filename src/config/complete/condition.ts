// A condition that the schema has accepted → its long form.

import type { Condition } from '../../domain/decisions.ts';
import { completeCondition } from '../schema/condition.ts';

/** The long form. The schema has looked at it before, so a fault here is a bug of ours. */
export function condition(given: unknown): Condition {
  const long = completeCondition(given, () => undefined);
  if (long === null) throw new TypeError('a condition reached completion unchecked');
  return long;
}
/** The long form, or null where none was written. */
export function conditionOrNull(given: unknown): Condition | null {
  return given === undefined || given === null ? null : condition(given);
}
