// The ready-made definitions, each against a server that answers in the shape its vendor documents. The answers are our own,
// written after the public documentation named in the definition; no call leaves this machine.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { completeSources } from '../../src/config/complete/sources.ts';
import { readYaml } from '../../src/config/read.ts';
import { withReadyMade } from '../../src/config/ready-made.ts';
import { SourcesFile } from '../../src/config/schema/sources.ts';
import { resolveSecrets } from '../../src/config/secrets.ts';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import { openFilesSource } from '../../src/sources/files/files.ts';
import { settingsSchemas } from '../../src/sources/kinds.ts';
import type { Source } from '../../src/sources/source.ts';
import { readAll } from './contract.ts';
import { openRest, startWebServer, type WebServer } from './web-server.ts';

const folder = join(import.meta.dirname, '../../config/sources');
const covered = new Set<string>();
let web: WebServer;
beforeAll(async () => {
  web = await startWebServer();
});
beforeEach(() => {
  web.asked.length = 0;
});
afterAll(() => web.close());

/** What sources.yaml comes to when it says nothing but the definition, with secrets from a pretend environment. */
async function settingsOf(definition: string, home = '/nowhere', beside = ''): Promise<SourceSettings> {
  const read = readYaml('config/sources.yaml', Buffer.from(`sources:\n  one: {definition: ${definition}${beside}}\n`));
  if (!read.ok) throw new Error('the file is YAML');
  const { data, problems } = await withReadyMade(read.file, home);
  expect(problems).toEqual([]);
  const file = SourcesFile.parse(data);
  const given = file.sources['one'];
  if (given === undefined) throw new Error('the source is there');
  const env = new Proxy(
    {},
    { get: (_target, name) => (String(name).endsWith('_URL') ? web.url : `pretend-${String(name)}`) },
  );
  const resolved = resolveSecrets(given.settings, ['settings'], { env, home }, settingsSchemas[given.kind] ?? null);
  expect(resolved.faults).toEqual([]);
  const parsed = settingsSchemas[given.kind]?.parse(resolved.value) as Record<string, unknown>;
  const [settings] = completeSources(file, new Map([['one', parsed]]), {}, 'JP');
  if (settings === undefined) throw new Error('the source is complete');
  return settings;
}
/** The same, asking the server on loopback instead of the vendor. */
async function sourceOf(definition: string, beside = ''): Promise<Source> {
  covered.add(definition);
  const settings = await settingsOf(definition, '/nowhere', beside);
  const url = String(settings.settings['url']).replace(/^https?:\/\/[^/]+/, web.url);
  const asked = { ...settings.settings, url, allow_addresses: ['127.0.0.1/32'], per_minute: 6_000 };
  return openRest({}, { ...settings, settings: asked });
}
async function read(definition: string, beside = '', at: string | null = null) {
  const source = await sourceOf(definition, beside);
  try {
    const pages = await readAll(source, at === null ? null : { source: 'one', stream: 'rows', at });
    return {
      records: pages.flatMap((page) => page.records),
      rejected: pages.flatMap((page) => page.rejected),
      unmapped: pages.flatMap((page) => page.unmapped),
      cursor: pages.at(-1)?.cursor?.at ?? null,
    };
  } finally {
    await source.close();
  }
}
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const unix = (iso: string) => Date.parse(iso) / 1_000;

