// Salesforce as a Crm: its limits as data, and each question led to the file that answers it.

import type { SalesforceClient } from '../../clients/salesforce/connect.ts';
import { longId } from '../../clients/salesforce/record-id.ts';
import type { CrmMapping } from '../../domain/decisions.ts';
import type { Effect, Receipt } from '../../domain/nouns.ts';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { rethrowCrash } from '../../lib/errors.ts';
import type { Crm, KnowsDeals, Limits, NoteJob, ResumesJobs, Setup, TellsChanges, TellsFurniture } from '../crm.ts';
import { bulkFrom } from './bulk.ts';
import { changesFrom, readChanges } from './changes.ts';
import { checkNeeds, questions } from './check.ts';
import { openDeals } from './deals.ts';
import { deployFiles } from './deploy-files.ts';
import { answered, type Hand, problemOfError } from './hand.ts';
import { readRecords, recordsPerRead } from './read.ts';
import { recordsPerCall } from './send.ts';
import { makePiece, missingPieces } from './setup.ts';
import { changeTasks, ensureTasks, findTasks } from './tasks.ts';
import { piecesToDelete } from './uninstall.ts';
import { readUsers } from './users.ts';
import { resumeWrite, writeRecords } from './write.ts';

export interface SalesforceOptions {
  readonly mapping: CrmMapping;
  readonly client: SalesforceClient;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Records of one batch from which on a bulk job carries them; default 10,001. */
  readonly bulkFrom?: number;
}

/** The settling time is the client's deadline and two minutes more; Salesforce may go on working after we hung up. */
const settleAfterDeadlineMs = 120_000;
/** One look before writing holds for so many records: two read calls, and above 10,000 of them one bulk job. */
const recordsPerClaim = 20_000;

/** The Salesforce hand. It owns the client: closing one closes the other. */
export function openSalesforce(
  options: SalesforceOptions,
): Crm & Setup & TellsChanges & ResumesJobs & KnowsDeals & TellsFurniture {
  const { client, mapping } = options;
  const hand: Hand = { ...options, stops: new Map(), seen: { looked: null }, bulkFrom: options.bulkFrom ?? bulkFrom };
  const limits: Limits = {
    batchSize: recordsPerCall,
    claimSize: recordsPerClaim,
    canarySize: 20,
    readSize: recordsPerRead,
    writesAtOnce: 1,
    timeoutMs: client.timeoutMs,
    settleMs: client.timeoutMs + settleAfterDeadlineMs,
  };
  return {
    name: mapping.crm,
    limits,
    async identify(signal) {
      // One call answers who we are and what the check will ask next.
      hand.seen.looked = await client.look(questions({ mapping, tasks: mapping.task !== null }), signal);
      const { org, name, sandbox } = await client.identify(signal);
      return { org, name, sandbox, clockSkewMs: client.skewMs() };
    },
    check: async (needs, signal) => await checkNeeds(hand, needs, signal),
    read: async (targets, words, signal) => await readRecords(hand, targets, words, signal),
    find: async (refs, signal) => await findTasks(hand, refs, signal),
    canonicalId: longId,
    openDeals: (words, signal) => openDeals(hand, words, signal),
    changesFrom: () => changesFrom(hand),
    changes: async (ask, signal) => await readChanges(hand, ask, signal),
    users: async (references, signal) => await readUsers(hand, references, signal),
    write: async (batch, signal, noteJob) => await write(hand, batch, signal, noteJob),
    resume: async (job, batch, signal) => await resumeWrite(hand, job, batch, signal),
    usage: () => client.usage(),
    missing: async (needs, signal) => await missingPieces(hand, needs, signal),
    make: async (piece, signal) => await makePiece(hand, piece, signal),
    furniture: async (needs, signal) => await piecesToDelete(hand, needs, signal),
    files: (needs) => deployFiles(needs, client.apiVersion),
    close: () => client.close(),
  };
}

/** Callers give effects of one op and one object; a mixed batch is led through part by part all the same. */
async function write(
  hand: Hand,
  batch: readonly Effect[],
  signal: AbortSignal,
  noteJob: NoteJob | undefined,
): Promise<Receipt[]> {
  const ways = { ensure: ensureTasks, change: changeTasks, records: writeRecords };
  const wayOf = (effect: Effect): keyof typeof ways =>
    effect.op === 'ensure_task' ? 'ensure' : effect.object === 'task' ? 'change' : 'records';
  const receipts = new Map<number, Receipt>();
  for (const way of new Set(batch.map(wayOf))) {
    const effects = batch.filter((effect) => wayOf(effect) === way);
    try {
      for (const receipt of await ways[way](hand, effects, signal, noteJob)) receipts.set(receipt.effectId, receipt);
    } catch (error) {
      rethrowCrash(error);
      // What was sent before must be told, so nothing is thrown any more.
      if (receipts.size === 0) throw error;
      const problem = problemOfError(error, 'salesforce');
      for (const effect of effects) receipts.set(effect.id, answered(effect, 'ready', problem));
    }
  }
  return batch.map((effect) => receipts.get(effect.id) as Receipt);
}
