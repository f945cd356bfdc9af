// Salesforce as a source: whole and by change, from the pretend org where people work, and on the wire where a single
// answer matters.

import { afterEach, describe, expect, it } from 'vitest';
import { openSalesforceClient, type SalesforceClient } from '../../src/clients/salesforce/connect.ts';
import type { SourceSettings } from '../../src/domain/decisions.ts';
import type { Cursor } from '../../src/domain/nouns.ts';
import { AuthError, DriftError, SourceError } from '../../src/lib/errors.ts';
import { Secret } from '../../src/lib/secret.ts';
import { peopleOf } from '../../src/sandbox/people.ts';
import { addCustomObject } from '../../src/sandbox/salesforce/custom-objects.ts';
import type { OrgHalf } from '../../src/sandbox/salesforce/org.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { openSalesforceSource } from '../../src/sources/salesforce.ts';
import type { Page, Source } from '../../src/sources/source.ts';
import {
  clientOf,
  given,
  hurriedClock,
  noChance,
  startWire,
  type Teller,
  type Told,
  type WireServer,
} from '../clients/salesforce/wire-server.ts';
import { sourceContract } from './contract.ts';
import { column, sourceSettings } from './settings.ts';

const never = new AbortController().signal;
const options = { asOf: '2026-11-21', today: '2099-01-01', signal: never };
function settingsOf(changed: Partial<SourceSettings> = {}): SourceSettings {
  return {
    name: 'crm_accounts',
    kind: 'salesforce',
    holds: 'roster',
    settings: {},
    key: ['Id'],
    account: null,
    contact: null,
    at: null,
    columns: { name: column('Name', 'text'), employees: column('NumberOfEmployees', 'number') },
    ids: { salesforce: 'Id', account_id: 'AccountNumber' },
    freshWithinDays: null,
    lookbackSeconds: 0,
    rejectLimit: 0,
    label: { en: '', ja: '' },
    ...changed,
  };
}
async function pagesOf(source: Source, cursor: Cursor | null = null): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of source.read(source.streams[0] as (typeof source.streams)[number], cursor, options)) {
    pages.push(page);
  }
  return pages;
}
const keysOf = (pages: readonly Page[]) => pages.flatMap((page) => page.records.map((record) => record.key));
const cursorOf = (pages: readonly Page[]) => pages.at(-1)?.cursor ?? null;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('Salesforce accounts as a source, in an org where people work', () => {
  async function open(changed: Partial<SourceSettings> = {}) {
    const sandbox: Sandbox = await startSandbox({ accounts: 30, seed: 3 });
    const { url, token, half } = sandbox.salesforce;
    const grant = { kind: 'given_token', instanceUrl: url, accessToken: new Secret(token) } as const;
    /** As another process would find it. */
    const reopen = () => {
      const client: SalesforceClient = openSalesforceClient(
        { grant, apiVersion: '66.0', timeoutMs: 10_000, proxy: null },
        { clock: hurriedClock, chance: noChance },
      );
      closing.unshift(() => client.close());
      return openSalesforceSource(settingsOf(changed), client);
    };
    closing.push(() => sandbox.close());
    const accounts = () => [...half.store.all('Account')].filter((record) => record.deletedAt === null);
    return { sandbox, source: reopen(), reopen, people: peopleOf(half), accounts };
  }

  it('come whole the first time, with their ids and typed columns', async () => {
    const { source, accounts } = await open();

    const pages = await pagesOf(source);

    const first = pages[0]?.records[0];
    expect(keysOf(pages).toSorted()).toEqual(
      accounts()
        .map((record) => record.id)
        .toSorted(),
    );
    expect(pages.every((page) => page.complete)).toBe(true);
    expect(pages.map((page) => page.last)).toEqual([...pages.slice(1).map(() => false), true]);
    expect(first).toMatchObject({ source: 'crm_accounts', stream: 'Account', at: '2026-11-21', account: null });
    expect(first?.fields['id_salesforce']).toBe(first?.key);
    expect(typeof first?.fields['name']).toBe('string');
  });

  it('come by change the second time: edited ones again, deleted ones as gone, merged ones with who took their place', async () => {
    const { source, sandbox, people, accounts } = await open();
    const first = await pagesOf(source);
    sandbox.clock.push(3_600_000);
    const [edited, deleted, winner, loser] = accounts().map((record) => record.id) as [string, string, string, string];
    people.edit('account', edited, { Name: 'Renamed Ltd' });
    people.remove('account', deleted);
    people.merge('account', winner, loser);

    const second = await pagesOf(source, cursorOf(first));

    expect(keysOf(second)).toContain(edited);
    expect(keysOf(second).length).toBeLessThan(keysOf(first).length);
    expect(second.flatMap((page) => page.gone)).toEqual([deleted]);
    expect(second.flatMap((page) => page.records).find((record) => record.key === loser)?.fields).toEqual({
      merged_into: winner,
    });
    expect(second.every((page) => !page.complete)).toBe(true);
    expect(second.flatMap((page) => page.records).find((record) => record.key === edited)?.fields['name']).toBe(
      'Renamed Ltd',
    );
  });

  it('that were merged are told by a whole read too, as long as the recycle bin remembers', async () => {
    const { source, people, accounts } = await open();
    const [deleted, winner, loser] = accounts().map((record) => record.id) as [string, string, string];
    people.remove('account', deleted);
    people.merge('account', winner, loser);

    const pages = await pagesOf(source);
    const merged = pages.flatMap((page) => page.records).filter((record) => 'merged_into' in record.fields);

    expect(pages.every((page) => page.complete)).toBe(true);
    expect(merged.map(({ key, fields }) => [key, fields])).toEqual([[loser, { merged_into: winner }]]);
    expect(keysOf(pages)).not.toContain(deleted);
  });

  it('are read again as a whole after a week, since not every deletion leaves a trace', async () => {
    const { source, reopen, sandbox } = await open();
    const first = await pagesOf(source);
    sandbox.clock.push(8 * 86_400_000);

    const second = await pagesOf(reopen(), cursorOf(first));

    expect(second.every((page) => page.complete)).toBe(true);
    expect(keysOf(second).toSorted()).toEqual(keysOf(first).toSorted());
  });

  it('are read whole each time where a column is of a related record', async () => {
    const columns = { name: column('Name', 'text'), owner_email: column('Owner.Email', 'text') };
    const { source } = await open({ columns });
    const first = await pagesOf(source);

    const second = await pagesOf(source, cursorOf(first));

    expect(second.every((page) => page.complete)).toBe(true);
    expect(second[0]?.records[0]?.fields['owner_email']).toContain('@');
  });

  it('can be chosen by the values of a field, and nothing in a value changes the question', async () => {
    const odd = "Acme \\' OR Name != '";
    const { source, people, accounts } = await open({ settings: { only: { Name: [odd, 'nobody'] } } });
    const chosen = accounts()[0]?.id ?? '';
    people.edit('account', chosen, { Name: odd });

    const pages = await pagesOf(source);

    expect(keysOf(pages)).toEqual([chosen]);
  });

  it('check well when all is there, and name every column that is not', async () => {
    const { source } = await open();
    const { source: broken } = await open({
      columns: { a: column('Not_There__c', 'text'), b: column('Name', 'number'), c: column('Name; DROP', 'text') },
      key: ['Id'],
    });

    const good = await source.check(never);
    const bad = await broken.check(never);

    expect(good).toEqual([]);
    expect(bad.map((problem) => problem.where)).toEqual([
      'source crm_accounts, Account.Not_There__c',
      'source crm_accounts, Account.Name; DROP',
    ]);
    await expect(pagesOf(broken)).rejects.toBeInstanceOf(DriftError);
  });

  it('can be contacts, each with its account', async () => {
    const { source } = await open({
      holds: 'contacts',
      account: { column: 'AccountId', kind: 'salesforce' },
      columns: { title: column('Title', 'text') },
      ids: {},
    });

    const pages = await pagesOf(source);

    const records = pages.flatMap((page) => page.records);
    expect(source.streams[0]?.name).toBe('Contact');
    expect(records.length).toBeGreaterThan(0);
    expect(records.every((record) => record.account?.kind === 'salesforce')).toBe(true);
  });
});