describe('zendesk', () => {
  const ticket = (id: number, more: object = {}) => ({
    id,
    url: `https://example.zendesk.com/api/v2/tickets/${id}.json`,
    external_id: null,
    type: 'problem',
    subject: 'Printing stopped',
    priority: 'urgent',
    status: 'open',
    requester_id: 20_978,
    organization_id: 509_974,
    satisfaction_rating: { score: 'unoffered' },
    tags: ['printer'],
    created_at: '2026-06-10T08:00:00Z',
    updated_at: '2026-06-11T08:00:00Z',
    ...more,
  });

  it('tickets come by the incremental export, from where the last reading stopped', async () => {
    web.answer = ({ url }) =>
      url.searchParams.get('cursor') === 'c1'
        ? {
            body: {
              tickets: [ticket(3, { priority: null, type: null })],
              after_cursor: 'c2',
              after_url: 'x',
              end_of_stream: true,
            },
          }
        : {
            body: {
              tickets: [ticket(1), ticket(2, { priority: 'low', type: 'question' })],
              after_cursor: 'c1',
              before_cursor: null,
              end_of_stream: false,
            },
          };

    const first = await read('zendesk/tickets');
    const second = await read('zendesk/tickets', '', first.cursor);

    expect(
      first.records.map((record) => [record.key, record.at, record.fields['severity'], record.fields['category']]),
    ).toEqual([
      ['1', '2026-06-10', 'sev1', 'complaint'],
      ['2', '2026-06-10', 'low', 'inquiry'],
      ['3', '2026-06-10', null, null],
    ]);
    expect(first.records[0]?.account).toEqual({ kind: 'zendesk', value: '509974' });
    expect(web.asked[0]?.url.pathname).toBe('/api/v2/incremental/tickets/cursor.json');
    expect(web.asked[0]?.headers.authorization).toBe(basic('pretend-ZENDESK_EMAIL', 'pretend-ZENDESK_API_TOKEN'));
    expect(second.records).toHaveLength(3);
    expect(web.asked[2]?.url.searchParams.get('start_time')).toBe(String(unix('2026-06-11T07:55:00Z')));
  });

  it('organizations are a roster with both numbers', async () => {
    const organization = (id: number) => ({ id, name: `Org ${id}`, external_id: `A-${id}`, domain_names: [] });
    web.answer = ({ url }) =>
      url.searchParams.get('page[after]') === 'x'
        ? {
            body: {
              organizations: [organization(2)],
              meta: { has_more: false, after_cursor: 'y' },
              links: { next: null },
            },
          }
        : {
            body: {
              organizations: [organization(1)],
              meta: { has_more: true, after_cursor: 'x' },
              links: { next: 'z' },
            },
          };

    const { records } = await read('zendesk/organizations');

    expect(records.map((record) => record.fields)).toEqual([
      { name: 'Org 1', id_zendesk: '1', id_account_id: 'A-1' },
      { name: 'Org 2', id_zendesk: '2', id_account_id: 'A-2' },
    ]);
  });
});

it('intercom conversations are searched by the time they changed', async () => {
  const conversation = (id: string) => ({
    type: 'conversation',
    id,
    created_at: unix('2026-06-01T00:00:00Z'),
    updated_at: unix('2026-06-03T00:00:00Z'),
    state: 'closed',
    open: false,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: '5bc8', external_id: '70' }] },
    custom_attributes: { account_id: 'A-7' },
    conversation_rating: { rating: 4 },
    statistics: { type: 'conversation_statistics', last_close_at: unix('2026-06-02T00:00:00Z') },
  });
  web.answer = ({ body }) =>
    body.includes('after-1')
      ? {
          body: {
            type: 'conversation.list',
            conversations: [conversation('2')],
            pages: { type: 'pages', page: 2, total_pages: 2 },
          },
        }
      : {
          body: {
            type: 'conversation.list',
            conversations: [conversation('1')],
            pages: { type: 'pages', page: 1, total_pages: 2, next: { page: 2, starting_after: 'after-1' } },
          },
        };

  const { records, cursor } = await read('intercom/conversations');

  expect(records.map((record) => [record.key, record.account?.value, record.contact])).toEqual([
    ['1', 'A-7', '5bc8'],
    ['2', 'A-7', '5bc8'],
  ]);
  expect(records[0]).toMatchObject({
    at: '2026-06-01',
    fields: { closed_on: '2026-06-02', rating: 4, state: 'closed' },
  });
  expect(cursor).toBe('2026-06-03T00:00:00.000Z');
  expect(JSON.parse(web.asked[1]?.body ?? '')).toEqual({
    query: { field: 'updated_at', operator: '>', value: unix('2025-06-30T00:00:00Z') },
    sort: { field: 'updated_at', order: 'ascending' },
    pagination: { per_page: 150, starting_after: 'after-1' },
  });
  expect(web.asked[0]?.headers['intercom-version']).toBe('2.11');
});

