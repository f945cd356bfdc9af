// The HubSpot hand: the contract of crm.ts put together from read, write, tasks, check and setup. It sends and translates;
// it decides nothing and computes no difference.

import type { HubspotClient } from '../../clients/hubspot/connect.ts';
import type { CrmMapping } from '../../domain/decisions.ts';
import type { Effect, Receipt } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import type { Clock } from '../../lib/clock.ts';
import { AuthError, DriftError, KenkoError, LimitError, rethrowCrash } from '../../lib/errors.ts';
import type { Crm, KnowsDeals, KnowsItsDoor, Limits, Setup, TellsChanges, TellsFurniture } from '../crm.ts';
import { changesFrom, changesLagMs, readChanges } from './changes.ts';
import { checkPortal } from './check.ts';
import { openDeals } from './deals.ts';
import { createDesk, type Desk, problem0, unapplied } from './desk.ts';
import { findTasks } from './find-tasks.ts';
import { pickUsers, readTargets } from './read.ts';
import { makePiece, missingPieces, planFiles } from './setup.ts';
import { changeTasks, createTasks } from './tasks.ts';
import { piecesToArchive } from './uninstall.ts';
import { type Receipts, writeFields } from './write.ts';

export interface HubspotOptions {
  readonly mapping: CrmMapping;
  readonly client: HubspotClient;
  readonly clock: Clock;
  /** The client of a key that only setup uses, where the admin gave one: it may change definitions. Default: `client`. */
  readonly setupClient?: HubspotClient;
  /** The home's IANA zone, in which a due day is a day. Default: the portal's own. */
  readonly zone?: string;
}

/** A late write may land after our own deadline; two minutes more are what the settling rule asks for. */
const settleAfterDeadlineMs = 120_000;
/** Inputs that HubSpot takes in one batch. */
const batchSize = 100;
/** Looked at and handed over at once: few enough that what is written was looked at a second or two before. */
const claimSize = 500;
/** Batches that are under way at once; with more, HubSpot locks records of one another (423). */
const writesAtOnce = 3;
/** Records that are asked for at once, ten calls side by side. */
const recordsPerRead = 1_000;
/** Owners change rarely; a scheduler that runs for weeks still sees a new one soon. */
const ownersKeptMs = 10 * 60_000;

/** Opens nothing yet: the first call signs in. */
export function openHubspot(
  options: HubspotOptions,
): Crm & Setup & KnowsDeals & TellsChanges & TellsFurniture & KnowsItsDoor {
  const { client, clock } = options;
  const limits: Limits = {
    batchSize,
    claimSize,
    canarySize: batchSize,
    readSize: recordsPerRead,
    writesAtOnce,
    timeoutMs: client.timeoutMs,
    settleMs: client.timeoutMs + settleAfterDeadlineMs,
  };
  const desk = createDesk(client, options.mapping, clock, options.zone ?? null);
  const workshop = createDesk(options.setupClient ?? client, options.mapping, clock, options.zone ?? null);
  // A key of another portal would furnish the wrong one.
  const atWork = async (signal: AbortSignal): Promise<Desk> => {
    if (options.setupClient === undefined) return workshop;
    const [run, setup] = await Promise.all([desk.portal(signal), workshop.portal(signal)]);
    if (run.id === setup.id) return workshop;
    throw new AuthError('connection.setup_token belongs to another portal', {
      where: 'hubspot',
      why: `It is a key of portal ${setup.id}, and the run works with portal ${run.id}.`,
      fix: 'Make the key for setup in the same portal.',
    });
  };
  let owners: { readonly asked: ReturnType<HubspotClient['owners']>; readonly at: number } | null = null;
  const allOwners = (signal: AbortSignal) => {
    if (owners === null || clock.ticks() - owners.at > ownersKeptMs) {
      const asked = client.owners(signal);
      owners = { asked, at: clock.ticks() };
      asked.catch(() => {
        owners = null;
      });
    }
    return owners.asked;
  };
  return {
    name: options.mapping.crm,
    limits,
    async identify(signal) {
      const { id, kind } = await desk.portal(signal, true);
      return { org: id, name: `portal ${id}`, sandbox: kind !== 'STANDARD', clockSkewMs: client.skewMs() };
    },
    door: client.fingerprint,
    clockSkewMs: client.skewMs,
    check: (needs, signal) => checkPortal(desk, needs, signal),
    read: (targets, words, signal) => readTargets(desk, targets, words, signal),
    canonicalId: (id) => id,
    changesFrom: () => changesFrom(desk),
    changesLagMs,
    changes: (ask, signal) => readChanges(desk, ask, signal),
    openDeals: (words, signal) => openDeals(desk, words, signal),
    find: (refs, signal) => findTasks(desk, refs, signal),
    users: async (references, signal) => pickUsers(references.length === 0 ? [] : await allOwners(signal), references),
    write: (batch, signal) => write(desk, batch, signal),
    usage: client.usage,
    close: async () => {},
    missing: async (needs, signal) => await missingPieces(await atWork(signal), needs, signal),
    make: async (piece, signal) => {
      const problem = await makePiece(await atWork(signal), piece, signal);
      desk.forget();
      return problem;
    },
    furniture: (needs, signal) => piecesToArchive(desk, needs, signal),
    files: planFiles,
  };
}