describe('whatever else CS people keep in Salesforce', () => {
  const day = (from: string) =>
    ({ holds: 'events', at: from, account: { column: 'AccountId', kind: 'salesforce' }, ids: {} }) as const;
  it('can be read as events of their accounts: activities, cases, deals, campaigns, answers and objects of their own', async () => {
    const sandbox = await startSandbox({ accounts: 30, seed: 3 });
    closing.push(() => sandbox.close());
    const { url, token } = sandbox.salesforce;
    const { org } = sandbox.salesforce.half as OrgHalf;
    addCustomObject(org, { name: 'Survey_Answer__c', label: 'Survey answer', plural: 'Survey answers' });
    const answer = { label: 'x', required: false, custom: true } as const;
    org.store.addField('Survey_Answer__c', {
      ...answer,
      name: 'Account__c',
      kind: 'reference',
      referenceTo: ['Account'],
    });
    org.store.addField('Survey_Answer__c', { ...answer, name: 'Score__c', kind: 'number', precision: 3, scale: 0 });
    const access = { 'Survey_Answer__c.Account__c': 'read', 'Survey_Answer__c.Score__c': 'read' } as const;
    org.settings.fieldAccess = { ...org.settings.fieldAccess, ...access };
    const put = (type: string, values: Readonly<Record<string, unknown>>) => {
      const born = org.store.insert(type, values, 'system', { asSystem: true });
      if (!born.ok) throw new Error(`${type}: ${JSON.stringify(born.refusals)}`);
      return born.record.id;
    };
    const [contact] = [...org.store.all('Contact')].filter((one) => one.values['AccountId'] !== null);
    const accountId = String(contact?.values['AccountId']);
    const campaign = put('Campaign', { Name: 'User day' });
    put('CampaignMember', { CampaignId: campaign, ContactId: contact?.id, Status: 'Responded' });
    put('Task', {
      Subject: 'Call',
      Status: 'Completed',
      Priority: 'Normal',
      WhatId: accountId,
      ActivityDate: '2026-06-01',
    });
    put('Event', {
      Subject: 'Review',
      WhatId: accountId,
      StartDateTime: '2026-06-01T09:00:00.000Z',
      EndDateTime: '2026-06-01T10:00:00.000Z',
      DurationInMinutes: 60,
      ActivityDateTime: '2026-06-01T09:00:00.000Z',
    });
    put('Survey_Answer__c', { Name: 'A-1', Account__c: accountId, Score__c: 9 });
    const client = openSalesforceClient(
      {
        grant: { kind: 'given_token', instanceUrl: url, accessToken: new Secret(token) },
        apiVersion: '66.0',
        timeoutMs: 10_000,
        proxy: null,
      },
      { clock: hurriedClock, chance: noChance },
    );
    closing.unshift(() => client.close());
    const kinds: Readonly<Record<string, Partial<SourceSettings>>> = {
      Task: { ...day('ActivityDate'), columns: { status: column('Status', 'text'), owner: column('OwnerId', 'text') } },
      Event: { ...day('ActivityDateTime'), columns: { minutes: column('DurationInMinutes', 'number') } },
      Case: {
        ...day('CreatedDate'),
        columns: { closed: column('IsClosed', 'boolean'), closed_on: column('ClosedDate', 'instant') },
      },
      Opportunity: {
        ...day('CloseDate'),
        columns: { amount: column('Amount', 'number'), won: column('IsWon', 'boolean') },
      },
      CampaignMember: {
        ...day('CreatedDate'),
        account: { column: 'Contact.AccountId', kind: 'salesforce' },
        columns: { campaign: column('Campaign.Name', 'text'), responded: column('HasResponded', 'boolean') },
      },
      Survey_Answer__c: {
        ...day('CreatedDate'),
        account: { column: 'Account__c', kind: 'salesforce' },
        columns: { score: column('Score__c', 'number') },
      },
    };

    for (const [object, changed] of Object.entries(kinds)) {
      const source = openSalesforceSource(settingsOf({ ...changed, settings: { object } }), client);
      expect(await source.check(never), object).toEqual([]);
      const pages = await pagesOf(source);
      const records = pages.flatMap((page) => page.records);
      const there = [...org.store.all(object)].filter((record) => record.deletedAt === null);

      expect(
        pages.flatMap((page) => page.rejected),
        object,
      ).toEqual([]);
      expect(records.map((record) => record.key).sort(), object).toEqual(there.map((record) => record.id).sort());
      expect(records.length, object).toBeGreaterThan(0);
      expect(
        records.some((record) => record.account !== null),
        `${object} belongs to somebody`,
      ).toBe(true);
      expect(
        Object.values(records[0]?.fields ?? {}).some((value) => value !== null),
        object,
      ).toBe(true);
    }
  });
});

