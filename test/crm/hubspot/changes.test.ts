// What changed since: searched by modified date, going on above the last id, and never believed to show what is gone.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TellsChanges } from '../../../src/crm/crm.ts';
import type { Existing } from '../../../src/domain/nouns.ts';
import { calm, closeWire, item, json, openWire, origin, secondly } from '../../clients/hubspot/wire.ts';
import { hand, openStage } from './stage.ts';

const search = '/crm/v3/objects/companies/search';
const since = '2026-11-20T10:00:00.000Z';
const ask = { object: 'account', since, words: ['health_score'], atMost: 2_000 } as const;

async function all(crm: TellsChanges, more: Partial<typeof ask> = {}): Promise<Existing[] | null> {
  const pages = await crm.changes({ ...ask, ...more }, calm);
  if (pages === null) return null;
  const found: Existing[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

describe('changes of a portal', () => {
  beforeEach(openWire);
  afterEach(closeWire);

  it('go on above the last id, because pages end at ten thousand', async () => {
    const asked: unknown[] = [];
    const first = Array.from({ length: 200 }, (_, at) => item(String(at + 1), { kenko_health_score: '50' }));
    nock(origin)
      .post(search, (body) => asked.push(body) > 0)
      .reply(200, { total: 201, results: first }, json);
    nock(origin)
      .post(search, (body) => asked.push(body) > 0)
      .reply(200, { total: 1, results: [item('201', { kenko_health_score: '60', hubspot_owner_id: '9' })] }, json);

    const found = await all(hand());

    expect(found).toHaveLength(201);
    expect(found?.at(-1)).toMatchObject({ target: '201', id: '201', owner: '9', fields: { health_score: 60 } });
    expect(asked[0]).toEqual({
      filterGroups: [
        { filters: [{ propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: String(Date.parse(since)) }] },
      ],
      sorts: ['hs_object_id'],
      properties: ['kenko_health_score', 'hubspot_owner_id', 'hs_merged_object_ids', 'hs_lastmodifieddate'],
      limit: 200,
    });
    expect(asked[1]).toMatchObject({
      filterGroups: [{ filters: [{}, { propertyName: 'hs_object_id', operator: 'GT', value: '200' }] }],
    });
  });
  it('name the ids that a merge took away, so that nobody believes in them', async () => {
    nock(origin)
      .post(search)
      .reply(200, { total: 1, results: [item('9', { hs_merged_object_ids: '5;6', kenko_health_score: '1' })] }, json);

    const found = await all(hand());

    expect(found?.map(({ target, id }) => [target, id])).toEqual([
      ['5', null],
      ['6', null],
      ['9', '9'],
    ]);
  });
  it('that are too many are not read: by id it is cheaper', async () => {
    nock(origin)
      .post(search)
      .reply(200, { total: 2_001, results: [item('1')] }, json);

    expect(await all(hand())).toBeNull();
  });
  it('are not asked for with more properties than a search may name', async () => {
    const crm = hand();
    const words = Array.from({ length: 40 }, (_, at) => ({ word: `w${at}`, name: `kenko_${'x'.repeat(80)}${at}` }));
    const wide = hand({
      mapping: {
        crm: 'hubspot',
        connection: {},
        idKind: 'hubspot',
        task: null,
        objects: {
          account: {
            object: 'companies',
            fields: words.map(({ word, name }) => ({
              word,
              field: name,
              type: 'text',
              write: 'always',
              digits: 0,
              length: 100,
              options: [],
              label: { en: '', ja: '' },
              help: { en: '', ja: '' },
            })),
          },
        },
      },
    });

    expect(await all(wide, { words: words.map(({ word }) => word) as never })).toBeNull();
    expect(crm.canonicalId('5')).toBe('5');
  });
  it('wait for their turn when the portal has been searched too often', async () => {
    nock(origin)
      .post(search)
      .reply(429, secondly, { ...json, 'retry-after': '0' });
    nock(origin).post(search).reply(200, { total: 0, results: [] }, json);

    expect(await all(hand())).toEqual([]);
  });
});

describe('changes beside what our last run wrote', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const early = '2026-11-20T11:00:00.500Z';
  const [from, to] = ['2026-11-20T11:00:00.000Z', '2026-11-20T11:00:01.000Z'];
  const stamped = (id: string, at: string) => item(id, { hs_lastmodifieddate: at, kenko_health_score: '60' });
  const mine = (records: number, ids: readonly string[] = ['1', '2', '3']) => ({
    from,
    to,
    records,
    among: async (asked: readonly string[]) => asked.filter((id) => ids.includes(id)).length,
  });
  /** Answers the searches one after the other, and keeps how they sorted. */
  function searched(...answers: readonly { total: number; results: readonly unknown[] }[]): string[] {
    const sorts: string[] = [];
    for (const answer of answers)
      nock(origin)
        .post(search, (body: { sorts: string[] }) => sorts.push(...body.sorts) > 0)
        .reply(200, answer, json);
    return sorts;
  }

  it('are told alone, where the counts say that nobody else wrote meanwhile', async () => {
    const sorts = searched({ total: 4, results: [stamped('9', '2026-11-20T12:00:00Z'), stamped('3', early)] });

    const found = await all(hand(), { ours: mine(3) } as never);

    expect(found?.map(({ target }) => target)).toEqual(['9']);
    expect(sorts).toEqual(['-hs_lastmodifieddate']);
  });
  it('count one of ours that was changed later as changed', async () => {
    searched({ total: 3, results: [stamped('2', '2026-11-20T12:00:00Z'), stamped('3', early)] });

    const found = await all(hand(), { ours: mine(3) } as never);

    expect(found?.map(({ target }) => target)).toEqual(['2']);
  });
  it.each([
    ['somebody else wrote in the same seconds', 4, [stamped('3', early)]],
    ['one of ours is gone', 2, [stamped('3', early)]],
    ['they fill the page', 500, [stamped('9', '2026-11-20T12:00:00Z')]],
    ['a record has no stamp', 3, [item('3')]],
  ])('are told with all of ours where %s', async (_, total, results) => {
    const sorts = searched({ total, results }, { total: 2, results: [stamped('3', early), stamped('7', early)] });

    const found = await all(hand(), { ours: mine(3) } as never);

    expect(found?.map(({ target }) => target)).toEqual(['3', '7']);
    expect(sorts).toEqual(['-hs_lastmodifieddate', 'hs_object_id']);
  });
});

describe('changes of a portal in the sandbox', () => {
  it('show what people did once the index has learnt of it, and what was asked before is asked once more', async () => {
    const { crm, world, sandbox, close } = await openStage();
    const teller = crm as typeof crm & TellsChanges;
    const before = teller.changesFrom();
    sandbox.clock.push(10 * 60_000);
    const from = new Date(Date.parse(sandbox.clock.now()) - 1_000).toISOString();
    const [one = '', two = ''] = world.accounts;
    const quiet = await all(teller, { since: from as typeof since });
    await world.edit(one, { external_account_id: 'A-1' });
    const late = await all(teller, { since: from as typeof since });
    sandbox.clock.push(10_000);
    await world.deleteAccount(two);
    sandbox.clock.push(10_000);

    const found = await all(teller, { since: from as typeof since });

    await close();
    expect([quiet, late]).toEqual([[], []]);
    expect(found?.map(({ target }) => target)).toEqual([one]);
    expect(Date.now() - Date.parse(before)).toBeGreaterThan(140_000);
  });
});
