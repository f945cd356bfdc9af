// What can be wrong with a storage besides what can be wrong with a file: the acts of its column in the table of bad input.

import { gzipSync } from 'node:zlib';
import type { Source } from '../../src/sources/source.ts';
import { freePort } from './mariadb.ts';
import type { S3Server } from './s3-server.ts';
import { openStored } from './storage-source.ts';
import type { Told, WebServer } from './web-server.ts';

export interface BadStorage {
  readonly s3: S3Server;
  /** A server that lies. */
  readonly web: WebServer;
  readonly outcomeOf: (source: Source) => Promise<string>;
  /** An address with a certificate that nobody trusts. */
  readonly untrusted: () => Promise<string>;
  /** The rows that every kind is given, as CSV. */
  readonly csv: string;
}

export function badStorage({ s3, web, outcomeOf, untrusted, csv }: BadStorage) {
  const path = 's3://exports/rows.csv';
  const keys = { accessKey: 'pretend', secretKey: 'pretend' };
  const of =
    (body: string | Buffer, key = 'rows.csv', settings: Readonly<Record<string, unknown>> = {}) =>
    async () => {
      await s3.put(key, body);
      return await outcomeOf(openStored(s3, { path: `s3://exports/${key}`, ...settings }));
    };
  /** The list is honest; what comes instead of the object is not. */
  const lying =
    (told: Told, bytes = 1_000, ofStorage: Readonly<Record<string, unknown>> = {}) =>
    async () => {
      web.answer = ({ url }) =>
        url.searchParams.has('list-type')
          ? {
              body: `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>rows.csv</Key><Size>${bytes}</Size><ETag>"1"</ETag></Contents></ListBucketResult>`,
            }
          : told;
      return await outcomeOf(openStored({ url: web.url, ...keys }, { path }, {}, ofStorage));
    };
  return {
    unreachable: async () => outcomeOf(openStored({ url: `http://127.0.0.1:${await freePort()}`, ...keys }, { path })),
    'refused password': async () => {
      await s3.put('rows.csv', csv);
      return await outcomeOf(openStored({ ...s3, secretKey: 'wrong' }, { path }));
    },
    'TLS not verified': async () => outcomeOf(openStored({ url: await untrusted(), ...keys }, { path })),
    'timeout in the middle': lying(
      { raw: (response) => void response.writeHead(200, { 'content-length': '1000' }).write('key,day,value\n') },
      1_000,
      { timeout_seconds: 1 },
    ),
    empty: of(''),
    'half a file, half an answer': lying({ body: csv.slice(0, 500) }),
    'a renamed column': of(csv.replace('value', 'Value')),
    // Neither is a line: the one has no end, the other would fill the disk before anybody looked for one.
    'a line of 4 GB': async () => {
      const endless = await of(`${csv}${'x'.repeat(3 * 2 ** 20)}`)();
      const tooLarge = await lying({ body: '' }, 4 * 2 ** 30, { max_mb: 1_024 })();
      return endless === tooLarge ? endless : `${endless}, ${tooLarge}`;
    },
    'a zip bomb': of(gzipSync(`key,day,value\n${'a,2026-06-01,1\n'.repeat(8_000_000)}`), 'bomb.csv.gz'),
    'a redirect to 169.254.169.254': lying({
      status: 307,
      headers: { location: 'http://169.254.169.254/latest/meta-data/' },
    }),
  };
}
