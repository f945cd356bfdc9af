// REST lists: the contract, every way to page, to sign in and to be refused, and what is asked for again.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import { nextLink } from '../../src/sources/rest/paging.ts';
import { at, cellAt, withAt } from '../../src/sources/rest/paths.ts';
import { filled } from '../../src/sources/rest/question.ts';
import { RestSettings } from '../../src/sources/rest/settings.ts';
import { readAll, sourceContract } from './contract.ts';
import { column } from './settings.ts';
import { openRest, startWebServer, type WebServer } from './web-server.ts';

let web: WebServer;
beforeAll(async () => {
  web = await startWebServer();
});
beforeEach(() => {
  web.asked.length = 0;
});
afterAll(() => web.close());

const row = (key: string, value: unknown = 1) => ({ key, day: '2026-06-01', value });
async function read(settings: Readonly<Record<string, unknown>>, more = {}, at: string | null = null) {
  const source = openRest(settings, more);
  try {
    const pages = await readAll(source, at === null ? null : { source: 'usage', stream: 'rows', at });
    return {
      pages,
      keys: pages.flatMap((page) => page.records.map((record) => record.key)),
      records: pages.flatMap((page) => page.records),
      rejected: pages.flatMap((page) => page.rejected),
      cursor: pages.at(-1)?.cursor?.at ?? null,
    };
  } finally {
    await source.close();
  }
}

describe('a rest source keeps the contract', () => {
  sourceContract(async () => {
    const server = await startWebServer();
    let rows: readonly object[] = [];
    server.answer = ({ url }) => {
      const page = Number(url.searchParams.get('page'));
      return { body: { items: rows.slice((page - 1) * 1_000, page * 1_000) } };
    };
    return {
      source: openRest({
        url: `${server.url}/usage`,
        rows: 'items',
        paging: { kind: 'page', param: 'page', size: 1_000 },
      }),
      fill: async (given) => {
        rows = given;
      },
      dropColumn: async () => {
        rows = [{ key: 'a', day: '2026-06-01' }];
      },
      vanish: async () => {
        await server.close();
      },
      close: async () => {
        await server.close().catch(() => undefined);
      },
    };
  });
});