describe('a salesforce source keeps the contract', () => {
  sourceContract(async () => {
    let rows: Record<string, unknown>[] = [];
    const columns = ['Id', 'SystemModstamp', 'key', 'day', 'value'];
    const server = await startWire((asked) => {
      const soql = decodeURIComponent(asked.path);
      if (asked.path === '/services/data') return { body: [{ version: '66.0' }] };
      if (asked.path === '/services/data/v66.0/')
        return { body: { identity: 'https://x/id/00D000000000001EAA/005000000000001AAA' } };
      if (asked.path.endsWith('/composite')) return { body: { compositeResponse: [] } };
      if (asked.path.endsWith('/describe'))
        return {
          body: { name: 'Usage__c', fields: columns.map((name) => ({ name, type: 'string', picklistValues: [] })) },
        };
      if (soql.includes('FROM Organization')) return { body: { totalSize: 0, done: true, records: [] } };
      return { body: { totalSize: rows.length, done: true, records: soql.includes('IsDeleted') ? [] : rows } };
    });
    const client = clientOf(given(server.url));
    return {
      source: openSalesforceSource(sourceSettings('salesforce', { object: 'Usage__c' }), client),
      fill: async (given) => {
        rows = given.map((row, at) => ({
          ...row,
          Id: `a00${String(at).padStart(12, '0')}AAA`,
          SystemModstamp: '2026-06-20T10:00:00.000+0000',
        }));
      },
      dropColumn: async () => {
        columns.pop();
      },
      vanish: () => server.close(),
      close: async () => {
        await client.close();
        await server.close();
      },
    };
  });
});