describe('stripe', () => {
  it('subscriptions are a roster, page by page from the last one', async () => {
    const subscription = (id: string, status: string) => ({
      id,
      object: 'subscription',
      customer: 'cus_1',
      status,
      start_date: unix('2025-07-01T00:00:00Z'),
      current_period_end: unix('2026-07-01T00:00:00Z'),
      canceled_at: null,
      metadata: { account_id: 'A-1' },
      items: { object: 'list', data: [{ id: 'si_1', quantity: 25, price: { id: 'price_1', nickname: 'Pro' } }] },
    });
    web.answer = ({ url }) =>
      url.searchParams.get('starting_after') === 'sub_1'
        ? {
            body: {
              object: 'list',
              data: [subscription('sub_2', 'canceled')],
              has_more: false,
              url: '/v1/subscriptions',
            },
          }
        : {
            body: { object: 'list', data: [subscription('sub_1', 'active')], has_more: true, url: '/v1/subscriptions' },
          };

    const { records } = await read('stripe/subscriptions');

    expect(records.map((record) => record.fields)).toEqual([
      {
        plan: 'Pro',
        seats: 25,
        started_on: '2025-07-01',
        renewal_on: '2026-07-01',
        notice_on: null,
        status: 'active',
        id_stripe: 'cus_1',
        id_account_id: 'A-1',
      },
      {
        plan: 'Pro',
        seats: 25,
        started_on: '2025-07-01',
        renewal_on: '2026-07-01',
        notice_on: null,
        status: 'churned',
        id_stripe: 'cus_1',
        id_account_id: 'A-1',
      },
    ]);
    expect(web.asked[0]?.headers.authorization).toBe('Bearer pretend-STRIPE_API_KEY');
    expect(web.asked[0]?.headers['stripe-version']).toBe('2024-06-20');
  });

  it('open invoices name the customer', async () => {
    web.answer = () => ({
      body: {
        object: 'list',
        data: [
          {
            id: 'in_1',
            customer: 'cus_1',
            amount_due: 5_000,
            currency: 'jpy',
            due_date: null,
            created: unix('2026-06-01T00:00:00Z'),
          },
        ],
        has_more: false,
      },
    });

    const { records } = await read('stripe/open_invoices');

    expect(records[0]).toMatchObject({
      account: { kind: 'stripe', value: 'cus_1' },
      fields: { amount_due: 5_000, currency: 'jpy', due_on: null, issued_on: '2026-06-01' },
    });
  });
});

it('posthog counts by itself, and is asked in pages', async () => {
  web.answer = () => ({
    body: {
      columns: ['account_id', 'user_id', 'day', 'events'],
      types: [['account_id', 'String']],
      results: [['A-1', 'u1', '2026-06-29', 12]],
      hasMore: false,
    },
  });

  const { records, cursor } = await read('posthog/usage');

  expect(records[0]).toMatchObject({ key: 'A-1|u1|2026-06-29', at: '2026-06-29', fields: { events: 12 } });
  expect(cursor).toBe('2026-06-29');
  const { query } = JSON.parse(web.asked[0]?.body ?? '') as { query: { kind: string; query: string } };
  expect(query.kind).toBe('HogQLQuery');
  expect(query.query).toContain(
    "timestamp >= toDateTime('2026-04-01 00:00:00') AND timestamp < toDateTime('2026-06-30 00:00:00')",
  );
  expect(query.query).toContain('LIMIT 50000 OFFSET 0');
  expect(web.asked[0]?.url.pathname).toBe('/api/projects/pretend-POSTHOG_PROJECT/query/');
});

it('mixpanel gives raw events, one per line; those of nobody are refused rows', async () => {
  const event = (insert: string, account?: string) =>
    JSON.stringify({
      event: 'Login',
      properties: {
        time: unix('2026-06-20T10:00:00Z'),
        distinct_id: 'u1',
        $insert_id: insert,
        ...(account === undefined ? {} : { account_id: account }),
      },
    });
  web.answer = () => ({
    body: `${event('i1', 'A-1')}\n${event('i2')}\n${event('i3', 'A-1')}\n`,
    headers: { 'content-type': 'text/plain' },
  });

  const { records, rejected, cursor } = await read('mixpanel/logins');

  expect(records.map((record) => [record.key, record.account?.value, record.contact, record.at])).toEqual([
    ['i1', 'A-1', 'u1', '2026-06-20'],
    ['i3', 'A-1', 'u1', '2026-06-20'],
  ]);
  expect(rejected).toHaveLength(1);
  expect(cursor).toBe('2026-06-20T10:00:00.000Z');
  expect(web.asked[0]?.url.search).toBe(
    '?project_id=pretend-MIXPANEL_PROJECT&from_date=2026-05-01&to_date=2026-06-30&event=%5B%22Login%22%5D',
  );
});

