// Updates on the wire: what is sent, and what each answer makes of every effect.

import { afterEach, describe, expect, it } from 'vitest';
import { AuthError, DriftError, LimitError } from '../../../src/lib/errors.ts';
import type { Told } from '../../clients/salesforce/wire-server.ts';
import { account, createStage, never, no, partsOf, recordsIn, set, states, yes } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

describe('an update on the wire', () => {
  it('is one collections request by id, with the headers that keep territories and duplicate rules out of it', async () => {
    const crm = await stage.open(yes);

    const receipts = await crm.write([set(1, { health_score: 71.94, health_reasons: null })], never);

    const asked = stage.server?.asked[0];
    expect(receipts).toEqual([{ effectId: receipts[0]?.effectId, state: 'applied', crmId: account(1), problem: null }]);
    expect(asked).toMatchObject({ method: 'PATCH', path: '/services/data/v66.0/composite/sobjects' });
    expect(asked?.body).toEqual({
      allOrNone: false,
      records: [{ attributes: { type: 'Account' }, id: account(1), Health_Score__c: 71.9, Health_Reasons__c: null }],
    });
    expect(asked?.headers).toMatchObject({
      'sforce-auto-assign': 'FALSE',
      'sforce-duplicate-rule-header': 'allowSave=true; includeRecordDetails=false; runAsCurrentUser=false',
    });
  });

  it('of a thousand records is one call of five collections', async () => {
    const crm = await stage.open((asked) => {
      const parts = (asked.body as { compositeRequest: { referenceId: string; body: { records: { id: string }[] } }[] })
        .compositeRequest;
      return {
        body: {
          compositeResponse: parts.toReversed().map((part) => ({
            referenceId: part.referenceId,
            httpStatusCode: 200,
            body: part.body.records.map((record) => ({ id: record.id, success: true, errors: [] })),
          })),
        },
      };
    });
    const batch = Array.from({ length: 1_000 }, (_, at) => set(at));

    const receipts = await crm.write(batch, never);

    expect(stage.server?.asked).toHaveLength(1);
    expect(stage.server?.asked[0]?.path).toBe('/services/data/v66.0/composite');
    expect(receipts.map((receipt) => receipt.crmId)).toEqual(batch.map((effect) => effect.target));
    expect(receipts.every((receipt) => receipt.state === 'applied')).toBe(true);
  });

  it('finds the culprit by itself where only one of five collections was refused', async () => {
    const bad = account(250);
    const answerTo = (records: readonly { id: string }[]): Told =>
      records.some((record) => record.id === bad)
        ? { status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR', message: 'x' }] }
        : { body: records.map((record) => ({ id: record.id, success: true, errors: [] })) };
    const crm = await stage.open((asked) => {
      const composite = asked.body as {
        compositeRequest?: { referenceId: string; body: { records: { id: string }[] } }[];
      };
      if (composite.compositeRequest === undefined) return answerTo(recordsIn(asked) as unknown as { id: string }[]);
      return {
        body: {
          compositeResponse: composite.compositeRequest.map((part) => {
            const told = answerTo(part.body.records);
            return { referenceId: part.referenceId, httpStatusCode: told.status ?? 200, body: told.body };
          }),
        },
      };
    });
    const batch = Array.from({ length: 600 }, (_, at) => set(at));

    const receipts = await crm.write(batch, never);

    const rejected = receipts.filter((receipt) => receipt.state !== 'applied');
    expect(rejected).toMatchObject([{ state: 'rejected', problem: { code: 'JSON_PARSER_ERROR' } }]);
    expect(rejected[0]?.effectId).toBe(batch[250]?.id);
  });

  it.each([
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'rejected'],
    ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'rejected'],
    ['STRING_TOO_LONG', 'rejected'],
    ['ENTITY_IS_DELETED', 'rejected'],
    ['INVALID_CROSS_REFERENCE_KEY', 'rejected'],
    ['INACTIVE_OWNER_OR_USER', 'rejected'],
    ['DUPLICATE_VALUE', 'rejected'],
    ['SERVER_UNAVAILABLE', 'ready'],
    ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'ready'],
    ['UNKNOWN_EXCEPTION', 'unknown'],
    ['A_CODE_OF_NEXT_YEAR', 'unknown'],
  ])('with %s for one of its records leaves that one %s and the other applied', async (code, state) => {
    const crm = await stage.open((asked) => ({
      body: recordsIn(asked).map((record, at) =>
        at === 0 ? no(code) : { id: record['id'], success: true, errors: [] },
      ),
    }));

    const receipts = await crm.write([set(1), set(2)], never);

    expect(receipts.map((receipt) => receipt.state)).toEqual([state, 'applied']);
    expect(receipts[0]?.problem?.code).toBe(code);
  });

  it.each(['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE'])(
    'with %s leaves the record ready, and nothing more is sent to the object until it was checked again',
    async (code) => {
      const crm = await stage.open((asked) => ({ body: recordsIn(asked).map(() => no(code)) }));

      const [receipt] = await crm.write([set(1)], never);
      const sent = stage.server?.asked.length;

      expect(receipt).toMatchObject({ state: 'ready', problem: { code } });
      await expect(crm.write([set(2)], never)).rejects.toBeInstanceOf(DriftError);
      expect(stage.server?.asked).toHaveLength(sent ?? 0);
    },
  );

  it('waits for a locked record and sends only that one again', async () => {
    let turn = 0;
    const crm = await stage.open((asked) => {
      turn += 1;
      return {
        body: recordsIn(asked).map((record) =>
          turn < 3 && record['id'] === account(1)
            ? no('UNABLE_TO_LOCK_ROW')
            : { id: record['id'], success: true, errors: [] },
        ),
      };
    });

    expect(await states(crm, [set(1), set(2)])).toEqual(['applied', 'applied']);
    expect(stage.server?.asked.map((asked) => recordsIn(asked).length)).toEqual([2, 1, 1]);
  });

  it('gives a lock back as ready when it lasts', async () => {
    const crm = await stage.open((asked) => ({ body: recordsIn(asked).map(() => no('UNABLE_TO_LOCK_ROW')) }));

    const [receipt] = await crm.write([set(1)], never);

    expect(receipt).toMatchObject({ state: 'ready', problem: { code: 'NOT_NOW' } });
    expect(receipt?.problem?.what).toContain('UNABLE_TO_LOCK_ROW');
    expect(stage.server?.asked).toHaveLength(4);
  });

  it('whose trigger fails for the sake of one record gets the others through, and that one is rejected', async () => {
    const bad = account(37);
    const answer = (records: readonly Record<string, unknown>[]) =>
      records.map((record) =>
        records.some((one) => one['id'] === bad)
          ? no('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'MyTrigger: execution of AfterUpdate')
          : { id: record['id'], success: true, errors: [] },
      );
    const crm = await stage.open((asked) => ({ body: partsOf(asked, answer) }));

    const receipts = await crm.write(
      Array.from({ length: 120 }, (_, at) => set(at)),
      never,
    );

    const rejected = receipts.filter((receipt) => receipt.state !== 'applied');
    expect(rejected).toMatchObject([{ state: 'rejected', problem: { code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' } }]);
    expect(rejected[0]?.effectId).toBe(receipts[37]?.effectId);
    expect(stage.server?.asked.length).toBeLessThan(10);
  });

  it('that is too much for the Apex of the org goes through in smaller collections', async () => {
    const crm = await stage.open((asked) => ({
      body: partsOf(asked, (records) =>
        records.map((record) =>
          records.length > 50 ? no('TOO_MANY_APEX_REQUESTS') : { id: record['id'], success: true, errors: [] },
        ),
      ),
    }));

    const receipts = await crm.write(
      Array.from({ length: 200 }, (_, at) => set(at)),
      never,
    );

    expect(receipts.every((receipt) => receipt.state === 'applied')).toBe(true);
    expect(stage.server?.asked).toHaveLength(3);
  });

  it('waits where too many long calls run at once, and is written', async () => {
    let turn = 0;
    const crm = await stage.open((asked) => {
      turn += 1;
      return turn < 3
        ? {
            status: 403,
            body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentPerOrgLongTxn Limit exceeded.' }],
          }
        : yes(asked);
    });

    expect(await states(crm, [set(1)])).toEqual(['applied']);
    expect(stage.server?.asked).toHaveLength(3);
  });

  it.each<[string, Told]>([
    ['one result for two records', { body: [{ id: account(1), success: true, errors: [] }] }],
    ['an object instead of results', { body: { done: true } }],
    ['nothing at all', { body: '' }],
    ['a page of HTML', { body: '<html>hello</html>' }],
    [
      'results about other records',
      { body: [account(8), account(9)].map((id) => ({ id, success: true, errors: [] })) },
    ],
    ['results that say neither yes nor no', { body: [{ id: account(1) }, { id: account(2) }] }],
    [
      'half of an answer',
      { trouble: 'drop', body: [1, 2].map((at) => ({ id: account(at), success: true, errors: [] })) },
    ],
    ['a broken line', { trouble: 'reset' }],
    ['a server error', { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'x' }] }],
    ['a gateway that gave up', { status: 504, body: '<html>timeout</html>' }],
  ])('answered by %s is unknown for every record, and is not sent again', async (_what, told) => {
    const crm = await stage.open(() => told);

    const receipts = await crm.write([set(1), set(2)], never);

    expect(receipts.map((receipt) => receipt.state)).toEqual(['unknown', 'unknown']);
    expect(stage.server?.asked).toHaveLength(1);
  });

  it('without an answer in time is unknown', async () => {
    const crm = await stage.open(() => ({ trouble: 'hang' }), {}, 80);

    expect(await states(crm, [set(1)])).toEqual(['unknown']);
  });

  it('refused as a whole comes back to be halved, and alone is rejected', async () => {
    const crm = await stage.open(() => ({ status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR', message: 'x' }] }));

    const two = await crm.write([set(1), set(2)], never);
    const one = await crm.write([set(1)], never);

    expect(two.map((receipt) => [receipt.state, receipt.problem?.code])).toEqual([
      ['ready', 'BATCH_REFUSED'],
      ['ready', 'BATCH_REFUSED'],
    ]);
    expect(one).toMatchObject([{ state: 'rejected', problem: { code: 'JSON_PARSER_ERROR' } }]);
  });

  it('throws when the session or the day is over, because nothing was applied', async () => {
    const ended = await stage.open(() => ({ status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'x' }] }));
    await expect(ended.write([set(1)], never)).rejects.toBeInstanceOf(AuthError);
    await stage.server?.close();
    const used = await stage.open(() => ({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'x' }],
    }));

    await expect(used.write([set(1)], never)).rejects.toBeInstanceOf(LimitError);
  });

  it('never sends one record twice in one request', async () => {
    const crm = await stage.open(yes);

    expect(await states(crm, [set(1), set(2), set(1, { health_score: 60 })])).toEqual([
      'applied',
      'applied',
      'applied',
    ]);
    expect(stage.server?.asked.map((asked) => recordsIn(asked).map((record) => record['id']))).toEqual([
      [account(1), account(2)],
      [account(1)],
    ]);
  });
});