describe('paging', () => {
  it('follows a Link header', async () => {
    web.answer = ({ url }) =>
      url.searchParams.get('p') === '2'
        ? { body: [row('b')] }
        : {
            body: [row('a')],
            headers: { link: `<${web.url}/x?p=1>; rel="prev", </x?p=2&q=1>; title="a, b"; rel="last next"` },
          };

    expect((await read({ url: `${web.url}/x`, paging: { kind: 'link' } })).keys).toEqual(['a', 'b']);
    expect(nextLink('<https://a.test/2>; rel=prev')).toBeNull();
    expect(nextLink('<https://a.test/2>; rel="nextish"')).toBeNull();
  });

  it('follows an address in the answer', async () => {
    web.answer = ({ url }) =>
      url.pathname === '/2'
        ? { body: { list: [row('b')], links: { next: null } } }
        : { body: { list: [row('a')], links: { next: `${web.url}/2` } } };

    expect(
      (await read({ url: `${web.url}/1`, rows: 'list', paging: { kind: 'next', from: 'links.next' } })).keys,
    ).toEqual(['a', 'b']);
  });

  it('hands a cursor back, in the address or in the body, until the answer says that it is the end', async () => {
    web.answer = ({ url, body }) => {
      const after = url.searchParams.get('after') ?? (body === '' ? null : at(JSON.parse(body), 'page.after'));
      return after === 'c1'
        ? { body: { data: [row('b')], end: true, meta: { after: 'c2' } } }
        : { body: { data: [row('a')], end: false, meta: { after: 'c1' } } };
    };
    const paging = { kind: 'cursor', from: 'meta.after', end: 'end' };

    const byAddress = await read({ url: `${web.url}/a`, rows: 'data', paging: { ...paging, param: 'after' } });
    const byBody = await read({
      url: `${web.url}/b`,
      method: 'POST',
      body: { page: { size: 5 } },
      rows: 'data',
      paging: { ...paging, field: 'page.after' },
    });

    expect([byAddress.keys, byBody.keys]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(JSON.parse(web.asked.at(-1)?.body ?? '')).toEqual({ page: { size: 5, after: 'c1' } });
  });

  it('takes the last row as cursor where the answer only says that there is more', async () => {
    web.answer = ({ url }) =>
      url.searchParams.get('starting_after') === 'b'
        ? { body: { data: [row('c')], has_more: false } }
        : { body: { data: [row('a'), row('b')], has_more: true } };
    const paging = { kind: 'cursor', from_last: 'key', more: 'has_more', param: 'starting_after' };

    expect((await read({ url: `${web.url}/s`, rows: 'data', paging })).keys).toEqual(['a', 'b', 'c']);
  });

  it('counts offsets until a page is not full', async () => {
    const all = ['a', 'b', 'c', 'd'].map((key) => row(key));
    web.answer = ({ url }) => {
      const from = Number(url.searchParams.get('offset'));
      return { body: all.slice(from, from + 2) };
    };

    expect(
      (await read({ url: `${web.url}/o`, paging: { kind: 'offset', param: 'offset', size: 2 } })).keys,
    ).toHaveLength(4);
    expect(web.asked.map(({ url }) => url.searchParams.get('offset'))).toEqual(['0', '2', '4']);
  });

  it('stays on the server that was asked, and notices circles and lists without end', async () => {
    web.answer = () => ({ body: { list: [row('a')], next: 'https://elsewhere.test/2' } });
    const settings = { url: `${web.url}/1`, rows: 'list', paging: { kind: 'next', from: 'next' } };
    await expect(read(settings)).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining('leaves the server'),
    });

    web.answer = () => ({ body: { list: [row('a')], next: `${web.url}/1?again` } });
    await expect(read(settings)).rejects.toMatchObject({ message: 'the paging goes in circles' });

    let n = 0;
    web.answer = () => ({ body: { list: [row('a')], next: `${web.url}/1?n=${n++}` } });
    await expect(read({ ...settings, max_pages: 3 })).rejects.toMatchObject({
      message: expect.stringContaining('still another'),
    });
  });
});

describe('signing in', () => {
  it.each([
    [{ kind: 'bearer', token: new Secret('t-1') }, 'authorization', 'Bearer t-1'],
    [
      { kind: 'basic', user: 'ä', password: new Secret('p') },
      'authorization',
      `Basic ${Buffer.from('ä:p').toString('base64')}`,
    ],
    [{ kind: 'basic', user_token: new Secret('k') }, 'authorization', `Basic ${Buffer.from('k:').toString('base64')}`],
    [{ kind: 'header', name: 'X-Api-Key', token: new Secret('k') }, 'x-api-key', 'k'],
    [{ kind: 'header', name: 'Authorization', prefix: 'Key ', token: new Secret('k') }, 'authorization', 'Key k'],
  ])('by %j', async (auth, header, value) => {
    web.answer = () => ({ body: [row('a')] });

    await read({ url: `${web.url}/x`, auth });

    expect(web.asked[0]?.headers[header]).toBe(value);
  });

  it('by client credentials: one token for many pages, renewed once when it is refused', async () => {
    let granted = 0;
    let pages = 0;
    web.answer = ({ url, headers, body }) => {
      if (url.pathname === '/token') {
        granted += 1;
        expect(new URLSearchParams(body).get('grant_type')).toBe('client_credentials');
        expect(headers.authorization).toBe(`Basic ${Buffer.from('app:pretend').toString('base64')}`);
        return { body: { access_token: `t-${granted}`, expires_in: 3_600 } };
      }
      pages += 1;
      if (headers.authorization !== 'Bearer t-2' && pages > 1) return { status: 401, body: { error: 'expired' } };
      return { body: pages < 4 ? [row(`k${pages}`), row(`l${pages}`)] : [] };
    };
    const auth = {
      kind: 'oauth',
      token_url: `${web.url}/token`,
      client_id: 'app',
      client_secret: new Secret('pretend'),
    };

    const { keys } = await read({ url: `${web.url}/x`, auth, paging: { kind: 'page', param: 'p', size: 2 } });

    expect(keys).toEqual(['k1', 'l1', 'k3', 'l3']);
    expect(granted).toBe(2);
  });

  it('that is refused says so, without the key', async () => {
    web.answer = () => ({ status: 401, body: { message: 'bad key' } });

    const refused = await read({
      url: `${web.url}/x?k=1`,
      auth: { kind: 'bearer', token: new Secret('very-hidden') },
    }).catch((error: Error) => error);

    expect(refused).toMatchObject({ code: 'E_AUTH', message: 'the server refused the sign-in (401: bad key)' });
    expect(JSON.stringify(refused) + String(refused)).not.toMatch(/very-hidden|k=1/);
    expect(web.asked).toHaveLength(1);
  });
});

