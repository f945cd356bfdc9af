// The one place where requests leave for Salesforce: counted, announced, given a deadline, signed in again once where the
// session ended, and classified. A call is sent once; only reads are tried again. It carries no business: callers say
// what to send and read the body.

import { PassThrough } from 'node:stream';
import { MetadataApi } from 'jsforce/lib/api/metadata.js';
import { Connection } from 'jsforce/lib/connection.js';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { deadline } from '../../lib/deadline.ts';
import { AuthError, LimitError, rethrowCrash, UnavailableError } from '../../lib/errors.ts';
import { retry } from '../../lib/retry.ts';
import { step } from '../../lib/step.ts';
import { answerFault, codeOf, errorOf, type Fault, garbled, late, wireFault } from './errors.ts';
import type { Grant, Session } from './grant.ts';
import { type Wire, type WireAnswer, WireError } from './wire.ts';

export interface Call {
  /** Names the step `http.salesforce.<name>` and the messages: `read`, `update`, `describe`. */
  readonly name: string;
  readonly kind: 'read' | 'write';
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Below `/services/data/vNN.N`, or absolute from `/services/`. */
  readonly path: string;
  readonly body?: unknown;
  /** Rows instead of a JSON body. */
  readonly csv?: string;
  /** `csv`: the answer is text as it came. Default `json`. */
  readonly answers?: 'json' | 'csv';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}
export type Answer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly fault: Fault };

