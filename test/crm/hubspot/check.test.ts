// All looking before leaping.

import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrmMapping } from '../../../src/domain/decisions.ts';
import { calm, closeWire, json, openWire, origin, refusal } from '../../clients/hubspot/wire.ts';
import { hand, mapping } from './stage.ts';

describe('checking a portal', () => {
  beforeEach(openWire);
  afterEach(closeWire);
  const small: CrmMapping = {
    ...mapping,
    objects: {
      account: {
        object: 'companies',
        fields: (mapping.objects.account?.fields ?? []).filter((field) =>
          ['health_score', 'health_band', 'csm_pulse'].includes(field.word),
        ),
      },
    },
    task: { ...mapping.task!, fields: { key: 'kenko_key' }, ownerFallback: ['cs@x.test'] },
  };
  const property = (name: string, type: string, fieldType: string, more: Record<string, unknown> = {}) => ({
    name,
    label: name,
    type,
    fieldType,
    groupName: 'g',
    description: '',
    options: [],
    ...more,
  });
  const options = (...values: string[]) => values.map((value) => ({ value, label: value, hidden: false }));
  const status = property('hs_task_status', 'enumeration', 'select', { options: options('NOT_STARTED', 'COMPLETED') });
  const priority = property('hs_task_priority', 'enumeration', 'select', { options: options('HIGH', 'MEDIUM', 'LOW') });
  const shelves = (companies: readonly unknown[], tasks: readonly unknown[]) => {
    nock(origin).get('/crm/v3/properties/companies').reply(200, { results: companies }, json);
    nock(origin).get('/crm/v3/properties/tasks').reply(200, { results: tasks }, json);
  };
  const people = (active: boolean) => {
    const owner = {
      id: '1',
      email: 'cs@x.test',
      userId: active ? 1 : null,
      archived: false,
      type: 'PERSON',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    };
    nock(origin)
      .get('/crm/v3/owners/')
      .query(true)
      .times(2)
      .reply(200, { results: [owner] }, json);
  };
  const scopes = (...granted: string[]) => {
    nock(origin)
      .post('/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'test-token' })
      .reply(200, { hubId: 1, scopes: granted }, json);
  };
  const enough = [
    'crm.objects.companies.read',
    'crm.objects.companies.write',
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.owners.read',
  ];
  const good = [
    property('kenko_health_score', 'number', 'number'),
    property('kenko_health_band', 'enumeration', 'select', {
      options: options('green', 'yellow', 'red', 'unknown', 'not_scored', 'their_own'),
    }),
    property('kenko_csm_pulse', 'enumeration', 'radio', { options: options('good', 'so_so', 'bad') }),
  ];
  const key = property('kenko_key', 'string', 'text', { hasUniqueValue: true });

  it('finds nothing where all is as we need it, and lets people add options', async () => {
    shelves(good, [key, status, priority]);
    people(true);
    scopes(...enough, 'oauth', 'tickets.read');

    expect(await hand({ mapping: small }).check({ mapping: small, tasks: true, thorough: true }, calm)).toEqual([]);
  });

  it('tells everything at once, each with its place', async () => {
    shelves(
      [
        property('kenko_health_score', 'string', 'text'),
        property('kenko_health_band', 'enumeration', 'select', {
          options: options('green', 'red'),
          modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: true },
        }),
      ],
      [
        property('kenko_key', 'string', 'text'),
        status,
        property('hs_task_priority', 'enumeration', 'select', { options: options('HIGH') }),
      ],
    );
    people(false);
    scopes(
      'crm.objects.companies.read',
      'crm.objects.contacts.read',
      'crm.objects.contacts.write',
      'crm.objects.owners.read',
      'crm.schemas.companies.write',
    );

    const problems = await hand({ mapping: small }).check({ mapping: small, tasks: true, thorough: true }, calm);

    expect(problems.map((problem) => `${problem.severity} ${problem.where}: ${problem.what}`)).toEqual([
      'error hubspot companies.kenko_health_score: it is string/text, and health_score needs number/number',
      'error hubspot companies.kenko_health_band: it is computed by HubSpot or closed to the API',
      'error hubspot companies.kenko_health_band: the options yellow, unknown, not_scored are missing',
      'warning hubspot companies.kenko_csm_pulse: there is no property kenko_csm_pulse',
      'error hubspot tasks.kenko_key: its values are not kept unique',
      'error hubspot tasks.hs_task_priority: MEDIUM, LOW are no option of it; there are HIGH',
      'error hubspot tasks owners: the fallback owner (an e-mail address) is no active owner of this portal',
      'error hubspot companies: the access token lacks the scope crm.objects.companies.write',
      'warning hubspot access token: the access token may do more than a run needs: crm.schemas.companies.write',
    ]);
  });

  it('says of at_least_once that it is degraded, and goes on', async () => {
    const degraded: CrmMapping = { ...small, task: { ...small.task!, mode: 'at_least_once' } };
    shelves(good, [property('kenko_key', 'string', 'text'), status, priority]);
    people(true);
    scopes(...enough);

    const problems = await hand({ mapping: degraded }).check({ mapping: degraded, tasks: true, thorough: true }, calm);

    expect(problems.map((problem) => [problem.severity, problem.what])).toEqual([
      ['warning', 'its values are not kept unique'],
    ]);
  });

  it('names the scopes that a refusal names, and warns when the day is nearly used up', async () => {
    const context = { requiredGranularScopes: ['crm.schemas.companies.read'] };
    const spent = { ...json, 'x-hubspot-ratelimit-daily': '1000', 'x-hubspot-ratelimit-daily-remaining': '100' };
    nock(origin)
      .get('/crm/v3/properties/companies')
      .reply(403, { ...refusal('MISSING_SCOPES', 'x'), errors: [{ context }] }, spent);
    nock(origin).post('/oauth/v2/private-apps/get/access-token-info').reply(404, {}, spent);

    const problems = await hand().check({ mapping: { ...small, task: null }, tasks: false, thorough: true }, calm);

    expect(problems.map((problem) => problem.what)).toEqual([
      'the access token lacks the scope crm.schemas.companies.read',
      "90 % of today's 1000 API calls are used up",
    ]);
  });
});
