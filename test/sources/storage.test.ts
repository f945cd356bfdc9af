// Files in S3-compatible storage: a real server for what is ordinary, and one that lies for what is not.

import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cursor } from '../../src/domain/nouns.ts';
import { FilesSettings } from '../../src/sources/files/settings.ts';
import type { Page, Source } from '../../src/sources/source.ts';
import { type S3Server, startS3 } from './s3-server.ts';
import { column } from './settings.ts';
import { openStored } from './storage-source.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const never = new AbortController().signal;
const today = { asOf: '2026-06-30', today: '2026-06-30', signal: never };
const csv = (...rows: readonly string[]) => `key,day,value\n${rows.map((row) => `${row}\n`).join('')}`;

let s3: S3Server;
let web: WebServer;
const open: Source[] = [];
beforeAll(async () => {
  s3 = await startS3();
  web = await startWebServer();
});
afterEach(async () => {
  for (const source of open.splice(0)) await source.close();
});
afterAll(async () => {
  await s3?.close();
  await web?.close();
});

function stored(
  settings: Readonly<Record<string, unknown>>,
  ofStorage: Readonly<Record<string, unknown>> = {},
): Source {
  const source = openStored(s3, settings, { columns: { value: column('value', 'number') } }, ofStorage);
  open.push(source);
  return source;
}
async function read(source: Source, cursor: Cursor | null = null): Promise<readonly Page[]> {
  const [stream] = source.streams;
  if (stream === undefined) throw new Error('a source has a stream');
  const pages: Page[] = [];
  for await (const page of source.read(stream, cursor, today)) pages.push(page);
  return pages;
}
const keysOf = (pages: readonly Page[]) => pages.flatMap((page) => page.records.map((record) => record.key)).sort();
const objectsHere = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('kenko-objects-')).length;