/** Calls since the client was made, and what Salesforce says of the day's allowance. */
export interface Usage {
  readonly auth: number;
  readonly read: number;
  readonly write: number;
  readonly total: number;
  readonly quotaUsed: number | null;
  readonly quotaLimit: number | null;
}
/** What we use of jsforce's Metadata API, in plain rows. */
export interface MetadataPort {
  read(type: string, names: readonly string[]): Promise<unknown>;
  create(type: string, items: readonly object[]): Promise<unknown>;
  update(type: string, items: readonly object[]): Promise<unknown>;
  upsert(type: string, items: readonly object[]): Promise<unknown>;
  /** Any other call of the Metadata API, by its name. */
  _invoke(method: string, message: object): Promise<unknown>;
}
export interface Caller {
  /**
   * Sends once (twice where the session had ended, which is a definite no). Never throws for an answer; throws AuthError
   * when there is no session, and the signal's reason when it was aborted before anything left. Writes are not aborted on
   * the way: their outcome would be unknown for nothing.
   */
  send(call: Call): Promise<Answer>;
  /** Sends a read until it is answered, four times at most. @throws AuthError, LimitError, DriftError, UnavailableError. */
  read(call: Call): Promise<unknown>;
  /** One call of the Metadata API (SOAP), which only set-up uses. @throws like `read`. */
  metadata<T>(name: string, kind: 'read' | 'write', work: (api: MetadataPort) => Promise<T>): Promise<T>;
  usage(): Usage;
  /** Their clock minus ours, milliseconds; null before the first answer. */
  skewMs(): number | null;
}
export interface CallerOptions {
  readonly wire: Wire;
  readonly grant: Grant;
  readonly apiVersion: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** `client` shows in the org's API logs, so that an admin sees who called. */
const callOptions = { client: 'Kenko' };
const readTries = 4;
const tooLong = new Set(['QUERY_TIMEOUT', 'REQUEST_RUNNING_TOO_LONG']);
const metadataTimeoutMs = 120_000;

export function createCaller(options: CallerOptions): Caller {
  const counts = { read: 0, write: 0 };
  let quota: { used: number; limit: number } | null = null;
  let skew: number | null = null;
  let opened: { session: Session; connection: Connection } | null = null;

  const connectionOf = (session: Session): Connection => {
    if (opened === null || opened.session !== session) opened = { session, connection: connect(session, options) };
    return opened.connection;
  };
  const note = (answer: WireAnswer, sentAt: string) => {
    const usage = /api-usage=(\d+)\/(\d+)/.exec(answer.headers['sforce-limit-info'] ?? '');
    if (usage !== null) quota = { used: Number(usage[1]), limit: Number(usage[2]) };
    const theirs = Date.parse(answer.headers['date'] ?? '');
    if (Number.isNaN(theirs)) return;
    // The header has whole seconds, so their now is half a second later on average; ours is the middle of the call.
    const ours = (Date.parse(sentAt) + Date.parse(options.clock.now())) / 2;
    skew = Math.round(theirs + 500 - ours);
  };

  const attempt = async (session: Session, call: Call): Promise<Answer> => {
    const tap = new Tap(options.wire);
    const sentAt = options.clock.now();
    counts[call.kind] += 1;
    const outer = call.kind === 'read' ? call.signal : undefined;
    const work = async (signal: AbortSignal) => {
      tap.signal = signal;
      return await connectionOf(session).request<unknown>(
        {
          method: call.method,
          url: call.path,
          headers: {
            accept: call.answers === 'csv' ? 'text/csv' : 'application/json',
            ...(call.body === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
            ...(call.csv === undefined ? {} : { 'content-type': 'text/csv; charset=UTF-8' }),
            ...call.headers,
          },
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
          ...(call.csv === undefined ? {} : { body: call.csv }),
        },
        { transport: tap },
      );
    };
    try {
      const body = await deadline(work, options.timeoutMs, `Salesforce ${call.name}`, outer);
      const answer = tap.seen;
      if (answer === null) return { ok: false, fault: garbled('no answer was seen') };
      note(answer, sentAt);
      // 300 means several records; an answer that should be JSON and came back as text could not be parsed.
      if (answer.status < 200 || answer.status > 299) {
        return { ok: false, fault: answerFault(answer, body) };
      }
      if (call.answers === 'csv') return { ok: true, status: answer.status, body: answer.text };
      if (answer.status !== 204 && (typeof body !== 'object' || body === null)) {
        return { ok: false, fault: garbled(`${call.name}: the answer is no JSON`) };
      }
      return { ok: true, status: answer.status, body };
    } catch (error) {
      rethrowCrash(error);
      if (outer?.aborted === true) throw error;
      if (tap.seen !== null) {
        note(tap.seen, sentAt);
        return { ok: false, fault: answerFault(tap.seen, jsonOrText(tap.seen.text)) };
      }
      if (error instanceof UnavailableError) return { ok: false, fault: late(options.timeoutMs) };
      if (error instanceof WireError) return { ok: false, fault: wireFault(error) };
      throw error;
    }
  };

  const send = async (call: Call): Promise<Answer> => {
    call.signal?.throwIfAborted();
    let session: Session;
    try {
      session = await options.grant.session();
    } catch (error) {
      if (error instanceof UnavailableError) return { ok: false, fault: notSignedIn };
      throw error;
    }
    step(`http.salesforce.${call.name}:before`);
    let answer = await attempt(session, call);
    if (!answer.ok && sessionEnded(answer.fault)) {
      let renewed: Session;
      try {
        renewed = await options.grant.renew(session);
      } catch (error) {
        // The ended session was a definite no; that nobody gives us another now changes nothing about it.
        if (error instanceof UnavailableError) return { ok: false, fault: notSignedIn };
        throw error;
      }
      answer = await attempt(renewed, call);
    }
    step(`http.salesforce.${call.name}:after`);
    return answer;
  };

  const again = <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    retry(work, {
      attempts: readTries,
      classify: (error) =>
        // What took minutes takes them again; whoever asked may ask for less.
        tooLong.has(codeOf(error) ?? '')
          ? null
          : error instanceof UnavailableError
            ? 'backoff'
            : error instanceof LimitError
              ? error.retryAfterMs
              : null,
      chance: options.chance,
      capMs: 15_000,
      ...(signal === undefined ? {} : { signal }),
    });

  return {
    send,
    read: async (call) =>
      await again(async () => {
        const answer = await send(call);
        if (!answer.ok) throw errorOf(answer.fault, `salesforce ${call.name}`);
        return answer.body;
      }, call.signal),
    async metadata(name, kind, work) {
      let session = await options.grant.session();
      refuseJwtForSoap(session, options.apiVersion);
      for (let turn = 1; ; turn++) {
        const tap = new Tap(options.wire);
        const connection = connect(session, options);
        connection._transport = tap;
        counts[kind] += 1;
        step(`http.salesforce.${name}:before`);
        try {
          const result = await deadline(
            (signal) => {
              tap.signal = signal;
              // Its own types are those of API version 47 and generic over them; ours are plain rows.
              return work(new MetadataApi(connection) as unknown as MetadataPort);
            },
            metadataTimeoutMs,
            `Salesforce ${name}`,
          );
          step(`http.salesforce.${name}:after`);
          return result;
        } catch (error) {
          rethrowCrash(error);
          const fault = metadataFault(error, tap.seen);
          if (fault.code === 'INVALID_SESSION_ID' && turn === 1) session = await options.grant.renew(session);
          else throw errorOf(fault, `salesforce ${name}`);
        }
      }
    },
    usage: () => {
      const auth = options.grant.calls();
      return {
        auth,
        ...counts,
        total: auth + counts.read + counts.write,
        quotaUsed: quota === null || quota.limit === 0 ? null : quota.used / quota.limit,
        quotaLimit: quota?.limit ?? null,
      };
    },
    skewMs: () => skew,
  };
}

const notSignedIn: Fault = {
  fate: 'ready',
  code: 'NOT_SIGNED_IN',
  says: 'Salesforce could not be reached for signing in, nothing was sent',
  fields: [],
  status: null,
  retryAfterMs: null,
  patience: null,
};

/** 401 means "sign in again", except where Salesforce says that signing in again will not help. */
function sessionEnded(fault: Fault): boolean {
  return (
    fault.fate === 'auth' &&
    fault.status === 401 &&
    !/Connected app is not attached to Agent|not valid for use with the REST API/.test(fault.says)
  );
}

function connect(session: Session, options: CallerOptions): Connection {
  return new Connection({
    instanceUrl: session.instanceUrl,
    accessToken: session.token.reveal(),
    version: options.apiVersion,
    callOptions: { ...callOptions },
  });
}

/** jsforce's way out, led through our wire, for one call: it keeps the answer as it came. */
class Tap extends Transport {
  seen: WireAnswer | null = null;
  signal: AbortSignal = new AbortController().signal;
  readonly #wire: Wire;
  constructor(wire: Wire) {
    super();
    this.#wire = wire;
  }
  override httpRequest(request: Parameters<Transport['httpRequest']>[0]): ReturnType<Transport['httpRequest']> {
    // undici counts the bytes itself and refuses a length that it did not set.
    const { 'content-length': _, ...headers } = request.headers ?? {};
    const body = request.body === undefined || request.body === null ? undefined : String(request.body);
    const promise = this.#wire
      .send({ method: request.method, url: request.url, headers, ...(body === undefined ? {} : { body }) }, this.signal)
      .then((answer) => {
        this.seen = answer;
        return { statusCode: answer.status, headers: { ...answer.headers }, body: answer.text };
      });
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise }));
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Below version 68 the SOAP calls know no tokens in JWT form, and jsforce refuses them with an error of its own. */
function refuseJwtForSoap(session: Session, apiVersion: string): void {
  if (Number(apiVersion) >= 68 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(session.token.reveal())) return;
  throw new AuthError('setup cannot use a token in JWT form', {
    where: 'salesforce metadata',
    why: `The Metadata API understands such tokens from version 68.0 on, and connection.api_version is ${apiVersion}.`,
    fix: 'Switch off "Issue JSON Web Token (JWT)-based access tokens" in the External Client App, or deploy the files:\n  kenko setup --write DIR',
  });
}

/** SOAP says `<faultcode>sf:CODE</faultcode>` with status 500 for everything. */
function metadataFault(error: unknown, seen: WireAnswer | null): Fault {
  if (error instanceof WireError) return wireFault(error);
  if (error instanceof UnavailableError) return late(metadataTimeoutMs);
  if (seen === null) throw error;
  const code = /<faultcode>(?:\w+:)?([A-Z_]+)<\/faultcode>/.exec(seen.text)?.[1];
  const message = /<faultstring>([^<]*)<\/faultstring>/.exec(seen.text)?.[1] ?? '';
  if (code === undefined) return answerFault(seen, jsonOrText(seen.text));
  return answerFault({ ...seen, status: 400 }, [{ errorCode: code, message }]);
}