describe('a server that wants patience', () => {
  it('is asked again after what Retry-After says, in seconds or as a date', async () => {
    const waits = ['0', new Date(Date.now() + 50).toUTCString()];
    web.answer = (_asked, nth) =>
      nth <= 2
        ? { status: nth === 1 ? 429 : 503, headers: { 'retry-after': waits[nth - 1] ?? '' } }
        : { body: [row('a')] };

    expect((await read({ url: `${web.url}/x` })).keys).toEqual(['a']);
    expect(web.asked).toHaveLength(3);
  });

  it('is left alone when it asks for a longer wait than a run can sit through', async () => {
    web.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });

    await expect(read({ url: `${web.url}/x` })).rejects.toMatchObject({ code: 'E_LIMIT', retryAfterMs: 3_600_000 });
    expect(web.asked).toHaveLength(1);
  });

  it('is given up after five tries', async () => {
    web.answer = () => ({ status: 502 });

    await expect(read({ url: `${web.url}/x` })).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining('in trouble'),
    });
    expect(web.asked).toHaveLength(5);
  });

  it('is not asked a second time what it does not understand', async () => {
    web.answer = () => ({ status: 422, body: { error: { message: 'no such filter' } } });

    await expect(read({ url: `${web.url}/x` })).rejects.toMatchObject({
      message: expect.stringContaining('422: no such filter'),
    });
    expect(web.asked).toHaveLength(1);
  });
});

