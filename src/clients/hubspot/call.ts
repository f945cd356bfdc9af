// The one way out to HubSpot: every call passes here and gets its turn, its deadline, its tries and its place in the
// books. The vendor's client has none of these, and its own retries would send a create twice. Only calls that may
// safely happen twice are sent again after an unclear answer; a create never is.

import type { Client } from '@hubspot/api-client';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { deadline } from '../../lib/deadline.ts';
import { rethrowCrash, UnavailableError } from '../../lib/errors.ts';
import { createPace, type Pace } from '../../lib/pace.ts';
import { retry } from '../../lib/retry.ts';
import { step } from '../../lib/step.ts';
import { answerOf, classify, garbled, type Refusal, toError } from './errors.ts';

/** What is called, in our words. */
export interface Call<T> {
  /** For steps and messages: `companies.update`. */
  readonly name: string;
  readonly counts: 'auth' | 'read' | 'write';
  /** Whether twice is once: reads, updates and additions that are refused the second time. Never a create of a record. */
  readonly replay: boolean;
  /** Reads the answer; throws on one that is not as documented. */
  readonly parse: (data: unknown) => T;
}
/** A call's end: an answer, or a refusal as data. */
export type Reply<T> =
  | { readonly ok: true; readonly status: number; readonly data: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** What the client's `…WithHttpInfo` methods give. */
export interface Sent {
  readonly httpStatusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}
export interface Usage {
  readonly auth: number;
  readonly read: number;
  readonly write: number;
  readonly total: number;
  readonly quotaUsed: number | null;
  readonly quotaLimit: number | null;
}
export interface Transport {
  call<T>(call: Call<T>, send: () => Promise<Sent>, signal: AbortSignal): Promise<Reply<T>>;
  usage(): Usage;
  /** HubSpot's clock minus ours, milliseconds, of the last answer that carried a date; to the second at best. */
  skewMs(): number | null;
}
export interface TransportOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  /** How long one try may take. */
  readonly timeoutMs: number;
  /** First wait of our own after an unclear answer. */
  readonly backoffMs: number;
}

