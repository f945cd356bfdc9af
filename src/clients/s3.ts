// Objects of S3-compatible storage: listed by prefix, and brought into files of our own. Only GET is ever sent, every call is
// signed and goes where the egress rules allow, redirects are not followed, and half an object is never taken for a whole.

import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { Agent, request } from 'undici';
import type { Chance } from '../lib/chance.ts';
import type { Clock } from '../lib/clock.ts';
import { AuthError, KenkoError, LimitError, rethrowCrash, SourceError } from '../lib/errors.ts';
import { retry } from '../lib/retry.ts';
import type { Secret } from '../lib/secret.ts';
import { createEgress } from './egress.ts';
import { unanswered, worthAnotherTry } from './http.ts';
import { encoded, signedHeaders } from './s3-signature.ts';

export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`: the bucket stands in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: Secret | string;
  readonly secretKey: Secret | string;
  readonly sessionToken: Secret | string | null;
  readonly allowAddresses: readonly string[];
  /** Deadline of one list page, and of silence in the middle of an object. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly chance: Chance;
  /** `source usage`. */
  readonly where: string;
  /** First wait of our own after an unclear answer. Default 1 s. */
  readonly backoffMs?: number;
}
export interface S3Object {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** Changes whenever the object does. */
  readonly etag: string;
}
export interface S3 {
  /** Objects below a prefix, in the order of their keys. @throws AuthError, LimitError, SourceError */
  list(bucket: string, prefix: string, signal: AbortSignal): AsyncGenerator<S3Object>;
  /**
   * Brings an object into a new file. @throws SourceError where it was replaced or removed since it was listed, or came only
   * half; AuthError
   */
  bring(object: S3Object, path: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const attempts = 4;
/** A page of a thousand keys of at most 1,024 bytes, each with what is told about it. */
const longestList = 8 * 2 ** 20;

/** What the storage said instead of an answer. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly region: string | null;
  constructor(status: number, xml: string, region: string | null) {
    super(textOf(xml, 'Message') ?? '');
    this.status = status;
    this.code = textOf(xml, 'Code') ?? '';
    this.region = region;
  }
}

export function openS3(options: S3Options): S3 {
  const egress = createEgress(options);
  const agent = new Agent({
    connect: { lookup: egress.lookup, timeout: Math.min(options.timeoutMs, 15_000) },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxHeaderSize: 65_536,
  });
  const revealed = (one: Secret | string) => (typeof one === 'string' ? one : one.reveal());

  async function get<T>(
    about: { readonly bucket: string; readonly key: string },
    query: Readonly<Record<string, string>>,
    more: Readonly<Record<string, string>>,
    use: (body: Readable, headers: Readonly<Record<string, unknown>>) => Promise<T>,
    outer: AbortSignal,
  ): Promise<T> {
    const url = urlOf(options.endpoint, about, query);
    egress.admit(url);
    const once = async (): Promise<T> => {
      const signed = signedHeaders(url, {
        key: {
          accessKey: revealed(options.accessKey),
          secretKey: revealed(options.secretKey),
          sessionToken: options.sessionToken === null ? null : revealed(options.sessionToken),
        },
        region: options.region,
        now: options.clock.now(),
        more,
      });
      const { statusCode, headers, body } = await request(url, {
        method: 'GET',
        headers: { 'user-agent': 'kenko', ...signed },
        dispatcher: agent,
        signal: outer,
      });
      try {
        if (statusCode === 200) return await use(body, headers);
        const region = headers['x-amz-bucket-region'];
        throw new Refusal(statusCode, await shortText(body), typeof region === 'string' ? region : null);
      } finally {
        body.destroy();
      }
    };
    try {
      return await retry(once, {
        attempts,
        chance: options.chance,
        classify: (error) => {
          if (outer.aborted) return null;
          if (!(error instanceof Refusal)) return worthAnotherTry(error);
          return error.status >= 500 || error.status === 429 ? 'backoff' : null;
        },
        signal: outer,
        baseMs: options.backoffMs ?? 1_000,
      });
    } catch (error) {
      rethrowCrash(error);
      if (outer.aborted) throw outer.reason;
      throw translate(error, options, about);
    }
  }

  return {
    async *list(bucket, prefix, signal) {
      for (let token: string | null = null; ; ) {
        const query = {
          'list-type': '2',
          'encoding-type': 'url',
          prefix,
          ...(token === null ? {} : { 'continuation-token': token }),
        };
        const about = { bucket, key: '' };
        const xml: string = await get(about, query, {}, (body) => wholeText(body, options, about), signal);
        const page = listed(xml, bucket, options, about);
        yield* page.objects;
        // The same token again would go round in a circle.
        if (page.next === null || page.next === token) return;
        token = page.next;
      }
    },
    bring: (object, path, signal) =>
      get(
        object,
        {},
        { 'if-match': object.etag },
        async (body) => {
          let bytes = 0;
          const counted = async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              bytes += chunk.length;
              if (bytes > object.bytes) throw notAsListed(options, object, bytes);
              yield chunk;
            }
          };
          await pump(body, counted, createWriteStream(path, { mode: 0o600 }), { signal });
          if (bytes !== object.bytes) throw notAsListed(options, object, bytes);
        },
        signal,
      ),
    close: () => agent.destroy(),
  };
}

function urlOf(
  endpoint: string,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  query: Readonly<Record<string, string>>,
): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}${key === '' ? '' : `/${key.split('/').map(encoded).join('/')}`}`;
  url.search = Object.entries(query)
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&');
  return url;
}