describe('files in a storage', () => {
  it('are found by stars and prefixes, packed or not, and nothing else of the bucket is brought', async () => {
    await s3.put('found/2026/05/a.csv', csv('a,2026-05-01,1'));
    await s3.put('found/2026/06/b c+d&e.csv.gz', gzipSync(csv('b,2026-06-01,2')));
    await s3.put('found/2026/06/.hidden.csv', csv('h,2026-06-01,2'));
    await s3.put('found/2026/06/note.txt', 'no rows');
    await s3.put('foundling.csv', csv('x,2026-06-01,2'));
    s3.asked.length = 0;

    const all = keysOf(
      await read(stored({ path: ['s3://exports/found/**/*.csv', 's3://exports/found/**/*.csv.gz'], format: 'csv' })),
    );
    const june = keysOf(await read(stored({ path: 's3://exports/found/2026/0?/b*.csv.gz' })));
    const one = keysOf(await read(stored({ path: 's3://exports/found/2026/05/a.csv' })));

    expect(all).toEqual(['a', 'b']);
    expect(june).toEqual(['b']);
    expect(one).toEqual(['a']);
    expect(s3.asked.filter((asked) => !asked.startsWith('GET /exports'))).toEqual([]);
    expect(s3.asked.filter((asked) => /hidden|note|foundling/.test(asked))).toEqual([]);
  });

  it('are listed over as many pages as there are', async () => {
    const page = (key: string, next: string) =>
      `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated><NextContinuationToken>${next}</NextContinuationToken><Contents><Key>${key}</Key><ETag>&quot;1&quot;</ETag><Size>29</Size></Contents></ListBucketResult>`;
    web.answer = ({ url }) => {
      const token = url.searchParams.get('continuation-token');
      if (!url.searchParams.has('list-type')) return { body: csv(`${url.pathname.at(-5)},2026-06-01,1`) };
      return {
        body: token === null ? page('a.csv', '1+/=&amp;') : token === '1+/=&' ? page('b.csv', '2') : page('c.csv', ''),
      };
    };
    const source = openStored(
      { url: web.url, accessKey: 'pretend', secretKey: 'pretend' },
      { path: 's3://exports/*.csv' },
    );
    open.push(source);

    expect(keysOf(await read(source))).toEqual(['a', 'b', 'c']);
  });

  it('are counted by the engine like files of the home', async () => {
    await s3.put('sum/a.csv', csv('a,2026-06-01,1', 'a,2026-06-01,2', 'b,2026-06-02,5'));
    const settings = { path: 's3://exports/sum/*.csv', cells: { day: 'day', value: 'number' }, per: ['key', 'day'] };

    const pages = await read(stored({ ...settings, make: { value: { sum: 'value' } } }));

    expect(pages.flatMap((page) => page.records.map((one) => [one.key, one.fields['value']])).sort()).toEqual([
      ['a', 3],
      ['b', 5],
    ]);
  });

  it('are read once: not again while nothing changed, from the look-back on where one grew, whole where one was replaced', async () => {
    const source = stored({ path: 's3://exports/once/*.csv', cursor: 'day' });
    const days = Array.from({ length: 28 }, (_, i) => `2026-05-${String(i + 1).padStart(2, '0')}`);
    const rows = days.map((day) => `${day},${day},1`);
    await s3.put('once/a.csv', csv(...rows));
    const first = await read(source);

    s3.asked.length = 0;
    const same = await read(source, first.at(-1)?.cursor);
    const askedWhenSame = [...s3.asked];
    await s3.put('once/a.csv', csv(...rows, '2026-06-01,2026-06-01,1'));
    const grown = await read(source, same.at(-1)?.cursor);
    await s3.put('once/a.csv', csv('2026-05-01,2026-05-01,9', ...rows.slice(1), '2026-06-01,2026-06-01,1'));
    const replaced = await read(source, grown.at(-1)?.cursor);

    expect(keysOf(first)).toHaveLength(28);
    expect(keysOf(same)).toEqual([]);
    expect(askedWhenSame).toEqual(['GET /exports']);
    expect(keysOf(grown)).toEqual(['2026-05-27', '2026-05-28', '2026-06-01']);
    expect(keysOf(replaced)).toHaveLength(29);
  });

  it('leave nothing on this disk, whether the reading went well or not', async () => {
    await s3.put('tidy/a.csv', csv('a,2026-06-01,1'));
    const before = await objectsHere();

    await read(stored({ path: 's3://exports/tidy/a.csv' }));
    await expect(
      read(stored({ path: 's3://exports/tidy/a.csv', query: 'SELECT nothing FROM rows' })),
    ).rejects.toThrow();

    expect(await objectsHere()).toBe(before);
  });

  it('may be looked at without reading them', async () => {
    await s3.put('look/a.csv', csv('a,2026-06-01,1'));
    await s3.put('look/b.csv', 'key,day\nb,2026-06-01\n');

    expect(await stored({ path: 's3://exports/look/a.csv' }).check(never)).toEqual([]);
    expect((await stored({ path: 's3://exports/look/*.csv' }).check(never)).map((problem) => problem.what)).toEqual([
      'column "value" is not in the file',
    ]);
  });
});

