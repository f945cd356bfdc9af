// The one way out to HubSpot: every call passes here and gets its turn, its deadline, its tries and its place in the
// books. The vendor's client has none of these, and its own retries would send a create twice. Only calls that may
// safely happen twice are sent again after an unclear answer; a create never is. Waiting is done by the given clock.

import type { Client } from '@hubspot/api-client';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { deadline } from '../../lib/deadline.ts';
import { rethrowCrash, UnavailableError } from '../../lib/errors.ts';
import { createPace } from '../../lib/pace.ts';
import { retry } from '../../lib/retry.ts';
import { step } from '../../lib/step.ts';
import { createDay } from './day.ts';
import { answerOf, classify, dayUsedUp, garbled, type Refusal, toError } from './errors.ts';
import type { SignIn } from './sign-in.ts';
import { createTurns } from './turns.ts';

/** What is called, in our words. */
export interface Call<T> {
  /** For steps and messages: `companies.update`. */
  readonly name: string;
  readonly counts: 'auth' | 'read' | 'write';
  /** Searches are counted by themselves: so many a second for all apps of the portal. */
  readonly search?: boolean;
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
  readonly signIn: SignIn;
  /** How long one try may take. */
  readonly timeoutMs: number;
  /** First wait of our own after an unclear answer. */
  readonly backoffMs: number;
  /** Share of the portal's daily calls that is left to others, 0..1. */
  readonly dailyReserve: number;
}

const attempts = 5;
/** Longer waits than this are not ours to sit through: the run ends and comes back. */
const longestWaitMs = 60_000;
/** Calls under way at once: enough to use a window of 190 calls at answers of 300 ms. */
const atOnce = 6;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export function createTransport(options: TransportOptions): Transport {
  const { clock, signIn } = options;
  const counted = { auth: 0, read: 0, write: 0 };
  const turns = createTurns(clock);
  const day = createDay(clock, options.dailyReserve);
  const pace = createPace({ atOnce, perInterval: null, intervalMs: 0 });
  let skewMs: number | null = null;

  function note(headers: Readonly<Record<string, string>>, sentAt: number): void {
    const number = (name: string) => {
      const text = headers[`x-hubspot-ratelimit-${name}`];
      return text === undefined || text === '' ? Number.NaN : Number(text);
    };
    day.learn(number('daily'), number('daily-remaining'));
    turns.learn(number('max'), number('remaining'));
    const date = Date.parse(headers['date'] ?? '');
    if (!Number.isNaN(date)) skewMs = Math.round(date - (sentAt + Date.parse(clock.now())) / 2);
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

  /** Everything that has to be true before a call may leave. Nothing has been sent while this waits or throws. */
  async function admit(call: Call<unknown>, signal: AbortSignal): Promise<void> {
    const over = call.counts === 'auth' ? null : day.exhausted();
    if (over !== null) throw new Refused(dayUsedUp(over));
    if (call.counts === 'auth') return;
    await signIn.ready(signal);
    await turns.take(call.search === true ? 'search' : 'call', signal);
  }

  return {
    async call(call, send, signal) {
      let refusal: Refusal | null = null;
      let again = false;
      let waitMs = 0;
      let renewed = false;
      // Whether to send once more, and how long to wait before.
      const decide = (one: Refusal, attempt: number): boolean => {
        const wait = waitOf(one, call, attempt);
        if (wait === null) {
          waitMs = 0;
          const mayRenew = one.code === 'EXPIRED_AUTHENTICATION' && !renewed && signIn.expired();
          renewed ||= mayRenew;
          return mayRenew;
        }
        // Full jitter, doubled each time, up to a minute.
        const own = () => options.chance.fraction() * Math.min(60_000, options.backoffMs * 2 ** (attempt - 1));
        waitMs = wait === 'backoff' ? own() : wait;
        return true;
      };
      const work = async () => {
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        const once = async () => {
          signal.throwIfAborted();
          await admit(call, signal);
          return await tryOnce(call, send, signal);
        };
        // A sign-in that waited behind the calls which wait for it would never end.
        return call.counts === 'auth' ? await once() : await pace.run(once);
      };
      try {
        return await retry(work, {
          attempts,
          chance: options.chance,
          signal,
          classify: (error, attempt) => {
            if (!(error instanceof Refused)) return null;
            // Asked twice of each failure, and answered once: the second asking is for the wait.
            if (error.refusal !== refusal) {
              refusal = error.refusal;
              again = decide(error.refusal, attempt);
            }
            return again ? 0 : null;
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
      quotaUsed: day.used()?.share ?? null,
      quotaLimit: day.used()?.limit ?? null,
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
/** A search: reads, and takes its turn among the searches. */
export function searching<T>(name: string, parse: Call<T>['parse']): Call<T> {
  return { ...reading(name, parse), search: true };
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