it('amplitude gives a table of accounts and days', async () => {
  web.answer = () => ({
    body: {
      data: {
        series: [
          [
            { value: 3, setId: '' },
            { value: 5, setId: '' },
          ],
          [
            { value: 0, setId: '' },
            { value: 1, setId: '' },
          ],
        ],
        seriesLabels: [
          [0, 'A-1'],
          [0, 'A-2'],
        ],
        seriesCollapsed: [],
        xValues: ['2026-06-28', '2026-06-29'],
      },
    },
  });

  const { records } = await read('amplitude/active_users');

  expect(records.map((record) => [record.key, record.fields['active_users']])).toEqual([
    ['A-1|2026-06-28', 3],
    ['A-1|2026-06-29', 5],
    ['A-2|2026-06-28', 0],
    ['A-2|2026-06-29', 1],
  ]);
  expect(web.asked[0]?.url.searchParams.get('start')).toBe('20260401');
  expect(web.asked[0]?.url.searchParams.get('g')).toBe('gp:account_id');
  expect(web.asked[0]?.headers.authorization).toBe(basic('pretend-AMPLITUDE_API_KEY', 'pretend-AMPLITUDE_SECRET_KEY'));
});

it('segment exports are counted per account, person and day', async () => {
  covered.add('segment/track');
  const home = await mkdtemp(join(tmpdir(), 'kenko-segment-'));
  await mkdir(join(home, 'data', 'segment', '1759276800000'), { recursive: true });
  const message = (user: string | null, hour: string, type = 'track') =>
    JSON.stringify({
      messageId: `m-${user}-${hour}`,
      type,
      event: 'Opened',
      userId: user,
      anonymousId: 'anon-1',
      timestamp: `2026-06-20T${hour}:00:00.000Z`,
      context: { groupId: 'A-1', ip: '203.0.113.9' },
      properties: { plan: 'pro' },
    });
  const lines = [message('u1', '01'), message('u1', '02'), message(null, '03'), message('u1', '04', 'page')].join('\n');
  await writeFile(join(home, 'data', 'segment', '1759276800000', 'part-1.gz'), gzipSync(lines));
  const source = openFilesSource(await settingsOf('segment/track', home), { root: home });

  const records = (await readAll(source)).flatMap((page) => page.records);
  await rm(home, { recursive: true });

  expect(records.map((record) => [record.key, record.contact, record.fields['events']]).sort()).toEqual([
    ['A-1|anon-1|2026-06-20', 'anon-1', 1],
    ['A-1|u1|2026-06-20', 'u1', 2],
  ]);
});

it('delighted answers come page by page, changed ones again', async () => {
  const response = (id: number) => ({
    id: String(id),
    person: '5',
    survey_type: 'nps',
    score: 9,
    comment: 'Good',
    permalink: 'https://example.test/r/1',
    created_at: unix('2026-06-05T00:00:00Z'),
    updated_at: unix('2026-06-06T00:00:00Z'),
    person_properties: { account_id: 'A-1' },
    notes: [],
    tags: [],
  });
  web.answer = ({ url }) => ({
    body: url.searchParams.get('page') === '1' ? Array.from({ length: 100 }, (_, i) => response(i)) : [response(100)],
  });

  const { records, cursor } = await read('delighted/responses');

  expect(records).toHaveLength(101);
  expect(records[0]).toMatchObject({
    account: { value: 'A-1' },
    fields: { kind: 'nps', score: 9, answered_on: '2026-06-05' },
  });
  expect(cursor).toBe('2026-06-06T00:00:00.000Z');
  expect(web.asked[0]?.headers.authorization).toBe(basic('pretend-DELIGHTED_API_KEY', ''));
});