describe('what is asked for again', () => {
  const settings = () => ({
    url: `${web.url}/x`,
    query: { from: ':since', until: ':as_of.day', unix: ':since.unix' },
    cursor: 'moved',
  });
  const moved = (key: string, time: unknown) => ({ ...row(key), moved: time });

  it('begins some days back, then at the newest cursor looked back; rows without one are told', async () => {
    web.answer = () => ({
      body: [moved('a', '2026-06-02T10:00:00Z'), moved('b', '2026-06-01T10:00:00Z'), moved('n', null)],
    });

    const first = await read({ ...settings(), first_days: 30 });
    const second = await read(settings(), {}, first.cursor);

    expect(web.asked[0]?.url.searchParams.get('from')).toBe('2026-05-31T00:00:00.000Z');
    expect(web.asked[0]?.url.searchParams.get('until')).toBe('2026-06-30');
    expect(first.cursor).toBe('2026-06-02T10:00:00.000Z');
    expect(first.pages.at(-1)?.notes?.[0]?.what).toBe('1 row has no moved');
    expect(web.asked[1]?.url.searchParams.get('from')).toBe('2026-06-02T09:55:00.000Z');
    expect(web.asked[1]?.url.searchParams.get('unix')).toBe(String(Date.parse('2026-06-02T09:55:00Z') / 1_000));
    expect(second.pages.at(-1)?.complete).toBe(false);
  });

  it("never goes beyond the server's own clock", async () => {
    web.answer = () => ({
      body: [moved('a', '2099-01-01T00:00:00Z')],
      headers: { date: 'Mon, 01 Jun 2026 12:00:00 GMT' },
    });

    expect((await read(settings())).cursor).toBe('2026-06-01T11:59:00.000Z');
  });

  it('keeps no cursor before the end, unless the list comes oldest first', async () => {
    web.answer = ({ url }) => ({
      body:
        url.searchParams.get('p') === '1'
          ? Array.from({ length: 1_000 }, (_, i) => moved(`k${i}`, '2026-06-05T00:00:00Z'))
          : [],
    });
    const paged = { ...settings(), paging: { kind: 'page', param: 'p', size: 1_000 } };

    const [any] = (await read(paged)).pages;
    const [ordered] = (await read({ ...paged, ordered: true })).pages;

    expect([any?.cursor, ordered?.cursor?.at]).toEqual([null, '2026-06-05T00:00:00.000Z']);
  });

  it('may be seconds since 1970, or a number', async () => {
    web.answer = () => ({ body: [moved('a', 1_780_000_000), moved('b', 1_770_000_000)] });

    expect((await read({ ...settings(), cursor_kind: 'unix' })).cursor).toBe('2026-05-28T20:26:40.000Z');
    expect((await read({ ...settings(), query: { from: ':since' }, cursor_kind: 'number' })).cursor).toBe('1780000000');
  });
});

describe('an answer', () => {
  it('is read by paths; lists and groups become text, absent values nothing', async () => {
    web.answer = () => ({
      body: {
        a: { b: [{ key: 'x', day: '2026-06-01', value: 1, tags: ['p', 'q'], via: { c: { d: 1 } }, 'dot.ted': 5 }] },
      },
    });
    const columns = {
      tags: column('tags', 'text'),
      via: column('via.c', 'text'),
      deep: column('via.c.d', 'number'),
      none: column('via.nothing', 'text'),
      dotted: column('dot.ted', 'number'),
      sneaky: column('constructor.name', 'text'),
    };

    const { records } = await read(
      { url: `${web.url}/x`, rows: 'a.b', optional: ['via.nothing', 'constructor.name'] },
      { columns },
    );

    expect(records[0]?.fields).toEqual({ tags: 'p, q', via: '{"d":1}', deep: 1, none: null, dotted: 5, sneaky: null });
  });

  it('may have rows that are lists, with their names beside them', async () => {
    web.answer = () => ({ body: { columns: ['key', 'day', 'value'], results: [['a', '2026-06-01', 4], 'broken'] } });

    const { records, rejected } = await read({ url: `${web.url}/x`, rows: 'results', names: 'columns' });

    expect(records[0]?.fields).toEqual({ value: 4 });
    expect(rejected[0]?.place).toContain('page 1, row 2');
  });

  it('may be CSV, JSON Lines, or a table of labels and days', async () => {
    web.answer = () => ({ body: '\uFEFFkey,day,value\na,2026-06-01,"1"\nb,2026-06-01\n' });
    const csv = await read({ url: `${web.url}/x`, answer: 'csv' });
    web.answer = () => ({ body: `${JSON.stringify(row('a'))}\n{"key": "b", half\n` });
    const lines = await read({ url: `${web.url}/x`, answer: 'jsonl' });
    web.answer = () => ({
      body: {
        data: {
          labels: [[0, 'a'], 'b'],
          x: ['2026-06-01', '2026-06-02'],
          series: [
            [1, 2],
            [{ value: 3 }, 4],
          ],
        },
      },
    });
    const table = await read(
      { url: `${web.url}/x`, matrix: { labels: 'data.labels', days: 'data.x', values: 'data.series' } },
      { key: ['label', 'day'], account: { column: 'label', kind: 'account_id' } },
    );

    expect([csv.keys, csv.rejected.length]).toEqual([['a'], 1]);
    expect([lines.keys, lines.rejected.length]).toEqual([['a'], 1]);
    expect(table.records.map((record) => [record.key, record.fields['value']])).toEqual([
      ['a|2026-06-01', 1],
      ['a|2026-06-02', 2],
      ['b|2026-06-01', 3],
      ['b|2026-06-02', 4],
    ]);
  });

  it('may come packed', async () => {
    web.answer = () => ({
      raw: (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(JSON.stringify([row('a')])));
      },
    });

    expect((await read({ url: `${web.url}/x` })).keys).toEqual(['a']);
  });

  it('without its list is drift, and a web page is no data', async () => {
    web.answer = () => ({ body: { errors: [] } });
    await expect(read({ url: `${web.url}/x`, rows: 'data' })).rejects.toMatchObject({
      code: 'E_DRIFT',
      message: 'the answer has no list at data',
    });

    web.answer = () => ({ body: '<!doctype html><title>Sign in</title>' });
    await expect(read({ url: `${web.url}/x` })).rejects.toMatchObject({
      message: 'the answer is a web page, not data',
    });
  });
});

