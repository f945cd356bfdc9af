// Questions to other people's web servers. Nothing is followed that was not admitted, nothing is read beyond its cap, every
// call has a deadline, and only questions are asked again: nothing here may change the other side.

import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, request } from 'undici';
import type { Chance } from '../lib/chance.ts';
import type { Clock } from '../lib/clock.ts';
import { AuthError, KenkoError, LimitError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { createPace } from '../lib/pace.ts';
import { retry } from '../lib/retry.ts';
import { createEgress, type EgressRules } from './egress.ts';
import { isUntrusted } from './sql.ts';

export interface HttpOptions extends EgressRules {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Deadline of one try, answer included. */
  readonly timeoutMs: number;
  /** Most bytes of one answer, unpacked. */
  readonly maxBytes: number;
  readonly perMinute: number;
  /** Hosts that a redirect may lead to besides the one asked; `*.example.com` covers what is below. */
  readonly redirectHosts: readonly string[];
  /** First wait of our own after an unclear answer. Default 1 s. */
  readonly backoffMs?: number;
}
export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that go to the origin asked and to nobody a redirect leads to. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly body: string | null;
}
export interface HttpAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** The server's clock, ISO in UTC; ours where it tells none. */
  readonly now: string;
  /** The body in pieces, unpacked; throws when it grows beyond the cap or breaks off. */
  readonly text: string;
}
export interface Http {
  /** @throws AuthError (401, 403), LimitError (429 for too long), SourceError for everything else that is no answer. */
  ask(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const attempts = 5;
const mostRedirects = 3;
/** Longer waits are not ours to sit through: the run ends and comes back. */
const longestWaitMs = 120_000;

/** What a server said instead of an answer. */
class Refusal extends Error {
  readonly status: number;
  readonly retryAfterMs: number | null;
  constructor(status: number, says: string, retryAfterMs: number | null) {
    super(says);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export function createHttp(options: HttpOptions): Http {
  const egress = createEgress(options);
  const agent = new Agent({
    connect: { lookup: egress.lookup, timeout: Math.min(options.timeoutMs, 15_000) },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxHeaderSize: 65_536,
  });
  const pace = createPace({ atOnce: 1, perInterval: options.perMinute, intervalMs: 60_000 });

  const once = async (question: HttpQuestion, outer: AbortSignal): Promise<HttpAnswer> => {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(options.timeoutMs)]);
    let { url } = question;
    for (let hop = 0; ; hop++) {
      egress.admit(url);
      const sameOrigin = url.origin === question.url.origin;
      const answer = await request(url, {
        method: question.method,
        headers: {
          'user-agent': 'kenko',
          'accept-encoding': 'gzip, deflate, br',
          ...question.headers,
          ...(sameOrigin ? question.secretHeaders : {}),
        },
        ...(question.body === null ? {} : { body: question.body }),
        dispatcher: agent,
        signal,
      });
      const headers = plainHeaders(answer.headers);
      if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
        await answer.body.dump({ limit: 65_536, signal });
        url = followed(url, headers['location'] ?? '', options, hop, question.method);
        continue;
      }
      const text = await textOf(answer.body, headers['content-encoding'] ?? '', options);
      if (answer.statusCode >= 200 && answer.statusCode < 300)
        return { headers, text, now: instantOf(headers['date']) ?? options.clock.now() };
      throw new Refusal(answer.statusCode, saysOf(text), waitOf(headers['retry-after'], options.clock.now()));
    }
  };

  return {
    ask: async (question, signal) => {
      try {
        return await retry(() => pace.run(() => once(question, signal), signal), {
          attempts,
          chance: options.chance,
          classify: (error) => (signal.aborted ? null : worthAnotherTry(error)),
          signal,
          baseMs: options.backoffMs ?? 1_000,
        });
      } catch (error) {
        rethrowCrash(error);
        if (signal.aborted) throw signal.reason;
        throw translate(error, options.where, question.url);
      }
    },
    close: async () => {
      await agent.destroy();
    },
  };
}

/** Where a redirect leads, if it may be followed. @throws SourceError */
function followed(from: URL, location: string, options: HttpOptions, hop: number, method: string): URL {
  const refused = (why: string) =>
    new SourceError('the answer is a redirect that is not followed', {
      where: `${options.where}, ${from.host}${from.pathname}`,
      why,
      fix: 'Write the final address under url, or name its host under redirect_hosts in sources.yaml.',
    });
  if (!URL.canParse(location, from.href)) throw refused('It does not say where to.');
  const to = new URL(location, from.href);
  const known = to.host === from.host || options.redirectHosts.some((host) => hostFits(to.hostname, host));
  if (!known) throw refused(`It leads to ${to.host}, and nobody said that this host may be asked.`);
  if (method !== 'GET') throw refused('Only a question without a body can be asked elsewhere.');
  if (hop >= mostRedirects) throw refused(`It is the ${hop + 1}th in a row.`);
  return to;
}
export function hostFits(host: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern;
}

async function textOf(body: Readable, encoding: string, options: HttpOptions): Promise<string> {
  const unpack =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : null;
  if (unpack !== null) body.once('error', (error: Error) => unpack.destroy(error));
  const bytes: AsyncIterable<Buffer> = unpack === null ? body : body.pipe(unpack);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > options.maxBytes)
        throw new SourceError(`an answer is larger than ${Math.round(options.maxBytes / 2 ** 20)} MB`, {
          where: options.where,
          why: 'It may have no end, or unpack to more than memory holds.',
          fix: 'Ask for smaller pages; max_mb raises the cap.',
        });
      chunks.push(chunk);
    }
  } finally {
    body.destroy();
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function plainHeaders(given: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
function instantOf(date: string | undefined): string | null {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
/** Retry-After: seconds or a date. */
function waitOf(header: string | undefined, now: string): number | null {
  if (header === undefined || header === '') return null;
  if (/^\d+(\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1_000);
  const ms = Date.parse(header);
  return Number.isNaN(ms) ? null : Math.max(0, ms - Date.parse(now));
}
/** What the server says of its refusal: a short machine text where it sends one, never a whole page. */
function saysOf(text: string): string {
  try {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    const found = [parsed['message'], parsed['error_description'], parsed['detail'], parsed['error'], parsed['title']];
    const nested = found.find((one) => typeof one === 'object' && one !== null) as Record<string, unknown> | undefined;
    const said = [...found, nested?.['message']].find((one) => typeof one === 'string');
    return typeof said === 'string' ? said.replaceAll(/[\p{C}\s]+/gu, ' ').slice(0, 160) : '';
  } catch {
    return '';
  }
}

/** Whether a call that failed without being refused may be made again. */
export function worthAnotherTry(error: unknown): number | 'backoff' | null {
  if (error instanceof KenkoError) return null;
  if (error instanceof Refusal) {
    if (error.status !== 429 && error.status !== 408 && error.status < 500) return null;
    if (error.retryAfterMs === null) return 'backoff';
    return error.retryAfterMs <= longestWaitMs ? error.retryAfterMs : null;
  }
  const code = codeOf(error);
  return isUntrusted(code) || code === 'ERR_ENCODING_INVALID_ENCODED_DATA' || code.startsWith('Z_') ? null : 'backoff';
}
function codeOf(error: unknown): string {
  const one = error as { code?: unknown; cause?: { code?: unknown }; name?: unknown };
  const code = one.code ?? one.cause?.code;
  return typeof code === 'string' ? code : one.name === 'TimeoutError' ? 'ETIMEDOUT' : '';
}

function translate(error: unknown, source: string, url: URL): unknown {
  // The query may hold a key of somebody's; the path says enough.
  const where = `${source}, ${url.host}${url.pathname}`;
  return error instanceof Refusal ? refusalOf(error, where) : unanswered(error, where);
}
/** A call that got no answer at all, as our own error: refused by the egress rules, not trusted, late, or lost on the way. */
export function unanswered(error: unknown, where: string): unknown {
  if (error instanceof KenkoError) return error;
  const inner = error instanceof Error ? (error as { cause?: unknown }).cause : undefined;
  if (inner instanceof KenkoError) return inner;
  const code = codeOf(error);
  if (isUntrusted(code))
    return new SourceError('the server could not prove who it is', {
      where,
      why: `Its certificate was not accepted (${code}), so neither the key nor the data would be safe.`,
      fix: 'Give the company certificate by NODE_EXTRA_CA_CERTS, and use the name that the certificate is made out to.',
      cause: error,
    });
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new SourceError('an answer is not UTF-8', {
      where,
      why: 'Names and words in it would be garbled.',
      fix: 'Ask the server for UTF-8, or bring the export as a file with encoding: cp932.',
      cause: error,
    });
  if (code.startsWith('Z_'))
    return new SourceError('a packed answer is damaged', {
      where,
      why: code,
      fix: 'The next run asks again.',
      cause: error,
    });
  const late = code === 'ETIMEDOUT' || (code.startsWith('UND_ERR_') && code.endsWith('TIMEOUT'));
  return new SourceError(
    late
      ? 'the server took too long'
      : `the server could not be reached (${code === '' ? (error as Error).message : code})`,
    {
      where,
      why: 'What it gave before stays; nothing is taken for gone.',
      fix: late
        ? 'Ask for smaller pages; timeout_seconds raises the limit.'
        : 'Is it up, and reachable from here? The next run asks again.',
      cause: error,
    },
  );
}
function refusalOf(refusal: Refusal, where: string): KenkoError {
  const said = refusal.message === '' ? '' : `: ${refusal.message}`;
  if (refusal.status === 401 || refusal.status === 403)
    return new AuthError(`the server refused the sign-in (${refusal.status}${said})`, {
      where,
      fix: 'Check the key in the environment variable that auth names, and what it may read.',
    });
  if (refusal.status === 429)
    return new LimitError('the server wants fewer questions', {
      where,
      why: `It answered 429${said}, and went on doing so or asked for a longer wait than a run can sit through.`,
      fix: 'Lower per_minute in sources.yaml; the next run asks again.',
      retryAfterMs: refusal.retryAfterMs,
    });
  if (refusal.status >= 500)
    return new SourceError(`the server is in trouble (${refusal.status}${said})`, {
      where,
      why: 'What it gave before stays; nothing is taken for gone.',
      fix: 'The next run asks again.',
    });
  return new SourceError(`the server does not understand the question (${refusal.status}${said})`, {
    where,
    why: 'The address or what is asked of it is not as its documentation says, or it has changed.',
    fix: 'Correct url, query or body in config/sources.yaml.',
  });
}
