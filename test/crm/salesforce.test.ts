// The Salesforce hand in the story that every CRM hand lives through, in the sandbox's pretend org.

import { openSalesforceClient } from '../../src/clients/salesforce/connect.ts';
import { salesforceSettings } from '../../src/crm/salesforce/connection.ts';
import { openSalesforce } from '../../src/crm/salesforce/open.ts';
import type { Fields } from '../../src/domain/nouns.ts';
import { seededChance } from '../../src/lib/chance.ts';
import type { FieldValue } from '../../src/sandbox/fields.ts';
import { peopleOf } from '../../src/sandbox/people.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { hurriedClock } from '../clients/salesforce/wire-server.ts';
import { type CrmStage, crmContract } from './contract.ts';
import { mapping } from './salesforce/stage.ts';

async function openStage(): Promise<CrmStage> {
  const sandbox = await startSandbox({ accounts: 40, seed: 7 });
  const { half, url, token } = sandbox.salesforce;
  const people = peopleOf(half);
  const { store } = half;
  const settings = salesforceSettings({ instance_url: url, access_token: token });
  const client = openSalesforceClient(settings, { clock: hurriedClock, chance: seededChance(1) });
  const crm = openSalesforce({ mapping, client, clock: hurriedClock, chance: seededChance(2) });
  const accountFields = new Map(mapping.objects.account?.fields.map((field) => [field.word, field.field]));
  const taskFields = mapping.task?.fields ?? {};
  const theirs = (fields: Fields, nameOf: (word: string) => string | undefined) =>
    Object.fromEntries(
      Object.entries(fields).map(([word, value]) => [nameOf(word) ?? word, value as FieldValue] as const),
    );
  const alive = (type: string) => [...store.all(type)].filter((record) => record.deletedAt === null);
  const owner = alive('User').find((user) => user.values['IsActive'] === true);
  return {
    crm,
    needs: { mapping, tasks: true },
    world: {
      accounts: alive('Account').map((record) => record.id),
      nobody: '001000000000000AAA',
      owner: { id: owner?.id ?? '', email: String(owner?.values['Email'] ?? '') },
      edit: (id, fields) =>
        people.edit(
          'account',
          id,
          theirs(fields, (word) => accountFields.get(word)),
        ),
      editTask: (id, fields) =>
        people.edit(
          'task',
          id,
          theirs(fields, (word) => taskFields[word]),
        ),
      closeTask: (id) => people.closeTask(id),
      deleteTask: (id) => people.remove('task', id),
      deleteAccount: (id) => people.remove('account', id),
      mergeAccounts: (winner, loser) => people.merge('account', winner, loser),
      tasksOn: (id) =>
        alive('Task')
          .filter((record) => record.values['WhatId'] === id)
          .map((record) => record.id),
      writes: () => sandbox.salesforce.counts().write,
    },
    close: async () => {
      await crm.close();
      await sandbox.close();
    },
  };
}

crmContract('Salesforce', openStage);
