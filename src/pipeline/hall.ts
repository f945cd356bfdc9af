// What the pipeline is given to work with. app.ts fills it; nothing in here is made by the pipeline itself, so a test can
// give it a CRM and a source in a Map.

import type { Crm } from '../crm/crm.ts';
import type { CrmMapping, Decisions } from '../domain/decisions.ts';
import type { Prepared } from '../domain/outcome.ts';
import type { Chance } from '../lib/chance.ts';
import type { Clock } from '../lib/clock.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../state/store.ts';
import type { Emit } from './events.ts';

export interface Hall {
  readonly decisions: Decisions;
  readonly prepared: Prepared;
  readonly store: Store;
  readonly sources: readonly Source[];
  readonly crms: readonly CrmHand[];
  readonly clock: Clock;
  readonly chance: Chance;
  readonly emit: Emit;
  /** Whether the files of the home still say what was decided; absent where there are none to look at. */
  readonly isStillDecided?: () => Promise<boolean>;
  /** Who acts: `cli`, `scheduler`, `console:…`; written into the audit. */
  readonly actor: string;
  /** Which process holds the lease: host and process id. */
  readonly owner: string;
}
/** A CRM together with what the admin decided about it. */
export interface CrmHand {
  readonly crm: Crm;
  readonly mapping: CrmMapping;
}
/** How long a lease lives without a heartbeat. */
export const leaseMs = 60_000;
/** The job's name in the journal; one home has one. */
export const job = 'kenko';