/** One page of ListObjectsV2. The form is small and fixed, so tags are looked for by name. @throws SourceError for anything else */
function listed(xml: string, bucket: string, options: S3Options, about: { readonly bucket: string }) {
  if (!/<ListBucketResult[\s>]/.test(xml) || !xml.includes('</ListBucketResult>'))
    throw new SourceError('the storage answered with something that is no list of objects', {
      where: placeOf(options, about),
      why: 'Half a list, or a page of somebody in between, cannot be told from objects that are gone.',
      fix: 'Is endpoint in config/sources.yaml the address of an S3-compatible storage? The next run asks again.',
    });
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  const plain = (text: string) => (isEncoded ? decodeURIComponent(text.replaceAll('+', ' ')) : text);
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(
    ([, inside = '']): S3Object => ({
      bucket,
      key: plain(textOf(inside, 'Key') ?? ''),
      bytes: Number(textOf(inside, 'Size') ?? Number.NaN),
      etag: textOf(inside, 'ETag') ?? '',
    }),
  );
  const bad = objects.find(({ key, bytes, etag }) => key === '' || etag === '' || !Number.isSafeInteger(bytes));
  if (bad !== undefined)
    throw new SourceError('the storage lists an object without its name, size or ETag', {
      where: placeOf(options, about),
      why: 'Without them nobody knows whether an object was read before, or came whole.',
      fix: 'Use a storage whose ListObjectsV2 tells Key, Size and ETag, or bring the files below the home.',
    });
  const isMore = textOf(xml, 'IsTruncated') === 'true';
  return { objects, next: isMore ? textOf(xml, 'NextContinuationToken') : null };
}
function textOf(xml: string, tag: string): string | null {
  const inside = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(xml)?.[1];
  return inside === undefined ? null : unescaped(inside);
}
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex?: string, number?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (number !== undefined) return String.fromCodePoint(Number(number));
    return entities[name ?? ''] ?? all;
  });
}

async function wholeText(body: Readable, options: S3Options, about: { readonly bucket: string }): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestList)
      throw new SourceError('a list of objects has no end', {
        where: placeOf(options, about),
        why: 'A page of a thousand objects is far smaller.',
        fix: 'Is endpoint in config/sources.yaml the address of an S3-compatible storage?',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
/** What a refusal says, up to 64 KiB; longer ones say nothing worth reading. */
async function shortText(body: Readable): Promise<string> {
  let text = '';
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > 65_536) return '';
  }
  return text;
}

function placeOf(
  { where }: S3Options,
  { bucket, key = '' }: { readonly bucket: string; readonly key?: string },
): string {
  return `${where}, s3://${bucket}${key === '' ? '' : `/${key}`}`;
}
function notAsListed(options: S3Options, object: S3Object, bytes: number): SourceError {
  return new SourceError(bytes < object.bytes ? 'an object came only half' : 'an object is longer than it was listed', {
    where: placeOf(options, object),
    why: `${object.bytes} bytes were listed and ${bytes} came; nothing can be derived from a part.`,
    fix: 'The next run reads again.',
  });
}

function translate(
  error: unknown,
  options: S3Options,
  about: { readonly bucket: string; readonly key: string },
): unknown {
  const where = placeOf(options, about);
  if (error instanceof KenkoError || !(error instanceof Refusal)) return unanswered(error, where);
  const { status, code, message } = error;
  const said = [code, message]
    .filter((one) => one !== '')
    .join(': ')
    .slice(0, 200);
  if (status === 412)
    return new SourceError('an object was replaced while it was to be read', {
      where,
      why: 'What was listed and what is there now are not the same, so the whole of it does not count as read.',
      fix: 'Nothing to do: the next run reads what is there then.',
    });
  if (status === 404)
    return new SourceError(code === 'NoSuchBucket' ? 'there is no such bucket' : 'an object is gone', {
      where,
      why: `${said === '' ? '404' : said}. What it gave before stays; nothing is taken for gone.`,
      fix: 'Correct path or storage.endpoint in config/sources.yaml, or put the export there again.',
    });
  if (status === 401 || status === 403)
    return new AuthError(`the storage refused the sign-in (${status}${said === '' ? '' : ` ${said}`})`, {
      where,
      fix: 'Check the keys in the environment variables that storage names; they need s3:ListBucket on the bucket and s3:GetObject below the prefix.',
    });
  if (status === 429 || status === 503)
    return new LimitError('the storage wants fewer questions', {
      where,
      why: `It answered ${status}${said === '' ? '' : ` (${said})`} and went on doing so.`,
      fix: 'The next run asks again.',
      retryAfterMs: null,
    });
  return new SourceError(
    status >= 300 && status < 400
      ? 'the answer is a redirect, and redirects are not followed'
      : `the storage could not answer (${status}${said === '' ? '' : ` ${said}`})`,
    {
      where,
      why:
        error.region === null
          ? 'What it gave before stays; nothing is taken for gone.'
          : `The bucket says that it lives in ${error.region}.`,
      fix:
        error.region === null
          ? 'Correct storage.endpoint in config/sources.yaml; if it is right, the next run asks again.'
          : `Write region: ${error.region} and the endpoint of that region under storage in config/sources.yaml.`,
    },
  );
}
