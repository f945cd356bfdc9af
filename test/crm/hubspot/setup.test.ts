// Furnishing a portal: it only ever adds.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calm, closeWire, json, openWire, origin, refusal } from '../../clients/hubspot/wire.ts';
import { hand, mapping, needs } from './stage.ts';

describe('furnishing a portal', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const property = (more: Record<string, unknown>) => ({
    name: 'kenko_x',
    label: 'x',
    type: 'string',
    fieldType: 'text',
    groupName: 'g',
    description: '',
    options: [],
    ...more,
  });
  const option = (value: string, displayOrder = 0) => ({ label: value, value, displayOrder, hidden: false });
  const piece = (spec: Record<string, unknown>) => ({ kind: 'other' as const, name: 'x', says: '', spec });
  const keyPiece = piece({
    make: 'property',
    object: 'tasks',
    property: { ...property({ name: 'kenko_key' }), unique: true },
  });

  it('adds options to those that stand there now, and keeps what a person added', async () => {
    let sent: { options: { value: string; displayOrder: number }[] } | undefined;
    const band = property({
      type: 'enumeration',
      fieldType: 'select',
      options: [option('green', 0), option('their_own', 4)],
    });
    nock(origin).get('/crm/v3/properties/companies/kenko_x').reply(200, band, json);
    nock(origin)
      .patch('/crm/v3/properties/companies/kenko_x', (body) => {
        sent = body;
        return true;
      })
      .reply(200, band, json);

    const problem = await hand().make(
      piece({ make: 'options', object: 'companies', name: 'kenko_x', options: [option('green'), option('red')] }),
      calm,
    );

    expect(problem).toBeNull();
    expect(sent?.options.map((one) => [one.value, one.displayOrder])).toEqual([
      ['green', 0],
      ['their_own', 4],
      ['red', 5],
    ]);
  });

  it('sends nothing for options that somebody added in the meantime', async () => {
    nock(origin)
      .get('/crm/v3/properties/companies/kenko_x')
      .reply(200, property({ type: 'enumeration', options: [option('red')] }), json);

    const problem = await hand().make(
      piece({ make: 'options', object: 'companies', name: 'kenko_x', options: [option('red')] }),
      calm,
    );

    expect(problem).toBeNull();
  });

  it('takes a group and a property that are there already for made', async () => {
    const there = refusal('OBJECT_ALREADY_EXISTS', "A property named 'kenko_x' already exists.");
    nock(origin).post('/crm/v3/properties/companies/groups').reply(409, there, json);
    nock(origin).post('/crm/v3/properties/companies').reply(409, there, json);
    nock(origin).get('/crm/v3/properties/companies/kenko_x').reply(200, property({}), json);
    const crm = hand();

    const first = await crm.make(piece({ make: 'group', object: 'companies', name: 'g', label: 'G' }), calm);
    const second = await crm.make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect([first, second]).toEqual([null, null]);
  });

  it('says so when a property of that name has another type', async () => {
    nock(origin).post('/crm/v3/properties/companies').reply(409, refusal('OBJECT_ALREADY_EXISTS', 'x'), json);
    nock(origin)
      .get('/crm/v3/properties/companies/kenko_x')
      .reply(200, property({ type: 'number', fieldType: 'number' }), json);

    const problem = await hand().make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect(problem).toMatchObject({ code: 'E_DRIFT', severity: 'error' });
  });

  it('says so when HubSpot makes the task key without keeping it unique', async () => {
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === true)
      .reply(201, property({ name: 'kenko_key', hasUniqueValue: false }), json);

    const problem = await hand().make(keyPiece, calm);

    expect(problem).toMatchObject({ code: 'TASK_KEY_NOT_UNIQUE', severity: 'error' });
  });

  it('says so when HubSpot calls the task key unique, and refuses to find tasks by it', async () => {
    nock(origin)
      .post('/crm/v3/properties/tasks')
      .reply(201, property({ name: 'kenko_key', hasUniqueValue: true }), json);
    nock(origin)
      .post('/crm/v3/objects/tasks/batch/read', (body) => body.idProperty === 'kenko_key')
      .reply(
        400,
        refusal(
          'VALIDATION_ERROR',
          'Unable to perform update/upsert by non-unique 0-27 property kenko_key in portal ID 1',
        ),
        json,
      );

    const problem = await hand().make(keyPiece, calm);

    expect(problem).toMatchObject({
      code: 'TASK_KEY_NOT_UNIQUE',
      severity: 'error',
      fix: expect.stringContaining('at_least_once'),
    });
  });

  it('makes a task key that is not unique only where the admin accepts at_least_once', async () => {
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === true)
      .reply(400, refusal('VALIDATION_ERROR', 'hasUniqueValue is not supported'), json);
    nock(origin)
      .post('/crm/v3/properties/tasks', (body) => body.hasUniqueValue === undefined)
      .reply(201, property({ name: 'kenko_key' }), json);
    const accepted = hand({ mapping: { ...mapping, task: { ...mapping.task!, mode: 'at_least_once' } } });

    const problem = await accepted.make(keyPiece, calm);

    expect(problem).toMatchObject({ code: 'TASK_KEY_NOT_UNIQUE', severity: 'warning' });
  });

  it('names the scope that setup lacks', async () => {
    const context = { requiredGranularScopes: ['crm.schemas.companies.write'] };
    nock(origin)
      .post('/crm/v3/properties/companies')
      .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ context }] }, json);

    const problem = await hand().make(
      piece({ make: 'property', object: 'companies', property: { ...property({}), unique: false } }),
      calm,
    );

    expect(problem?.what).toContain('crm.schemas.companies.write');
  });

  it('prints the whole plan for those who create things by hand', () => {
    const files = hand().files(needs);
    const properties = JSON.parse(files['hubspot/properties.json'] ?? '{}');
    const lists = JSON.parse(files['hubspot/lists.json'] ?? '[]') as { name: string; processingType: string }[];

    expect(Object.keys(properties)).toEqual(['companies', 'contacts', 'tasks']);
    expect(properties.tasks.properties).toContainEqual(
      expect.objectContaining({ name: 'kenko_key', hasUniqueValue: true, type: 'string' }),
    );
    expect(properties.companies.properties).toContainEqual(
      expect.objectContaining({ name: 'kenko_health_alert', type: 'bool', fieldType: 'booleancheckbox' }),
    );
    expect(lists.map((list) => list.name)).toEqual([
      'Kenko: At risk 要対応',
      'Kenko: Falling 急落',
      'Kenko: Upsell-ready アップセル候補',
      'Kenko: Green, low confidence 要確認',
      'Kenko: Champion gone 推進者休眠',
      'Kenko: Unknown 判定不能',
      'Kenko: No owner 担当者なし',
    ]);
    expect(new Set(lists.map((list) => list.processingType))).toEqual(new Set(['DYNAMIC']));
  });
});
