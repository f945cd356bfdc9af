// AWS Signature Version 4 for questions without a body, as every S3-compatible storage understands it
// (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Pure: the time is given.

import { createHash, createHmac } from 'node:crypto';

export interface S3Key {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Only with keys that last for hours. */
  readonly sessionToken: string | null;
}

const emptyBody = createHash('sha256').update('').digest('hex');

/** The headers that sign a GET of this address. `more`: further headers that are to be signed, names in lower case. */
export function signedHeaders(
  url: URL,
  given: {
    readonly key: S3Key;
    readonly region: string;
    /** ISO in UTC. */
    readonly now: string;
    readonly more?: Readonly<Record<string, string>>;
  },
): Readonly<Record<string, string>> {
  const { key, region } = given;
  const instant = given.now.replace(/[-:]|\.\d+/g, '');
  const day = instant.slice(0, 8);
  const headers: Readonly<Record<string, string>> = {
    ...given.more,
    host: url.host,
    'x-amz-content-sha256': emptyBody,
    'x-amz-date': instant,
    ...(key.sessionToken === null ? {} : { 'x-amz-security-token': key.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    'GET',
    // S3 signs the path as it is sent, encoded once.
    url.pathname,
    [...url.searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    names.join(';'),
    emptyBody,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', instant, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${key.secretKey}`);
  const signature = hmac(signingKey, text).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

/** As RFC 3986 and AWS have it: everything but letters, digits, `-`, `.`, `_` and `~`. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
