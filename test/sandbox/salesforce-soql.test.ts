import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, idOf, query } from './salesforce-connect.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 4, setUp: true, now: '2026-11-18T10:00:00.000Z' });
  const deals = [
    ['a', 'Prospecting', '2026-01-15', 100],
    ['B', 'Prospecting', '2026-04-10', 300],
    ['c', 'Closed Won', '2026-04-20', 500],
    ['d', 'Closed Won', '2025-12-31', null],
  ] as const;
  for (const [NextStep, StageName, CloseDate, Amount] of deals)
    await call(sandbox, 'POST', `${base}/sobjects/Opportunity`, { Name: 'T', NextStep, StageName, CloseDate, Amount });
});
afterAll(() => sandbox.close());

type Row = Record<string, unknown>;
async function rows(soql: string): Promise<Row[]> {
  const answer = await query(sandbox, soql);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body as { records: Row[] }).records.map(({ attributes: _attributes, ...row }) => row);
}
const steps = async (where: string) =>
  (await rows(`SELECT NextStep FROM Opportunity WHERE Name = 'T' AND ${where} ORDER BY NextStep`)).map(
    (row) => row['NextStep'],
  );

describe('conditions', () => {
  test.each([
    ['CALENDAR_YEAR(CloseDate) = 2025', ['d']],
    ['CALENDAR_QUARTER(CloseDate) = 2', ['B', 'c']],
    ['CALENDAR_MONTH(CloseDate) = 4 AND DAY_IN_MONTH(CloseDate) > 15', ['c']],
    ['DAY_ONLY(CreatedDate) = 2026-11-18', ['a', 'B', 'c', 'd']],
    ['CloseDate = LAST_YEAR', ['d']],
    ['CloseDate = LAST_N_QUARTERS:3', ['a', 'B', 'c']],
    ['CloseDate < LAST_N_MONTHS:10', ['d']],
    ['CreatedDate = THIS_WEEK', ['a', 'B', 'c', 'd']],
    ['CloseDate = THIS_FISCAL_YEAR', ['a', 'B', 'c']],
  ])('%s', async (where, expected) => {
    expect(await steps(where)).toEqual(expected);
  });

  test('a function or a date that nobody knows is malformed', async () => {
    for (const where of ['MOON_PHASE(CloseDate) = 1', 'CloseDate = LAST_BLUE_MOON'])
      expect((await query(sandbox, `SELECT Id FROM Opportunity WHERE ${where}`)).body).toMatchObject([
        { errorCode: 'MALFORMED_QUERY' },
      ]);
  });
});

describe('groups', () => {
  test('are summed, filtered and put in order', async () => {
    const found = await rows(
      "SELECT StageName, COUNT(Id) deals, SUM(Amount), MAX(CloseDate) latest FROM Opportunity WHERE Name = 'T' GROUP BY StageName HAVING COUNT(Id) > 1 ORDER BY SUM(Amount) DESC",
    );

    expect(found).toEqual([
      { StageName: 'Closed Won', deals: 2, expr0: 500, latest: '2026-04-20' },
      { StageName: 'Prospecting', deals: 2, expr0: 400, latest: '2026-04-10' },
    ]);
  });

  test('may be those of a function, and fewer than all', async () => {
    const found = await rows(
      "SELECT CALENDAR_YEAR(CloseDate) y, COUNT(Id) n FROM Opportunity WHERE Name = 'T' GROUP BY CALENDAR_YEAR(CloseDate) ORDER BY CALENDAR_YEAR(CloseDate) LIMIT 1",
    );

    expect(found).toEqual([{ y: 2025, n: 1 }]);
  });

  test('HAVING leaves out what does not fit', async () => {
    const soql =
      "SELECT StageName FROM Opportunity WHERE Name = 'T' GROUP BY StageName HAVING SUM(Amount) > 450 AND MAX(Amount) < 900";

    expect(await rows(soql)).toEqual([{ StageName: 'Closed Won' }]);
  });

  test('a field that is neither grouped nor aggregated is refused', async () => {
    const answer = await query(sandbox, 'SELECT Name, COUNT(Id) FROM Opportunity GROUP BY StageName');

    expect(answer.body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
  });
});

describe('columns', () => {
  test('tell labels, and texts in order whatever their case', async () => {
    const store = sandbox.salesforce.half.store;
    const field = store.field('Opportunity', 'StageName')!;
    store.addField('Opportunity', { ...field, options: [{ value: 'Prospecting', label: 'Looking' }] });

    const found = await rows(
      "SELECT NextStep, toLabel(StageName) FROM Opportunity WHERE Name = 'T' AND StageName = 'Prospecting' ORDER BY NextStep DESC",
    );

    expect(found).toEqual([
      { NextStep: 'B', StageName: 'Looking' },
      { NextStep: 'a', StageName: 'Looking' },
    ]);
  });

  test('FIELDS(ALL) wants a limit of at most 200', async () => {
    const [none, some] = [
      await query(sandbox, 'SELECT FIELDS(ALL) FROM Account'),
      await query(sandbox, 'SELECT FIELDS(ALL) FROM Account LIMIT 200'),
    ];

    expect(none.body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
    expect((some.body as { records: Row[] }).records[0]).toHaveProperty('Health_Score__c');
  });

  test('are not selected twice', async () => {
    for (const soql of [
      'SELECT Id, id FROM Account',
      'SELECT Owner.Name, owner.name FROM Account',
      'SELECT Id, FIELDS(ALL) FROM Account LIMIT 1',
    ])
      expect((await query(sandbox, soql)).body).toMatchObject([
        { errorCode: 'INVALID_FIELD', message: expect.stringContaining('duplicate field selected') },
      ]);
  });

  test('USING SCOPE keeps to what is mine, and knows nothing else', async () => {
    await call(sandbox, 'POST', `${base}/sobjects/Account`, { Name: 'My own' });

    expect(await rows('SELECT Name FROM Account USING SCOPE mine')).toEqual([{ Name: 'My own' }]);
    expect((await query(sandbox, 'SELECT Name FROM Account USING SCOPE delegated')).status).toBe(400);
  });

  test('compound addresses come whole, or as null', async () => {
    await call(sandbox, 'PATCH', `${base}/sobjects/Account/${idOf(sandbox, 'A0001')}`, {
      ShippingCity: 'Kyoto',
      ShippingCountry: 'Japan',
    });

    const [first] = await rows("SELECT ShippingAddress FROM Account WHERE AccountNumber = 'A0001'");
    const [second] = await rows("SELECT ShippingAddress FROM Account WHERE AccountNumber = 'A0002'");

    expect(first?.['ShippingAddress']).toMatchObject({ city: 'Kyoto', country: 'Japan', street: null });
    expect(second?.['ShippingAddress']).toBeNull();
  });

  test('their types are told to who asks', async () => {
    const soql = 'SELECT Id, Owner.Name, AnnualRevenue FROM Account';

    const answer = await call(sandbox, 'GET', `${base}/query?q=${encodeURIComponent(soql)}&columns=true`);

    expect(answer.body).toMatchObject({
      entityName: 'Account',
      columnMetadata: [
        { columnName: 'Id', apexType: 'Id' },
        { columnName: 'Owner', joinColumns: [{ columnName: 'Name', apexType: 'String' }] },
        { columnName: 'AnnualRevenue', numberType: true },
      ],
    });
  });
});
