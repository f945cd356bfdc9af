// Fields of records: one answer of HubSpot on the wire where one answer decides.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notNow } from '../../../src/crm/crm.ts';
import { AuthError, DriftError, LimitError } from '../../../src/lib/errors.ts';
import {
  batch,
  burst,
  calm,
  closeWire,
  daily,
  item,
  json,
  now,
  openWire,
  origin,
  refusal,
} from '../../clients/hubspot/wire.ts';
import { gone, hand, read, set, update } from './stage.ts';

beforeEach(openWire);
afterEach(closeWire);

describe('an update', () => {
  it('sends text values, our trace and nothing but the changed properties', async () => {
    let sent: unknown;
    nock(origin)
      .post(update, (body) => {
        sent = body;
        return true;
      })
      .reply(200, batch([item('5')]), json);
    const effect = set('5', {
      health_score: 71.5,
      health_alert: false,
      upsell_type: 'plan;seats',
      health_reasons: null,
    });

    await hand().write([effect], calm);

    expect(sent).toEqual({
      inputs: [
        {
          id: '5',
          objectWriteTraceId: String(effect.id),
          properties: {
            kenko_health_score: '71.5',
            kenko_health_alert: 'false',
            kenko_upsell_type: 'plan;seats',
            kenko_health_reasons: '',
          },
        },
      ],
    });
  });

  it('tells what the answer shows of the record, where it shows all that was sent', async () => {
    const values = { kenko_health_score: '71.5', kenko_health_alert: 'false' };
    const stamp = { hs_lastmodifieddate: '2026-11-21T05:00:00.250Z' };
    nock(origin)
      .post(update)
      .reply(
        200,
        batch([
          item('5', { ...values, ...stamp }),
          item('6', { ...values, kenko_health_score: '70' }),
          item('7', { kenko_health_score: '71.5', ...stamp }),
        ]),
        json,
      );
    const payload = { health_score: 71.5, health_alert: false };

    const receipts = await hand().write([set('5', payload), set('6', payload), set('7', payload)], calm);

    expect(receipts.map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
    expect(receipts[0]?.shown).toEqual({ fields: payload, changedAt: '2026-11-21T05:00:00.250Z' });
    // Another value than was sent is told as it is; without the stamp of HubSpot's own property its date stands in.
    expect(receipts[1]?.shown?.fields).toEqual({ ...payload, health_score: 70 });
    expect(receipts[1]?.shown?.changedAt).toMatch(/^2026-/);
    expect(receipts[2]?.shown).toBeUndefined();
  });

  it('matches a shuffled 207 by id and trace, never by position', async () => {
    const effects = [set('5'), set('6'), set('7')];
    const invalid = refusal(
      'VALIDATION_ERROR',
      'Property values were not valid: [{"error":"INVALID_OPTION","name":"kenko_health_band"}]',
      {
        objectWriteTraceId: [String(effects[1]?.id)],
      },
    );
    nock(origin)
      .post(update)
      .reply(207, batch([item('7'), item('5')], [invalid]), json);

    const receipts = await hand().write(effects, calm);

    expect(receipts.map((receipt) => [receipt.effectId, receipt.state])).toEqual([
      [effects[0]?.id, 'applied'],
      [effects[1]?.id, 'rejected'],
      [effects[2]?.id, 'applied'],
    ]);
    expect(receipts[1]?.problem?.code).toBe('INVALID_OPTION');
  });

  it('takes a refusal by id where it carries no trace', async () => {
    nock(origin)
      .post(update)
      .reply(207, batch([item('5')], [gone]), json);

    const receipts = await hand().write([set('5'), set('7')], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected']);
  });

  it('follows a merged record, which a 200 leaves out without a word', async () => {
    nock(origin)
      .post(update)
      .reply(200, batch([item('5')]), json);
    nock(origin).post(read).reply(200, batch([]), json);
    nock(origin).get('/crm/v3/objects/companies/6').query(true).reply(200, item('66'), json);
    nock(origin)
      .post(update, (body) => body.inputs[0].id === '66')
      .reply(200, batch([item('66')]), json);

    const receipts = await hand().write([set('5'), set('6')], calm);

    expect(receipts.map((receipt) => [receipt.state, receipt.crmId])).toEqual([
      ['applied', '5'],
      ['applied', '66'],
    ]);
    expect(nock.pendingMocks()).toEqual([]);
  });

  it('does not let two accounts write in turn to the record that a merge left', async () => {
    nock(origin)
      .post(update)
      .reply(200, batch([item('66')]), json);
    nock(origin).post(read).reply(200, batch([]), json);
    nock(origin).get('/crm/v3/objects/companies/6').query(true).reply(200, item('66'), json);

    const receipts = await hand().write([set('66'), set('6')], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'rejected']);
    expect(receipts[1]?.problem?.code).toBe('MERGED');
  });

  it('believes an unlisted record only when it shows what was sent', async () => {
    nock(origin).post(update).reply(200, batch([]), json);
    nock(origin)
      .post(read)
      .reply(200, batch([item('5', { kenko_health_score: '50' }), item('6', { kenko_health_score: '49' })]), json);

    const receipts = await hand().write([set('5'), set('6')], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'unknown']);
  });

  it('knows nothing of unlisted records when it cannot look', async () => {
    nock(origin).post(update).reply(200, batch([]), json);
    nock(origin).post(read).reply(400, refusal('VALIDATION_ERROR', 'x'), json);

    const [receipt] = await hand().write([set('5')], calm);

    expect(receipt?.state).toBe('unknown');
  });

  it('leaves the second of two effects on one record for the next batch', async () => {
    let sent = 0;
    nock(origin)
      .post(update, (body) => {
        sent = body.inputs.length;
        return true;
      })
      .reply(200, batch([item('5')]), json);

    const receipts = await hand().write([set('5'), set('5', { health_score: 51 })], calm);

    expect(sent).toBe(1);
    expect(receipts.map((receipt) => receipt.state)).toEqual(['applied', 'ready']);
  });

  it('is halved by the caller when a batch is refused for an item that nobody names', async () => {
    nock(origin)
      .post(update)
      .reply(
        400,
        refusal('VALIDATION_ERROR', 'Duplicate IDs found in batch input: [5]. IDs must be unique', { ids: ['5'] }),
        json,
      );

    const receipts = await hand().write([set('5'), set('6')], calm);

    expect(receipts.map((receipt) => [receipt.state, receipt.problem?.code])).toEqual([
      ['ready', 'BATCH_REFUSED'],
      ['ready', 'BATCH_REFUSED'],
    ]);
  });

  it('rejects only those that carry the property which is not there', async () => {
    const message = 'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST","name":"kenko_health_band"}]';
    nock(origin).post(update).reply(400, refusal('VALIDATION_ERROR', message), json);

    const receipts = await hand().write([set('5', { health_band: 'red' }), set('6')], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['rejected', 'ready']);
    expect(receipts[0]?.problem).toMatchObject({
      code: 'PROPERTY_DOESNT_EXIST',
      fix: expect.stringContaining('kenko setup'),
    });
  });

  it('rejects a batch of one for good', async () => {
    nock(origin).post(update).reply(400, refusal('VALIDATION_ERROR', 'x'), json);

    const [receipt] = await hand().write([set('5')], calm);

    expect(receipt?.state).toBe('rejected');
  });

  it('throws for a missing scope and names it: nothing is wrong with the records', async () => {
    const context = {
      requiredGranularScopes: ['crm.objects.companies.write', 'crm.objects.companies.highly_sensitive.write.v2'],
    };
    nock(origin)
      .post(update)
      .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ message: 'x', context }] }, json);

    const writing = hand().write([set('5'), set('6')], calm);

    await expect(writing).rejects.toBeInstanceOf(DriftError);
    await expect(writing).rejects.toMatchObject({
      fix: expect.stringContaining('crm.objects.companies.write or crm.objects.companies.highly_sensitive.write.v2'),
    });
  });

  it('is left for the next run after a lock that does not go', async () => {
    nock(origin).post(update).times(5).reply(423, {}, now);

    const receipts = await hand().write([set('5'), set('6')], calm);

    expect(receipts.map((receipt) => [receipt.state, receipt.problem?.code])).toEqual([
      ['ready', notNow],
      ['ready', notNow],
    ]);
  });

  it('throws for a burst limit that does not go: nothing was written', async () => {
    nock(origin).post(update).times(5).reply(429, burst, now);

    await expect(hand().write([set('5'), set('6')], calm)).rejects.toBeInstanceOf(LimitError);
  });

  it('has an unknown outcome when servers go on failing', async () => {
    nock(origin).post(update).times(5).reply(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' });

    const receipts = await hand().write([set('5'), set('6')], calm);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
  });

  it.each([
    ['the token', 401, refusal('INVALID_AUTHENTICATION', 'x'), AuthError],
    ["the day's quota", 429, daily, LimitError],
  ] as const)(
    'throws when HubSpot refuses all for the sake of %s: nothing was written',
    async (_, status, body, kind) => {
      nock(origin).post(update).reply(status, body, json);

      await expect(hand().write([set('5'), set('6')], calm)).rejects.toBeInstanceOf(kind);
    },
  );

  it('gives receipts once a part has been written, whatever refuses the rest', async () => {
    const effects = Array.from({ length: 101 }, (_, at) => set(String(at + 1)));
    nock(origin)
      .post(update)
      .reply(200, batch(effects.slice(0, 100).map((effect) => item(effect.target))), json);
    nock(origin).post(update).reply(429, daily, json);

    const receipts = await hand().write(effects, calm);

    expect(receipts.slice(0, 100).every((receipt) => receipt.state === 'applied')).toBe(true);
    expect(receipts[100]).toMatchObject({ state: 'ready', problem: { code: 'E_LIMIT' } });
  });

  it('rejects an effect of which no word is mapped, without a call', async () => {
    const [receipt] = await hand().write([set('5', { unheard_of: 1 })], calm);

    expect(receipt).toMatchObject({ state: 'rejected', problem: { code: 'UNMAPPED' } });
  });
});
