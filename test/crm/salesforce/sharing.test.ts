// Before anything is written: may the records themselves be edited? And while it is written: are there calls left?

import { afterEach, describe, expect, it } from 'vitest';
import type { Asked, Told } from '../../clients/salesforce/wire-server.ts';
import { orgStage } from './org-stage.ts';
import { account, createStage, mapping, never } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

const done = (records: readonly unknown[]): Told => ({ body: { totalSize: records.length, done: true, records } });
/** An org in which so many of the newest accounts may be edited. */
const org =
  (seen: number, editable: number) =>
  (asked: Asked): Told => {
    const soql = decodeURIComponent(asked.path);
    if (asked.path.endsWith('/composite')) return { body: { compositeResponse: [] } };
    if (asked.path.endsWith('/v66.0/'))
      return { body: { identity: 'https://x/id/00D000000000001EAA/005000000000001AAA' } };
    if (asked.path.endsWith('/describe')) return { body: { name: 'Account', updateable: true, fields: [] } };
    if (soql.includes('FROM UserRecordAccess')) {
      return done(Array.from({ length: seen }, (_, at) => ({ RecordId: account(at), HasEditAccess: at < editable })));
    }
    if (soql.includes('FROM Account')) return done(Array.from({ length: seen }, (_, at) => ({ Id: account(at) })));
    return done([]);
  };
const sharingProblems = async (tell: (asked: Asked) => Told, thorough: boolean) => {
  const crm = await stage.open(tell);
  const problems = await crm.check({ mapping, tasks: false, thorough }, never);
  return problems.filter((problem) => problem.where === 'salesforce Account' && !problem.what.includes('field'));
};

describe('a thorough check', () => {
  it.each([
    [3, 3, []],
    [3, 2, [['warning', '1 of the 3 newest records may not be edited by the integration user']]],
    [3, 0, [['error', '3 of the 3 newest records may not be edited by the integration user']]],
    [0, 0, [['error', 'the integration user sees no record of it']]],
  ])('of %s accounts of which %s may be edited says so, and names the permission', async (seen, editable, expected) => {
    const problems = await sharingProblems(org(seen, editable), true);

    expect(problems.map(({ severity, what }) => [severity, what])).toEqual(expected);
    for (const problem of problems) expect(problem.fix).toContain('"Modify All" on Account');
  });

  it('is not made every night', async () => {
    expect(await sharingProblems(org(3, 0), false)).toEqual([]);
  });
});

describe('calls that are used up while a run writes', () => {
  it('stop it at the floor, and the next run does the rest', async () => {
    const customers = Array.from({ length: 24 }, () => ({ logins: 20, satisfaction: 9 }));
    const org = await orgStage(customers);
    org.box.salesforce.faults.plant({
      match: { path: '/composite/sobjects', kind: 'write', method: 'PATCH' },
      action: { do: 'daily_limit', max: 1_000, used: 990 },
    });

    const report = await org.run();
    const written = org.scores().filter((score) => score !== null).length;
    org.box.salesforce.half.setDailyLimit({ max: 15_000, used: 100 });
    await org.run();

    expect(report.gates.some((gate) => gate.id === 'G10' && gate.stopped)).toBe(true);
    expect(written).toBe(20);
    expect(org.scores().filter((score) => score !== null)).toHaveLength(24);
    await org.close();
  });
});