describe('a redirect', () => {
  it('is followed only to a host that was named, and without the sign-in', async () => {
    const other = await startWebServer();
    other.answer = () => ({ body: [row('a')] });
    web.answer = () => ({ status: 307, headers: { location: `${other.url}/file` } });
    const settings = { url: `${web.url}/x`, auth: { kind: 'bearer', token: new Secret('t') } };

    await expect(read(settings)).rejects.toMatchObject({
      code: 'E_SOURCE',
      message: expect.stringContaining('redirect'),
    });
    const { keys } = await read({ ...settings, redirect_hosts: ['127.0.0.1'] });
    await other.close();

    expect(keys).toEqual(['a']);
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('an address', () => {
  it.each([
    'https://localhost/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'http://example.com/x',
    'https://u:p@example.com/x',
  ])('%s is not asked unless it is allowed', async (url) => {
    await expect(read({ url, allow_addresses: [] })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('paths and placeholders', () => {
  it('reach own names and positions, and nothing else', () => {
    expect(at({ a: [{ b: 1 }] }, 'a.0.b')).toBe(1);
    expect(at({ a: [1] }, 'a.length')).toBeUndefined();
    expect(at({}, '__proto__.x')).toBeUndefined();
    expect(at('text', 'length')).toBeUndefined();
    expect(cellAt({ a: [{ b: 1 }] }, 'a')).toBe('[{"b":1}]');
    expect(withAt({ a: { b: 1 } }, 'a.c.d', 2)).toEqual({ a: { b: 1, c: { d: 2 } } });
  });

  it('are days and times in the form that is asked for', () => {
    const places = { since: '2026-06-01T09:55:00.000Z', asOf: '2026-06-30', today: '2026-07-01' };
    const fill = (text: string) => filled(text, places, { offset: 20, size: 10 }, 'here');

    expect(fill('http://h:8080/:since.day/:since.hour?a=:as_of.unix_ms&o=:offset&s=:size')).toBe(
      `http://h:8080/2026-06-01/20260601T09?a=${Date.parse('2026-06-30T23:59:59Z')}&o=20&s=10`,
    );
    expect(() => fill(':since.week')).toThrow('no placeholder');
  });

  it('are checked before anything is asked', () => {
    expect(RestSettings.safeParse({ url: 'https://a.test', rows: 'a..b' }).success).toBe(false);
    expect(RestSettings.safeParse({ url: 'https://a.test', body: {} }).success).toBe(false);
    expect(RestSettings.safeParse({ url: 'https://a.test', auth: { kind: 'basic' } }).success).toBe(false);
    expect(RestSettings.safeParse({ url: 'https://a.test', auth: { kind: 'magic' } }).success).toBe(false);
  });
});
