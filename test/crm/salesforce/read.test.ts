// Reads on the wire.

import { afterEach, describe, expect, it } from 'vitest';
import type { Asked } from '../../clients/salesforce/wire-server.ts';
import { account, createStage, never } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());
const idsIn = (asked: Asked | undefined) => (asked?.body as { ids: string[] } | undefined)?.ids ?? [];

describe('a read on the wire', () => {
  it('matches records by id and not by place, and asks about merges only for those that did not answer', async () => {
    const crm = await stage.open((asked) => {
      if (asked.path.includes('/queryAll'))
        return {
          body: { totalSize: 1, done: true, records: [{ Id: account(3), MasterRecordId: account(4) }] },
        };
      const ids = idsIn(asked);
      const rows = ids.map((id) => (id === account(3) || id === account(5) ? null : { Id: id, Health_Score__c: 1 }));
      return { body: rows.reverse() };
    });
    const targets = [1, 2, 3, 5].map((at) => ({ account: 'a', object: 'account' as const, id: account(at) }));

    const existing = await crm.read(targets, ['health_score'], never);

    expect(existing.map((record) => [record.target, record.id])).toEqual([
      [account(1), account(1)],
      [account(2), account(2)],
      [account(3), account(4)],
      [account(5), null],
    ]);
  });

  it('does not let an id of another kind spoil the request', async () => {
    const crm = await stage.open((asked) => {
      if (asked.path.includes('/queryAll')) return { body: { totalSize: 0, done: true, records: [] } };
      return { body: idsIn(asked).map((Id) => ({ Id })) };
    });
    const targets = [account(1), '003000000000001AAA', 'A-17'].map((id) => ({
      account: 'a',
      object: 'account' as const,
      id,
    }));

    const existing = await crm.read(targets, ['health_score'], never);

    expect(existing.map((record) => record.id)).toEqual([account(1), null, null]);
    expect(idsIn(stage.server?.asked[0])).toEqual([account(1)]);
  });

  it('of fifteen characters finds the record of eighteen and answers as it was asked', async () => {
    const crm = await stage.open((asked) => ({
      body: idsIn(asked).map((Id) => ({ Id, Health_Score__c: 12.34 })),
    }));
    const short = '0012300000bVTq1';

    const [existing] = await crm.read([{ account: 'a', object: 'account', id: short }], ['health_score'], never);

    expect(idsIn(stage.server?.asked[0])).toEqual(['0012300000bVTq1AAG']);
    expect(existing).toMatchObject({ target: short, id: short, fields: { health_score: 12.3 } });
  });
});