/** One receipt per effect, in order; see crm.ts for what may be thrown. */
async function write(desk: Desk, batch: readonly Effect[], signal: AbortSignal): Promise<readonly Receipt[]> {
  const receipts: Receipts = new Map();
  // What refused everything: after it nothing more is sent.
  const stops: unknown[] = [];
  for (const wave of chunks(chunks(batch, batchSize), writesAtOnce)) {
    if (stops.length === 0) {
      const ended = await Promise.allSettled(wave.map(async (part) => await sendUnlessStopped(desk, part, signal)));
      for (const one of ended) if (one.status === 'rejected') rethrowCrash(one.reason);
      for (const [at, one] of ended.entries()) {
        if (one.status === 'fulfilled') for (const [id, receipt] of one.value) receipts.set(id, receipt);
        // Whatever is thrown up to here says that this part was not acted on.
        else if (!(one.reason instanceof KenkoError || signal.aborted)) throw one.reason;
        else {
          if (refusesAll(one.reason) || signal.aborted) stops.push(one.reason);
          leaveReady(receipts, wave[at] ?? [], one.reason);
        }
      }
      // With nothing sent at all, it is told as it is.
      if (stops.length > 0 && ended.every((one) => one.status === 'rejected') && receipts.size === sizeOf(wave))
        throw stops[0];
    } else for (const part of wave) leaveReady(receipts, part, stops[0]);
  }
  return batch.map((effect) => receipts.get(effect.id) ?? unapplied(effect.id, 'unknown', noReceipt));
}
function refusesAll(error: unknown): boolean {
  return error instanceof AuthError || error instanceof LimitError || error instanceof DriftError;
}
function sizeOf(wave: readonly (readonly Effect[])[]): number {
  return wave.reduce((sum, part) => sum + part.length, 0);
}
function leaveReady(receipts: Receipts, part: readonly Effect[], error: unknown): void {
  for (const effect of part) receipts.set(effect.id, unapplied(effect.id, 'ready', unsent(error)));
}
async function sendUnlessStopped(desk: Desk, part: readonly Effect[], signal: AbortSignal): Promise<Receipts> {
  if (signal.aborted) throw signal.reason;
  return await send(desk, part, signal);
}
async function send(desk: Desk, part: readonly Effect[], signal: AbortSignal): Promise<Receipts> {
  const op = part[0]?.op;
  if (op === 'ensure_task') return await createTasks(desk, part, signal);
  if (op === 'close_task' || part[0]?.object === 'task') return await changeTasks(desk, part, signal);
  return await writeFields(desk, part, signal);
}
function unsent(error: unknown) {
  const [code, what] = error instanceof KenkoError ? [error.code, error.message] : ['STOPPED', 'the run was stopped'];
  return problem0(code, 'hubspot', what, 'HubSpot was not asked to do this.', 'Nothing to do: it is sent again.');
}
const noReceipt = problem0(
  'UNLISTED',
  'hubspot',
  'nobody said what became of this effect',
  'Whether it was written is not known.',
  'Nothing to do: it is read back before it is sent again.',
);