it('redash gives the latest result of a query; other columns are declared beside it', async () => {
  web.answer = () => ({
    body: {
      query_result: {
        id: 1,
        retrieved_at: '2026-06-30T01:00:00Z',
        data: {
          columns: [{ name: 'account_id', type: 'string', friendly_name: 'account_id' }],
          rows: [{ account_id: 'A-1', user_id: 'u1', day: '2026-06-29', logins: 2, minutes: 31 }],
        },
      },
    },
  });

  const { records } = await read('redash/usage', ', columns: {minutes: number}');

  expect(records[0]).toMatchObject({ key: 'A-1|u1|2026-06-29', fields: { logins: 2, minutes: 31 } });
  expect(web.asked[0]?.headers.authorization).toBe('Key pretend-REDASH_API_KEY');
  expect(web.asked[0]?.url.pathname).toBe('/api/queries/pretend-REDASH_QUERY/results.json');
});

it('a google sheet comes as CSV from where its redirect leads', async () => {
  const settings = await settingsOf('google_sheets/nps');
  expect(settings.settings['redirect_hosts']).toEqual(['*.googleusercontent.com']);
  const file = await startWebServer();
  file.answer = () => ({
    body: 'account_id,answered_on,contact_id,kind,score\r\nA-1,2026年6月1日,c1,nps,９\r\n',
    headers: { 'content-type': 'text/csv' },
  });
  web.answer = () => ({ status: 307, headers: { location: `${file.url}/export/x` } });

  const { records } = await read('google_sheets/nps', ', settings: {redirect_hosts: [127.0.0.1]}');
  await file.close();

  expect(records[0]).toMatchObject({ at: '2026-06-01', contact: 'c1', fields: { kind: 'nps', score: 9 } });
  expect(web.asked[0]?.url.search).toBe('?format=csv&gid=0');
});

describe('a definition', () => {
  it('is tested, every one of them', async () => {
    const shipped: string[] = [];
    for (const name of await readdir(folder)) {
      const yaml = readYaml(name, await readFile(join(folder, name)));
      if (!yaml.ok) throw new Error(`${name} is no YAML`);
      for (const block of Object.keys(yaml.file.data as object)) shipped.push(`${name.replace('.yaml', '')}/${block}`);
    }

    expect([...covered].sort()).toEqual(shipped.sort());
  });

  it("gives way to what stands beside it, and to the home's own file of the same name", async () => {
    const home = await mkdtemp(join(tmpdir(), 'kenko-own-'));
    await mkdir(join(home, 'config', 'sources'), { recursive: true });
    await writeFile(
      join(home, 'config', 'sources', 'redash.yaml'),
      'usage:\n  kind: rest\n  holds: events\n  settings: {url: "https://own.test/x", rows: list}\n  key: [id]\n  account: account_id\n  columns: {logins: number}\n',
    );

    const own = await settingsOf(
      'redash/usage',
      home,
      ', settings: {rows: other}, columns: {more: text}, fresh_within_days: 9',
    );
    await rm(home, { recursive: true });

    expect(own.settings).toMatchObject({ url: 'https://own.test/x', rows: 'other' });
    expect(Object.keys(own.columns)).toEqual(['logins', 'more']);
    expect([own.key, own.freshWithinDays]).toEqual([['id'], 9]);
  });

  it.each([
    ['zendesk/tikets', 'Did you mean zendesk/tickets?'],
    ['nobody/knows', 'docs/sources.md'],
    ['../../etc/passwd', 'zendesk/tickets'],
    ['zendesk', 'zendesk/tickets'],
  ])('%s is told with a way to mend it', async (name, fix) => {
    const read = readYaml('config/sources.yaml', Buffer.from(`sources:\n  one: {definition: "${name}"}\n`));
    if (!read.ok) throw new Error('the file is YAML');

    const { problems } = await withReadyMade(read.file, '/nowhere');

    expect(problems[0]).toMatchObject({ code: 'E_CONFIG', where: 'config/sources.yaml:2:21' });
    expect(problems[0]?.fix).toContain(fix);
  });
});
