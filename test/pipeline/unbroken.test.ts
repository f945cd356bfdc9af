// What still goes on when a CRM lacks a field or a right.

import { describe, expect, it } from 'vitest';
import type { CrmMapping, FieldMapping } from '../../src/domain/decisions.ts';
import { withoutBroken } from '../../src/pipeline/unbroken.ts';

const field = (word: string, name: string) => ({ word, field: name }) as FieldMapping;
const mapping: CrmMapping = {
  crm: 'salesforce',
  connection: {},
  objects: {
    account: { object: 'Account', fields: [field('health_score', 'Score__c'), field('health_band', 'Band__c')] },
    contact: { object: 'Contact', fields: [field('nps_score', 'NPS__c')] },
    opportunity: { object: 'Opportunity', fields: [field('health_band', 'Band__c')] },
  },
  task: { fields: { key: 'Key__c', subject: 'Subject' } } as unknown as CrmMapping['task'],
  idKind: 'salesforce',
};
const error = (where: string) => ({ code: 'E_DRIFT', severity: 'error' as const, where, what: '', why: '', fix: '' });
/** What is left: the fields of each object, and whether tasks are. */
function left(...wheres: readonly string[]) {
  const rest = withoutBroken(mapping, wheres.map(error));
  if (rest === null) return null;
  const fields = Object.entries(rest.objects).map(([kind, object]) => [kind, object?.fields.map((one) => one.field)]);
  return { ...Object.fromEntries(fields), task: rest.task !== null };
}
const whole = { account: ['Score__c', 'Band__c'], contact: ['NPS__c'], opportunity: ['Band__c'], task: true };

describe('a mapping of which something is broken', () => {
  it('loses the field that is named, on the object that is named', () => {
    expect(left('salesforce Opportunity.Band__c')).toEqual({ ...whole, opportunity: [] });
    expect(left('salesforce Account.Band__c')).toEqual({ ...whole, account: ['Score__c'] });
    expect(left('salesforce Contact.NPS__c')).toEqual({ ...whole, contact: [] });
  });

  it('loses people or deals that may not be touched, and goes on with accounts and tasks', () => {
    const { contact: _contact, ...withoutPeople } = whole;
    const { opportunity: _deals, ...withoutDeals } = whole;
    expect(left('salesforce Contact')).toEqual(withoutPeople);
    expect(left('salesforce Opportunity')).toEqual(withoutDeals);
  });

  it('loses tasks where a field of theirs or tasks themselves are named', () => {
    expect(left('salesforce Task.Key__c')).toEqual({ ...whole, task: false });
    expect(left('hubspot tasks owners')).toEqual({ ...whole, task: false });
  });

  it('is nothing where accounts may not be touched, or nobody knows what is broken', () => {
    expect([left('salesforce Account'), left('salesforce')]).toEqual([null, null]);
  });

  it('stays as it is where nothing is broken', () => {
    expect(left()).toEqual(whole);
  });
});