describe('Salesforce rows on the wire', () => {
  const fields = ['Id', 'Name', 'NumberOfEmployees', 'AccountNumber', 'SystemModstamp', 'IsDeleted', 'Since__c'].map(
    (name) => ({
      name,
      type: name === 'NumberOfEmployees' ? 'int' : name === 'Since__c' ? 'datetime' : 'string',
      picklistValues: [],
    }),
  );
  const now = '2026-11-21T03:00:00.000Z';
  async function open(tell: Teller, changed: Partial<SourceSettings> = {}) {
    const server: WireServer = await startWire(async (asked) => {
      const headers = { date: new Date(now).toUTCString() };
      const told = await (() => {
        if (asked.path === '/services/data') return { body: [{ version: '66.0' }] };
        if (asked.path === '/services/data/v66.0/')
          return { body: { identity: 'https://x/id/00D000000000001EAA/005000000000001AAA' } };
        if (decodeURIComponent(asked.path).includes('FROM Organization'))
          return { body: { totalSize: 1, done: true, records: [{ Id: '00D000000000001EAA', Name: 'Acme' }] } };
        if (asked.path.endsWith('/composite')) return { body: { compositeResponse: [] } };
        if (asked.path.endsWith('/describe')) return { body: { name: 'Account', fields } };
        return tell(asked);
      })();
      return { ...told, headers: { ...headers, ...told.headers } };
    });
    const client = clientOf(given(server.url));
    closing.push(
      () => client.close(),
      () => server.close(),
    );
    const queries = () =>
      server.asked
        .map((asked) => decodeURIComponent(asked.path))
        .filter((path) => path.includes('FROM Account'))
        .map((path) => path.replace(/^.*\?q=/, ''));
    return { source: openSalesforceSource(settingsOf(changed), client), queries };
  }
  const row = (at: number) => ({
    attributes: { type: 'Account' },
    Id: `001${String(at).padStart(12, '0')}AAA`,
    Name: `Account ${at}`,
    NumberOfEmployees: at,
    AccountNumber: `A${at}`,
    SystemModstamp: '2026-11-20T10:00:00.000+0000',
  });
  const done = (rows: readonly unknown[]) => ({ body: { totalSize: rows.length, done: true, records: rows } });

  it('come in pages of at most a thousand, and each page says where to go on', async () => {
    const rows = Array.from({ length: 1_500 }, (_, at) => row(at));
    const { source } = await open(() => done(rows));

    const pages = await pagesOf(source);

    expect(pages.map((page) => page.records.length)).toEqual([1_000, 500, 0]);
    expect(pages.map((page) => page.last)).toEqual([false, false, true]);
    expect(JSON.parse(pages[0]?.cursor?.at ?? '')).toMatchObject({
      since: null,
      after: { stamp: '2026-11-20T10:00:00.000Z', id: row(999).Id, whole: true },
    });
  });

  it('leave the cursor five minutes behind the clock of the server, not ours', async () => {
    const { source } = await open(() => done([row(1)]));

    const pages = await pagesOf(source);

    const mark = JSON.parse(cursorOf(pages)?.at ?? '') as { since: string; after: unknown };
    expect(Math.abs(Date.parse(mark.since) - (Date.parse(now) - 300_000))).toBeLessThan(5_000);
    expect(mark.after).toBeNull();
  });

  it('are asked for again with an overlap, in an order that ties cannot break', async () => {
    const { source, queries } = await open(() => done([]), { lookbackSeconds: 3_600 });
    const at = JSON.stringify({ since: '2026-11-20T02:00:00.000Z', wholeAt: '2026-11-20T02:05:00.000Z', after: null });

    await pagesOf(source, { source: 'crm_accounts', stream: 'Account', at });

    expect(queries()).toEqual([
      'SELECT Id, SystemModstamp, IsDeleted, Name, NumberOfEmployees, AccountNumber FROM Account WHERE SystemModstamp >= 2026-11-20T01:00:00.000Z ORDER BY SystemModstamp, Id',
    ]);
  });

  it('go on after the last landed row when a read was cut off, and then do not claim to be everything', async () => {
    const { source, queries } = await open(() => done([row(2)]));
    const after = { stamp: '2026-11-20T10:00:00.000Z', id: row(1).Id, until: '2026-11-21T02:00:00.000Z', whole: true };
    const at = JSON.stringify({ since: null, wholeAt: null, after });

    const pages = await pagesOf(source, { source: 'crm_accounts', stream: 'Account', at });

    expect(queries()[0]).toContain(
      `WHERE (SystemModstamp > 2026-11-20T10:00:00.000Z OR (SystemModstamp = 2026-11-20T10:00:00.000Z AND Id > '${row(1).Id}'))`,
    );
    expect(pages.every((page) => !page.complete)).toBe(true);
    expect(JSON.parse(cursorOf(pages)?.at ?? '')).toMatchObject({ since: '2026-11-21T02:00:00.000Z', wholeAt: null });
  });

  it.each(['not json', '{"since":"2026 OR Name != null","wholeAt":null,"after":null}', '{}'])(
    'start from the beginning with a cursor that is not one of ours (%s)',
    async (at) => {
      const { source, queries } = await open(() => done([]));

      const pages = await pagesOf(source, { source: 'crm_accounts', stream: 'Account', at });

      expect(queries()).toHaveLength(1);
      expect(queries()[0]).not.toContain('WHERE');
      expect(pages.at(-1)?.complete).toBe(true);
    },
  );

  it('normalise instants, and refuse a row that does not fit instead of dropping it', async () => {
    const columns = { since: column('Since__c', 'instant'), employees: column('NumberOfEmployees', 'number') };
    const rows = [
      { ...row(1), Since__c: '2026-05-01T16:35:37.000+0900' },
      { ...row(2), NumberOfEmployees: 'many' },
    ];
    const { source } = await open(() => done(rows), { columns });

    const pages = await pagesOf(source);

    expect(pages[0]?.records[0]?.fields['since']).toBe('2026-05-01T07:35:37.000Z');
    expect(pages[0]?.rejected).toMatchObject([{ place: `Account ${row(2).Id}` }]);
  });

  const firstOfTwo = {
    body: { totalSize: 2, done: false, nextRecordsUrl: '/services/data/v66.0/query/0r8-2000', records: [row(1)] },
  };
  const refusal = (errorCode: string): Told => ({ status: 400, body: [{ errorCode, message: 'x' }] });

  it('go on behind the last row when the server lost the place in the pages', async () => {
    let turn = 0;
    const { source, queries } = await open(
      () => [firstOfTwo, refusal('INVALID_QUERY_LOCATOR'), done([row(2)])][turn++] ?? done([]),
    );

    const pages = await pagesOf(source);

    expect(keysOf(pages)).toEqual([row(1).Id, row(2).Id]);
    expect(queries().at(-1)).toContain(`Id > '${row(1).Id}'`);
    expect(pages.at(-1)).toMatchObject({ last: true, complete: true });
  });

  it('come in slices when a query takes too long', async () => {
    let turn = 0;
    const slice = Array.from({ length: 2_000 }, (_, at) => row(at));
    const { source, queries } = await open(
      () => [refusal('QUERY_TIMEOUT'), done(slice), done([row(2_000)])][turn++] ?? done([]),
    );

    const pages = await pagesOf(source);

    expect(new Set(keysOf(pages)).size).toBe(2_001);
    expect(queries().map((soql) => /LIMIT \d+$/.exec(soql)?.[0])).toEqual([undefined, 'LIMIT 2000', 'LIMIT 2000']);
    expect(queries()[2]).toContain(`Id > '${row(1_999).Id}'`);
  });

  it.each(['INVALID_QUERY_LOCATOR', 'QUERY_TIMEOUT', 'MALFORMED_QUERY', 'QUERY_TOO_COMPLICATED'])(
    'are a failed read when the answer stays %s',
    async (code) => {
      const { source } = await open(() => refusal(code));
      const seen: Page[] = [];
      const read = async () => {
        const stream = source.streams[0] as (typeof source.streams)[number];
        for await (const page of source.read(stream, null, options)) seen.push(page);
      };

      await expect(read()).rejects.toBeInstanceOf(SourceError);

      expect(seen).toEqual([]);
    },
  );

  it('name an object that the org does not know', async () => {
    const { source } = await open(() => refusal('INVALID_TYPE'));

    await expect(pagesOf(source)).rejects.toBeInstanceOf(DriftError);
  });

  it('are a failed read when the pages end without the word of the server', async () => {
    let turn = 0;
    const { source } = await open(() => (++turn === 1 ? firstOfTwo : refusal('INVALID_QUERY_LOCATOR')));
    const seen: Page[] = [];
    const read = async () => {
      const stream = source.streams[0] as (typeof source.streams)[number];
      for await (const page of source.read(stream, null, options)) seen.push(page);
    };

    await expect(read()).rejects.toBeInstanceOf(SourceError);

    expect(seen.map((page) => page.last)).toEqual([false]);
  });

  it('are no empty list when the session is refused', async () => {
    const { source } = await open(() => ({ status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'x' }] }));

    await expect(pagesOf(source)).rejects.toBeInstanceOf(AuthError);
  });
});