describe('a storage that does not give', () => {
  it.each([
    ['refuses a wrong secret', { secret_access_key: 'pretend-but-wrong' }, 'SignatureDoesNotMatch', 'E_AUTH'],
    ['refuses a key that nobody has', { access_key: 'NOBODY' }, 'InvalidAccessKeyId', 'E_AUTH'],
  ])('%s', async (_what, ofStorage, says, code) => {
    await s3.put('shut/a.csv', csv('a,2026-06-01,1'));

    await expect(read(stored({ path: 's3://exports/shut/a.csv' }, ofStorage))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  });

  it.each([
    ['has no such bucket', { path: 's3://exprots/a.csv' }, 'there is no such bucket'],
    ['has no such object', { path: 's3://exports/nothing/*.csv' }, 'there is no such object'],
  ])('%s', async (_what, settings, says) => {
    await expect(read(stored(settings))).rejects.toMatchObject({ code: 'E_SOURCE', message: says });
  });

  it('would take more of this disk than was allowed, and is not even asked for it', async () => {
    await s3.put('large/a.csv', Buffer.alloc(1_100_000, 97));
    s3.asked.length = 0;

    await expect(read(stored({ path: 's3://exports/large/a.csv' }, { max_mb: 1 }))).rejects.toThrow(
      '1 objects of 2 MB would have to be brought here',
    );
    expect(s3.asked).toEqual(['GET /exports']);
  });

  /** A list of one object of so many bytes, and then what the server makes of it. */
  function lying(body: (nth: number) => ReturnType<WebServer['answer']>, bytes = 100): Source {
    let nth = 0;
    web.answer = ({ url }) => {
      if (url.searchParams.has('list-type'))
        return {
          headers: { 'content-type': 'application/xml' },
          body: `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a.csv</Key><Size>${bytes}</Size><ETag>"1"</ETag></Contents></ListBucketResult>`,
        };
      nth += 1;
      return body(nth);
    };
    const source = openStored(
      { url: web.url, accessKey: 'pretend', secretKey: 'pretend' },
      { path: 's3://exports/*.csv' },
    );
    open.push(source);
    return source;
  }
  const half = csv('a,2026-06-01,1');

  it.each([
    ['ends after half of the object', () => ({ body: half }), 'an object came only half'],
    [
      'breaks off in the middle of the object, each time',
      () => ({
        raw: (response: import('node:http').ServerResponse) => {
          response.writeHead(200, { 'content-length': '100' });
          response.write(half, () => response.destroy());
        },
      }),
      'the server could not be reached',
    ],
    [
      'gives more than it listed',
      () => ({ body: `${half}${'x'.repeat(200)}` }),
      'an object is longer than it was listed',
    ],
    ['has another object by then', () => ({ status: 412, body: '' }), 'an object was replaced while it was to be read'],
    [
      'has no object by then',
      () => ({ status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }),
      'an object is gone',
    ],
    [
      'sends us to a cloud’s metadata',
      () => ({ status: 307, headers: { location: 'http://169.254.169.254/latest/meta-data/' } }),
      'redirects are not followed',
    ],
  ] as const)('%s', async (_what, body, says) => {
    await expect(read(lying(body as never))).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining(says),
      where: expect.stringContaining('source usage, s3://exports/a.csv'),
    });
  });

  it('is asked again when it was only busy, and asks for the version that was listed', async () => {
    const whole = csv('a,2026-06-01,1');
    const source = lying((nth) => (nth < 3 ? { status: 503, body: '' } : { body: whole }), whole.length);
    web.asked.length = 0;

    expect(keysOf(await read(source))).toEqual(['a']);
    expect(web.asked.slice(1).map(({ headers }) => headers['if-match'])).toEqual(['"1"', '"1"', '"1"']);
  });

  it.each([
    ['half a list', '<ListBucketResult><Contents><Key>a.csv</Key>'],
    ['a sign-in page', '<html>Sign in</html>'],
  ])('answers with %s, which is no empty list', async (_what, body) => {
    web.answer = () => ({ body });
    const source = openStored(
      { url: web.url, accessKey: 'pretend', secretKey: 'pretend' },
      { path: 's3://exports/*.csv' },
    );
    open.push(source);

    await expect(read(source)).rejects.toThrow('something that is no list of objects');
  });

  it('is not asked at an address that is not public, whatever its name', async () => {
    for (const endpoint of ['https://169.254.169.254', 'https://localhost', 'http://10.0.0.1'])
      await expect(
        read(stored({ path: 's3://exports/a.csv' }, { endpoint, allow_addresses: [] })),
        endpoint,
      ).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('the settings', () => {
  const keys = { access_key: 'x', secret_access_key: 'y' };
  it.each([
    ['a path of the storage without storage', { path: 's3://exports/a.csv' }],
    ['a path of the home with storage', { path: 'data/a.csv', storage: keys }],
    ['stars in the bucket', { path: 's3://ex*/a.csv', storage: keys }],
    ['a bucket without a key', { path: 's3://exports/', storage: keys }],
    ['storage without keys', { path: 's3://exports/a.csv', storage: {} }],
  ])('refuse %s', (_what, settings) => {
    expect(FilesSettings.safeParse(settings).success).toBe(false);
  });
});
