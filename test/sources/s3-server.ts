// A real S3-compatible server on loopback (s3rver) with a pair of keys that everybody knows. It looks only at the name of a
// key; the signature itself is checked in front of it, by Amazon's own signer.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver, { type Context } from 's3rver';
import { amazonSigns } from '../clients/amazon-signer.ts';
import type { Storage } from './storage-source.ts';

export interface S3Server extends Storage {
  put(key: string, body: string | Buffer): Promise<void>;
  remove(key: string): Promise<void>;
  /** Questions answered so far, as `GET /exports/a.csv`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** The Authorization header that belongs to this question. */
async function rightFor({ url, headers }: Context): Promise<string> {
  const given = headers['authorization'] ?? '';
  const [, region = '', names = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/.*SignedHeaders=([^,]+)/.exec(given) ?? [];
  const signed = Object.fromEntries(names.split(';').map((name) => [name, headers[name] ?? '']));
  const at = (headers['x-amz-date'] ?? '').replace(/(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)/, '$1-$2-$3:$4:$5');
  return await amazonSigns(new URL(url, `http://${headers['host']}`), signed, {
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
    region,
    at: new Date(at),
  });
}

export async function startS3(bucket = 'exports'): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'kenko-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const asked: string[] = [];
  server.middleware.unshift(async (context, next) => {
    asked.push(`${context.method} ${context.url.split('?')[0]}`);
    const given = context.headers['authorization'];
    if (given?.startsWith('AWS4-HMAC-SHA256 Credential=S3RVER/') === true && given !== (await rightFor(context))) {
      context.status = 403;
      context.body = '<Error><Code>SignatureDoesNotMatch</Code><Message>Check your key.</Message></Error>';
      return;
    }
    await next();
  });
  const { port } = await server.run();
  const url = `http://127.0.0.1:${port}`;
  // Without a signature the server lets everybody in; so the test fills it with plain questions of its own.
  const ask = async (method: string, key: string, body?: string | Buffer) => {
    const answer = await fetch(`${url}/${bucket}/${key}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${key}: ${answer.status} ${await answer.text()}`);
  };
  return {
    url,
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
    asked,
    put: (key, body) => ask('PUT', key, body),
    remove: (key) => ask('DELETE', key),
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