const attempts = 5;
/** Longer waits than this are not ours to sit through: the run ends and comes back. */
const longestWaitMs = 60_000;
/** The smallest published burst limit is 100 per ten seconds; nine tenths of it leave room for our own retries. */
const burst = { atOnce: 6, perInterval: 90, intervalMs: 10_000 } as const;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export function createTransport(options: TransportOptions): Transport {
  const { clock } = options;
  const counted = { auth: 0, read: 0, write: 0 };
  let quota: { readonly used: number; readonly limit: number } | null = null;
  let skewMs: number | null = null;
  let pace: Pace = createPace(burst);
  let pacedFor: number = burst.perInterval;

  function note(headers: Readonly<Record<string, string>>, sentAt: number): void {
    const number = (name: string) => {
      const text = headers[`x-hubspot-ratelimit-${name}`];
      return text === undefined || text === '' ? Number.NaN : Number(text);
    };
    const [limit, left, max] = [number('daily'), number('daily-remaining'), number('max')];
    if (limit > 0 && left >= 0) quota = { used: Math.max(0, 1 - left / limit), limit };
    const date = Date.parse(headers['date'] ?? '');
    if (!Number.isNaN(date)) skewMs = Math.round(date - (sentAt + Date.parse(clock.now())) / 2);
    // The portal says what it allows; a lower or higher limit than the smallest is taken at its word.
    const allowed = Math.max(1, Math.floor(max * 0.9));
    if (max > 0 && allowed !== pacedFor) {
      pacedFor = allowed;
      pace = createPace({ ...burst, perInterval: allowed });
    }
  }

  async function tryOnce<T>(call: Call<T>, send: () => Promise<Sent>, signal: AbortSignal): Promise<Reply<T>> {
    step(`http.hubspot.${call.name}:before`);
    counted[call.counts] += 1;
    const sentAt = Date.parse(clock.now());
    let sent: Sent;
    try {
      // A read is dropped when the run is stopped; a write that is on its way is waited for, so that its fate is known.
      sent = await deadline(
        send,
        options.timeoutMs,
        `hubspot ${call.name}`,
        call.counts === 'write' ? undefined : signal,
      );
    } catch (error) {
      rethrowCrash(error);
      step(`http.hubspot.${call.name}:after`);
      if (signal.aborted && call.counts !== 'write') throw signal.reason;
      const answer = answerOf(error);
      if (answer !== null) note(answer.headers, sentAt);
      // The client throws on a success code that it did not expect (200 for 201); the body is a good answer all the same.
      if (answer === null || answer.status < 200 || answer.status > 299)
        throw new Refused(late(error) ?? classify(error));
      sent = { httpStatusCode: answer.status, headers: answer.headers, data: answer.body };
    }
    step(`http.hubspot.${call.name}:after`);
    note(sent.headers, sentAt);
    try {
      return { ok: true, status: sent.httpStatusCode, data: call.parse(sent.data) };
    } catch {
      throw new Refused(garbled(sent.httpStatusCode));
    }
  }

  return {
    async call(call, send, signal) {
      let refusal: Refusal | null = null;
      // The queue lets go of a running call too when its signal aborts; a write that is on its way must not be let go of.
      const waiting = call.counts === 'write' ? undefined : signal;
      const work = () =>
        pace.run(async () => {
          if (signal.aborted) throw signal.reason;
          return await tryOnce(call, send, signal);
        }, waiting);
      try {
        return await retry(work, {
          attempts,
          chance: options.chance,
          signal,
          baseMs: options.backoffMs,
          classify: (error, attempt) => {
            if (!(error instanceof Refused)) return null;
            refusal = error.refusal;
            return waitOf(error.refusal, call, attempt);
          },
        });
      } catch (error) {
        rethrowCrash(error);
        if (error instanceof Refused) return { ok: false, refusal: error.refusal };
        // Stopped while waiting for another try: what the earlier try left behind is what is known.
        if (signal.aborted && refusal !== null) return { ok: false, refusal };
        throw error;
      }
    },
    usage: () => ({
      ...counted,
      total: counted.auth + counted.read + counted.write,
      quotaUsed: quota?.used ?? null,
      quotaLimit: quota?.limit ?? null,
    }),
    skewMs: () => skewMs,
  };
}

/** The data of an answer; a refusal becomes the error it stands for. */
export function orThrow<T>(reply: Reply<T>, where: string): T {
  if (reply.ok) return reply.data;
  throw toError(reply.refusal, where);
}

function late(error: unknown): Refusal | null {
  if (!(error instanceof UnavailableError)) return null;
  return { ...classify(error), code: 'LATE' };
}

/** How long to wait before the same request may be sent again; null: never. */
function waitOf(refusal: Refusal, call: Call<unknown>, attempt: number): number | 'backoff' | null {
  if (refusal.outcome === 'ready') {
    if (refusal.waitMs === null) return 'backoff';
    return refusal.waitMs <= longestWaitMs ? refusal.waitMs : null;
  }
  if (refusal.outcome === 'limit')
    return refusal.waitMs !== null && refusal.waitMs <= longestWaitMs ? refusal.waitMs : null;
  if (refusal.outcome !== 'unknown' || !call.replay) return null;
  // A late write may still be at work on the other side, so it is left alone; a late read is asked once more.
  if (refusal.code === 'LATE') return call.counts !== 'write' && attempt < 2 ? 'backoff' : null;
  return refusal.waitMs !== null && refusal.waitMs <= longestWaitMs ? refusal.waitMs : 'backoff';
}

/** A call that only reads, and may therefore be sent again. */
export function reading<T>(name: string, parse: Call<T>['parse']): Call<T> {
  return { name, counts: 'read', replay: true, parse };
}

/** Sends a call through the vendor's client, which is loaded at the first one. */
export function sender(transport: Transport, sdk: () => Promise<Client>) {
  return async <T>(
    call: Call<T>,
    signal: AbortSignal,
    ask: (client: Client) => Promise<unknown>,
  ): Promise<Reply<T>> => {
    const client = await sdk();
    return await transport.call(call, async () => (await ask(client)) as Sent, signal);
  };
}
