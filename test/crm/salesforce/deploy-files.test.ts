// The same furniture as files.

import { afterEach, describe, expect, it } from 'vitest';
import { createStage, mapping } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

describe('the files for an admin who deploys by hand', () => {
  it('are an SFDX project with fields on Activity for tasks, one permission set, and two list views', async () => {
    const crm = await stage.open(() => ({}));

    const files = crm.files({ mapping, tasks: true });

    const root = 'force-app/main/default';
    expect(JSON.parse(files['sfdx-project.json'] ?? '')).toMatchObject({ sourceApiVersion: '66.0' });
    expect(files[`${root}/objects/Activity/fields/Kenko_Key__c.field-meta.xml`]).toContain('<unique>true</unique>');
    expect(files[`${root}/objects/Account/fields/Health_Score__c.field-meta.xml`]).toContain(
      '<precision>4</precision>',
    );
    expect(files[`${root}/objects/Account/listViews/At_Risk.listView-meta.xml`]).toContain('<value>red</value>');
    expect(files[`${root}/objects/Account/listViews/Upsell.listView-meta.xml`]).toContain('Upsell_Flag__c');
    const permissions = files[`${root}/permissionsets/Kenko_Sync.permissionset-meta.xml`] ?? '';
    expect(permissions).toContain('<field>Task.Kenko_Key__c</field>');
    expect(permissions).not.toContain('Activity.');
    expect(permissions).not.toContain('<field>Task.Subject</field>');
    expect(Object.keys(files).some((path) => path.includes('/objects/Task/'))).toBe(false);
  });

  it('escape what people wrote into help texts', async () => {
    const crm = await stage.open(() => ({}));
    const [first, ...rest] = mapping.objects.account?.fields ?? [];
    if (first === undefined) throw new Error('the mapping has no fields');
    const odd = { ...first, help: { en: 'a < b & "c"', ja: '' } };
    const needs = {
      mapping: { ...mapping, objects: { account: { object: 'Account', fields: [odd, ...rest] } } },
      tasks: false,
    };

    const files = crm.files(needs);

    expect(Object.values(files).join('')).toContain('a &lt; b &amp; &quot;c&quot;');
  });
});
