// Humans who edit, close, delete and merge in the pretend CRMs, between two calls of a connector.

import type { PushableClock } from './clock.ts';
import type { Half } from './half.ts';

export interface Stage {
  readonly salesforce: Half;
  readonly hubspot: Half;
  readonly clock: PushableClock;
  /** The half whose control route was asked, for acts that name none. */
  readonly vendor: Half['vendor'];
}

/** Does what a person would do, and says what became of it. */
export function act(_what: Readonly<Record<string, unknown>>, _stage: Stage): unknown {
  throw new Error('nobody is here yet');
}
