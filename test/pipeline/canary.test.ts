// The first records of a new configuration are read back before the rest goes out (G12), with an automation in the CRM that
// writes over our fields.

import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

let home: SmallHome;
afterEach(async () => await home.remove());

describe('a run with a new configuration', () => {
  it('stops after the first records when one of them does not read back as it was written', async () => {
    const many = Array.from({ length: 60 }, (_, at) => ({ id: `k${at}`, logins: 12, satisfaction: 8 }));
    home = await smallHome(many);
    const { crm } = home;
    const written = crm.write;
    const automated = async (...args: Parameters<typeof written>) => {
      const receipts = await written(...args);
      const hit = crm.records.get(crmId('k1'));
      if (hit?.['health_band'] !== undefined) hit['health_band'] = 'red';
      return receipts;
    };
    Object.assign(crm, { write: automated });
    const { hall, store } = await home.open();

    const report = await run(hall, whole, never);
    await store.close();

    expect(report.gates.find(({ id }) => id === 'G12')).toMatchObject({ stopped: true, value: 1 });
    expect(report.exitCode).toBe(4);
    expect(report.effects.applied).toBe(20);
    expect([...crm.records.values()].filter((fields) => fields['health_score'] !== undefined)).toHaveLength(20);
  });
});
