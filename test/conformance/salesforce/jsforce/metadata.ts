// Metadata by jsforce: custom objects made, read, changed, listed and deleted; packages deployed by SOAP and by REST; a
// session that is refreshed.

import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Case } from './cases.ts';

const object = (fullName: string, label: string) => ({
  fullName,
  label,
  pluralLabel: `${label}s`,
  nameField: { type: 'Text', label: 'Test Object Name' },
  deploymentStatus: 'Deployed',
  sharingModel: 'ReadWrite',
});
const names = ['JSforceTest1__c', 'JSforceTest2__c'];

export const metadataCases: readonly Case[] = [
  {
    name: 'custom objects are created, read, updated, upserted, listed and deleted',
    run: async ({ jsforce }) => {
      const { metadata } = jsforce;
      const made = await metadata.create('CustomObject', names.map((name) => object(name, 'Test')) as never);
      deepEqual(
        [made].flat().map((one) => [one.fullName, one.success]),
        names.map((name) => [name, true]),
      );
      const read = await metadata.read('CustomObject', names);
      deepEqual(
        read.map((one) => [one.fullName, one.nameField?.label]),
        names.map((name) => [name, 'Test Object Name']),
      );
      const updated = await metadata.update('CustomObject', read.map((one) => ({ ...one, label: 'Updated' })) as never);
      ok([updated].flat().every((one) => one.success));
      const put = await metadata.upsert('CustomObject', [
        object('JSforceTest2__c', 'Upserted'),
        object('JSforceTest3__c', 'Upserted'),
      ] as never);
      deepEqual(
        [put].flat().map((one) => [one.success, one.created]),
        [
          [true, false],
          [true, true],
        ],
      );
      const listed = (await metadata.list({ type: 'CustomObject' })).map((one) => one.fullName);
      ok([...names, 'JSforceTest3__c'].every((name) => listed.includes(name)));
      equal((await jsforce.describe('JSforceTest2__c')).label, 'Upserted');
      const gone = await metadata.delete('CustomObject', [...names, 'JSforceTest3__c']);
      ok([gone].flat().every((one) => one.success));
      ok(!(await jsforce.describeGlobal()).sobjects.some((one) => names.includes(one.name)));
    },
  },
  {
    name: 'a session that expired is refreshed, and the metadata call done again',
    run: async ({ expired }) => {
      let refreshed = 0;
      const other = expired(() => {
        refreshed += 1;
      });
      ok(Array.isArray(await other.metadata.list({ type: 'CustomObject' })));
      equal(refreshed, 1);
    },
  },
  {
    name: 'describe and limits have what clients look for',
    run: async ({ jsforce }) => {
      const [account, limits, identity] = [
        await jsforce.describe('Account'),
        await jsforce.limits(),
        await jsforce.identity(),
      ];
      ok(account.fields.find((field) => field.name === 'Name')?.nameField);
      ok(account.childRelationships.some((one) => one.relationshipName === 'Contacts'));
      ok(Number(limits['DailyApiRequests']?.Remaining) < Number(limits['DailyApiRequests']?.Max));
      ok(jsforce.limitInfo.apiUsage !== undefined && identity.user_id.startsWith('005'));
    },
  },
];
